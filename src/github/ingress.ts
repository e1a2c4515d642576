// GitHub's webhooks: verified over the bytes as sent, then dispatched by Probot to handlers that only hand over to the front door.
import { verifyWithFallback } from '@octokit/webhooks-methods';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { Probot } from 'probot';
import type { FrontDoor } from '../bot/front-door.ts';
import type { RawRequest, RawResponse, Route } from '../ingress.ts';
import { isTrouble } from '../trouble.ts';
import { parseJson } from '../parse-json.ts';
import { registerHandlers, type Outcomes } from './events.ts';

/** GitHub's own limit. */
const BODY_MAX_BYTES = 25 << 20;
/** A comment has at most 65,536 characters; the rest of the payload is small. */
const COMMENT_BODY_MAX_BYTES = 1 << 20;
/** GitHub gives up after 10 s; an outage of ours is told well before. */
const ANSWER_DEADLINE_MS = 3_000;
const EVENTS: ReadonlySet<string> = new Set(['issue_comment', 'pull_request', 'pull_request_review', 'pull_request_review_comment']);
const SIGNATURE = /^sha256=[0-9a-f]{64}$/;
const DELIVERY_ID = /^[\w-]{1,64}$/;

export interface GithubIngressOptions {
  /** The current secret first, then the previous one while it is being rotated. None: every delivery is refused. */
  readonly secrets: () => readonly string[];
  readonly frontDoor: FrontDoor;
  readonly probot: Probot;
  readonly log: Logger;
  /** Milliseconds until a delivery is answered 503; 3,000 unless a test says otherwise. */
  readonly deadlineMs?: number;
}

/**
 * `POST /api/github/webhooks`. 200: done, or nothing to do. 400 and 415: signed, but not a delivery we understand; GitHub never delivers
 * again by itself, so this costs nothing and shows in the app's list of deliveries, where an operator looks. 401: the signature.
 * 503: Temporal could not be reached in time. 500: a bug. Bodies are empty.
 */
export function createGithubIngress(options: GithubIngressOptions): Route {
  const outcomes: Outcomes = new WeakMap();
  registerHandlers(options.probot, { frontDoor: options.frontDoor, log: options.log, outcomes });
  return {
    path: '/api/github/webhooks',
    maxBytes: (headers) => (headers['x-github-event'] === 'issue_comment' ? COMMENT_BODY_MAX_BYTES : BODY_MAX_BYTES),
    handle: async (request) => {
      if (!(await isSigned(request, options.secrets()))) return { status: 401 };
      const delivery = read(request);
      return 'status' in delivery ? delivery : dispatch(delivery, outcomes, options);
    },
  };
}

async function isSigned(request: RawRequest, secrets: readonly string[]): Promise<boolean> {
  const [current, ...previous] = secrets.filter((secret) => secret !== '');
  const signature = request.headers['x-hub-signature-256'];
  if (current === undefined || typeof signature !== 'string' || !SIGNATURE.test(signature) || request.rawBody.length === 0) return false;
  return verifyWithFallback(current, request.rawBody.toString('utf8'), signature, previous);
}

interface Delivery {
  readonly id: string;
  readonly name: string;
  readonly payload: object;
}

function read(request: RawRequest): Delivery | RawResponse {
  const id = header(request.headers, 'x-github-delivery');
  const name = header(request.headers, 'x-github-event');
  if (header(request.headers, 'content-type')?.split(';', 1)[0]?.trim().toLowerCase() !== 'application/json') return { status: 415 };
  if (id === null || name === null || !DELIVERY_ID.test(id)) return { status: 400 };
  const payload = parseJson(request.rawBody.toString('utf8'));
  return typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? { id, name, payload } : { status: 400 };
}

function header(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' && value !== '' ? value : null;
}

async function dispatch(delivery: Delivery, outcomes: Outcomes, options: GithubIngressOptions): Promise<RawResponse> {
  const log = options.log.child({ delivery: delivery.id, event: delivery.name });
  // Other names never reach Probot: it looks handlers up by whatever word the header carries.
  if (!EVENTS.has(delivery.name)) return { status: 200 };
  try {
    // The webhook's own types are checked by our schemas, not believed.
    const event = delivery as unknown as Parameters<Probot['receive']>[0];
    const answered = await inTime(options.probot.receive(event), options.deadlineMs ?? ANSWER_DEADLINE_MS);
    if (!answered) {
      log.error('github delivery not handled in time');
      return { status: 503 };
    }
  } catch (error) {
    log.error({ err: error }, 'github delivery could not be dispatched');
    return { status: 500 };
  }
  return answer(outcomes.get(delivery.payload) ?? { kind: 'nothing-to-do' }, log);
}

function answer(outcome: NonNullable<ReturnType<Outcomes['get']>>, log: Logger): RawResponse {
  switch (outcome.kind) {
    case 'done':
    case 'nothing-to-do':
      return { status: 200 };
    case 'malformed':
      log.error({ found: outcome.found }, 'github delivery of an unknown shape');
      return { status: 400 };
    case 'failed': {
      const outage = isTrouble(outcome.error) && outcome.error.source === 'temporal';
      log.error({ err: outcome.error }, outage ? 'temporal could not be reached for a github delivery' : 'github delivery could not be handled');
      return { status: outage ? 503 : 500 };
    }
  }
}

/** Whether it settled before the deadline. What goes on afterwards is idempotent by key. */
async function inTime(work: Promise<void>, deadlineMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), deadlineMs);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
