// Buildkite's two REST quotas: per organization and per user. Both count every request, rejected ones too.
// https://buildkite.com/docs/apis/rest-api/rate-limits

export interface QuotaOptions {
  /** Requests a window; Buildkite's defaults are 200 and 50. */
  readonly organization: number;
  readonly user: number;
  readonly windowMs: number;
  /** Does a window open with its first request, or with the clock's minute? Buildkite does not say; recordings of 2024 show the former. */
  readonly opens: 'first-request' | 'clock-minute';
}
export const QUOTA_DEFAULTS: QuotaOptions = { organization: 200, user: 50, windowMs: 60_000, opens: 'first-request' };

export type QuotaScope = 'rest' | 'rest_user';
export interface Gauge {
  readonly scope: QuotaScope;
  /** The user whose quota it is; null for the organization's. */
  readonly user: string | null;
  readonly limit: number;
  readonly current: number;
  readonly remaining: number;
  readonly resetMs: number;
}
export interface QuotaVerdict {
  readonly headers: Readonly<Record<string, string>>;
  /** Set when the request is refused. */
  readonly refusal: {
    readonly message: string;
    readonly scope: QuotaScope;
    readonly limit: number;
    readonly current: number;
    readonly reset: number;
  } | null;
}
export interface QuotaBook {
  /** Counts one request of this user and says whether it may go on. */
  take(user: string): QuotaVerdict;
  /** Organization first, then every user seen. */
  gauges(): readonly Gauge[];
  /** Other clients of the organization ask this often from now on. */
  foreignTraffic(perMinute: number): void;
  /** Others have used up this much of the organization's window at once. */
  consume(requests: number): void;
  setLimits(limits: { readonly organization?: number; readonly user?: number }): void;
}

interface Window {
  limit: number;
  current: number;
  endsAt: number;
}

export function createQuotaBook(now: () => number, options: QuotaOptions = QUOTA_DEFAULTS): QuotaBook {
  const organization: Window = { limit: options.organization, current: 0, endsAt: -Infinity };
  const users = new Map<string, Window>();
  let userLimit = options.user;
  let foreign = { perMinute: 0, next: Infinity };

  const count = (window: Window, at: number): void => {
    if (at >= window.endsAt) {
      window.current = 0;
      window.endsAt = options.opens === 'first-request' ? at + options.windowMs : (Math.floor(at / options.windowMs) + 1) * options.windowMs;
    }
    window.current += 1;
  };
  const catchUp = (): void => {
    const at = now();
    const every = 60_000 / foreign.perMinute;
    // What lies more than two windows back can't matter any more.
    if (at - foreign.next > 2 * options.windowMs) foreign.next = at - 2 * options.windowMs;
    for (; foreign.next <= at; foreign.next += every) count(organization, foreign.next);
  };
  const gaugeOf = (window: Window, of: Pick<Gauge, 'scope' | 'user'>): Gauge => {
    const open = now() < window.endsAt;
    const current = open ? window.current : 0;
    return {
      ...of,
      limit: window.limit,
      current,
      remaining: Math.max(0, window.limit - current),
      resetMs: open ? window.endsAt - now() : options.windowMs,
    };
  };
  const windowOf = (user: string): Window => {
    const window = users.get(user) ?? { limit: userLimit, current: 0, endsAt: -Infinity };
    users.set(user, window);
    return window;
  };
  return {
    take: (user) => {
      catchUp();
      count(organization, now());
      count(windowOf(user), now());
      return verdict(gaugeOf(organization, { scope: 'rest', user: null }), gaugeOf(windowOf(user), { scope: 'rest_user', user }));
    },
    gauges: () => {
      catchUp();
      return [
        gaugeOf(organization, { scope: 'rest', user: null }),
        ...[...users].map(([user, window]) => gaugeOf(window, { scope: 'rest_user', user })),
      ];
    },
    foreignTraffic: (perMinute) => {
      catchUp();
      foreign = { perMinute, next: perMinute > 0 ? now() + 60_000 / perMinute : Infinity };
    },
    consume: (requests) => {
      catchUp();
      for (let i = 0; i < requests; i += 1) count(organization, now());
    },
    setLimits: (limits) => {
      organization.limit = limits.organization ?? organization.limit;
      userLimit = limits.user ?? userLimit;
      for (const window of users.values()) window.limit = userLimit;
    },
  };
}

const WARNING = 'You have exceeded your API rate limit.';

function verdict(organization: Gauge, user: Gauge): QuotaVerdict {
  const over = [user, organization].find((gauge) => gauge.current > gauge.limit) ?? null;
  return {
    headers: { ...headersOf('RateLimit', organization), ...headersOf('RateLimit-User', user) },
    refusal:
      over === null
        ? null
        : {
            message: `${WARNING} Please wait ${resetSeconds(over)} seconds before making more requests.`,
            scope: over.scope,
            limit: over.limit,
            current: over.current,
            reset: resetSeconds(over),
          },
  };
}

/** Whole seconds until the window ends, as the headers tell them (a span, not a point in time). */
export function resetSeconds(gauge: Pick<Gauge, 'resetMs'>): number {
  return Math.ceil(gauge.resetMs / 1000);
}

function headersOf(prefix: string, gauge: Gauge): Record<string, string> {
  return {
    [`${prefix}-Scope`]: gauge.scope,
    [`${prefix}-Limit`]: String(gauge.limit),
    [`${prefix}-Remaining`]: String(gauge.remaining),
    [`${prefix}-Reset`]: String(resetSeconds(gauge)),
    ...(gauge.remaining === 0 ? { [`${prefix}-Warning`]: WARNING } : {}),
  };
}
