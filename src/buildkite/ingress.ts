// `POST /buildkite/webhooks`: verified, read permissively, handed on. A webhook is a hint, never the truth: delivery is not promised,
// may be late, doubled or out of order, and shows a later state than its event's name (Buildkite's webhook documentation).
import { createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Logger } from 'pino';
import type { ForeignBuild, FrontDoor } from '../bot/front-door.ts';
import type { RawRequest, RawResponse, Route } from '../ingress.ts';
import { matchesAnySecret, secretsEqual } from '../secret-compare.ts';
import { isTrouble } from '../trouble.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { parseJson } from '../parse-json.ts';
import { factsOf } from './build-facts.ts';
import { claimOf } from './outside.ts';
import { WebhookEvent } from './schema.ts';

const MAX_BYTES = 1 << 20;
const CLOCK_SKEW_MAX_S = 300;
/** `job.activated`: a block step was unblocked. The other job events say nothing that the build's own do not. */
const FOLLOWED = /^(?:build\.[a-z_]+|job\.activated)$/;
/** Of builds that somebody else may have started: `job.started` names the step. */
const FOREIGN = /^(?:build\.[a-z_]+|job\.(?:activated|started))$/;
const OK: RawResponse = { status: 200 };

export interface BuildkiteIngress {
  /** `/buildkite/webhooks` unless given. */
  readonly path?: string;
  /** All that are valid now: two while one is being rotated, none when webhooks are not set up. Read for every request. */
  readonly tokens: () => readonly string[];
  readonly frontDoor: Pick<FrontDoor, 'buildSeen' | 'foreignBuildSeen'>;
  readonly now: () => Millis;
  readonly log: Logger;
  /** For metrics. */
  readonly onEvent?: (event: string, outcome: 'followed' | 'ignored' | 'refused' | 'unreachable') => void;
}

export function createBuildkiteRoute(options: BuildkiteIngress): Route {
  return { path: options.path ?? '/buildkite/webhooks', maxBytes: () => MAX_BYTES, handle: (request) => handle(request, options) };
}

async function handle(request: RawRequest, options: BuildkiteIngress): Promise<RawResponse> {
  const tokens = options.tokens().filter((token) => token !== '');
  if (tokens.length === 0) return { status: 404 };
  const count = (event: string, outcome: 'followed' | 'ignored' | 'refused' | 'unreachable'): void => options.onEvent?.(event, outcome);
  if (!isGenuine(request, tokens, options.now())) {
    options.log.warn({ path: '/buildkite/webhooks' }, 'refused a webhook with a wrong signature');
    count('unknown', 'refused');
    return { status: 401 };
  }
  const parsed = WebhookEvent.safeParse(parseJson(request.rawBody.toString('utf8')));
  const event = (parsed.data?.event ?? only(request.headers, 'x-buildkite-event') ?? '').slice(0, 60);
  const build = parsed.success && FOLLOWED.test(event) ? marked(parsed.data) : null;
  const foreign = parsed.success && FOREIGN.test(event) ? perhapsForeign(parsed.data, event) : null;
  // Also what can't be read is answered with success: a second delivery would not be easier to read.
  if (!parsed.success) options.log.warn({ event }, 'ignored an unreadable webhook');
  if (build === null && foreign === null) {
    count(FOLLOWED.test(event) ? event : 'other', 'ignored');
    return OK;
  }
  try {
    const { frontDoor } = options;
    await Promise.all([build === null ? null : frontDoor.buildSeen(build), foreign === null ? null : frontDoor.foreignBuildSeen(foreign)]);
  } catch (error) {
    if (!isTrouble(error) || error.source !== 'temporal') throw error;
    options.log.warn({ err: error, deployId: build?.deployId ?? null }, 'a webhook could not be passed on');
    count(event, 'unreachable');
    return { status: 503 };
  }
  count(event, 'followed');
  return OK;
}

/** The build, if its meta-data says that a request asked for it, or that it goes to a target of ours. */
function marked(event: WebhookEvent): BuildFacts | null {
  if (event.build == null) return null;
  const facts = factsOf(event.build, event.pipeline?.slug ?? null);
  return facts.deployId === null && facts.target === null ? null : facts;
}

/** A build that somebody else may have started, since marks can be written by anybody; null: it does not say where it is. */
function perhapsForeign({ build, pipeline, job }: WebhookEvent, event: string): ForeignBuild | null {
  const organization = /\/organizations\/([^/?#]+)\/pipelines\//.exec(build?.url ?? '')?.[1];
  const slug = pipeline?.slug;
  if (build == null || organization === undefined || slug == null) return null;
  const facts = factsOf(build, slug);
  return {
    organization,
    pipeline: slug,
    number: build.number,
    uuid: build.id,
    claim: claimOf(facts),
    waits: facts.blocked,
    step: event === 'job.started' ? (job?.step_key ?? null) : null,
    hasStarted: event === 'job.started' || facts.startedAt !== null,
    hasEnded: /^build\.(?:finished|skipped)$/.test(event) && build.blocked !== true,
  };
}

/** A service sends either the token itself or, in signature mode, an HMAC-SHA256 of `<timestamp>.<body>` keyed with it. */
function isGenuine(request: RawRequest, tokens: readonly string[], now: Millis): boolean {
  const signature = only(request.headers, 'x-buildkite-signature');
  if (signature === null) return matchesAnySecret(only(request.headers, 'x-buildkite-token') ?? '', tokens);
  const parts = Object.fromEntries(signature.split(',').map((part) => part.trim().split('=', 2) as [string, string?]));
  const timestamp = parts['timestamp'] ?? '';
  const given = parts['signature'] ?? '';
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > CLOCK_SKEW_MAX_S) return false;
  return tokens.map((token) => secretsEqual(given.toLowerCase(), hmac(token, timestamp, request.rawBody))).includes(true);
}

function hmac(token: string, timestamp: string, body: Buffer): string {
  return createHmac('sha256', token).update(`${timestamp}.`).update(body).digest('hex');
}

function only(headers: IncomingHttpHeaders, name: string): string | null {
  const value = headers[name];
  return typeof value === 'string' ? value : null;
}
