// What the product's own limiter knows, read from its operations port as an operator would: `/statusz` for its state, `/metrics` for its lanes.
import { isRecord } from '../slack/world.ts';

export interface LimiterFacts {
  /** `own`: in this process alone. `shared`: in Redis. `degraded`: Redis is away, and the process keeps to its part. */
  readonly mode: string;
  readonly processes: number;
  /** Requests that wait for their token. */
  readonly waiting: number;
  /** Lane → milliseconds for which it is closed. */
  readonly closed: Readonly<Record<string, number>>;
  /** Lane → requests sent since the product was started. */
  readonly sent: Readonly<Record<string, number>>;
}

export interface LimiterReader {
  /** null: the product is away. */
  current(): LimiterFacts | null;
  /** Reads soon; one read at a time. */
  refresh(): void;
}

const READ_WITHIN_MS = 1_500;

/** `opsUrl` null: nobody can be asked. */
export function createLimiterReader(opsUrl: string | null, changed: () => void): LimiterReader {
  let current: LimiterFacts | null = null;
  let isReading = false;
  const read = async (url: string): Promise<void> => {
    const next = await readLimiter(url).catch(() => null);
    const isNew = JSON.stringify(next) !== JSON.stringify(current);
    current = next;
    isReading = false;
    if (isNew) changed();
  };
  return {
    current: () => current,
    refresh: () => {
      if (opsUrl === null || isReading) return;
      isReading = true;
      void read(opsUrl);
    },
  };
}

async function readLimiter(opsUrl: string): Promise<LimiterFacts | null> {
  const get = async (path: string): Promise<string> => (await fetch(`${opsUrl}${path}`, { signal: AbortSignal.timeout(READ_WITHIN_MS) })).text();
  const [status, metrics] = await Promise.all([get('/statusz'), get('/metrics')]);
  return limiterFacts(JSON.parse(status), metrics);
}

/** Of the first zone. null: it says nothing about a limiter. */
export function limiterFacts(status: unknown, metrics: string): LimiterFacts | null {
  const zones = isRecord(status) && Array.isArray(status['zones']) ? status['zones'].filter(isRecord) : [];
  const limiter = zones[0]?.['limiter'];
  if (!isRecord(limiter)) return null;
  const closed = isRecord(limiter['closed']) ? Object.entries(limiter['closed']).map(([lane, ms]) => [lane, Number(ms)] as const) : [];
  return {
    mode: String(limiter['mode']),
    processes: Number(limiter['processes']),
    waiting: Number(limiter['waiting']),
    closed: Object.fromEntries(closed),
    sent: sentByLane(metrics),
  };
}

const SENT = /^countersign_buildkite_requests_total\{([^}]*)\} (\d+)$/gm;

function sentByLane(metrics: string): Readonly<Record<string, number>> {
  const sent: Record<string, number> = {};
  for (const [, labels = '', count = '0'] of metrics.matchAll(SENT)) {
    const lane = /lane="([a-z]+)"/.exec(labels)?.[1];
    // Without a status it was handed back to Temporal, and never sent.
    if (lane !== undefined && !labels.includes('status="deferred"')) sent[lane] = (sent[lane] ?? 0) + Number(count);
  }
  return sent;
}
