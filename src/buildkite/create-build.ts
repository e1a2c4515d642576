// Exactly one build (design §5): the POST has no idempotency key, so its outcome must be certain or be called unclear.
import { isTrouble, Trouble } from '../trouble.ts';
import type { CreateOutcome } from '../../workflows/buildkite-activities.ts';
import type { BuildOrder } from '../../workflows/build-vocabulary.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { parseJson } from '../parse-json.ts';
import { factsOf } from './build-facts.ts';
import { type Call, CallTooLate } from './call.ts';
import { answerText, type HttpOutcome } from './http.ts';
import type { ActsAs } from './credentials.ts';
import { createRequestOf } from './order.ts';
import { Build } from './schema.ts';

const UNREACHABLE_RETRY_MS = 5_000;
const QUOTA_RETRY_MS = 60_000;
const UNAUTHORISED_RETRY_MS = 60_000;
/** The token was replaced; the same create, again only because nothing came of the first. */
const RENEWED_RETRY_MS = 1_000;

/** A value whenever it is certain what happened; throws `Trouble` of kind `unclear` whenever it is not. */
export async function createBuild(
  world: { readonly call: Call; readonly now: () => Millis; readonly path: string; readonly as: ActsAs },
  order: BuildOrder,
  notAfter: Millis,
): Promise<CreateOutcome> {
  const ordered = createRequestOf(order);
  // Nobody was asked, so there is no HTTP status.
  if (ordered.kind === 'refused') return { kind: 'refused', status: 0, answer: ordered.answer };
  const lane = order.emergency === undefined ? 'create' : 'rollback';
  const request = { lane, method: 'POST', path: world.path, body: ordered.body, notAfter, as: world.as } as const;
  let outcome: HttpOutcome;
  try {
    outcome = await world.call('creating the build', request);
  } catch (error) {
    if (error instanceof CallTooLate) return { kind: 'not-sent', why: 'too-late', retryAfterMs: 0 };
    if (isTrouble(error, 'not-sent')) return { kind: 'not-sent', why: 'quota', retryAfterMs: error.retryAfterMs ?? QUOTA_RETRY_MS };
    throw unclear('no answer', null, error);
  }
  return judged(outcome, order.pipeline);
}

function judged(outcome: HttpOutcome, pipeline: string): CreateOutcome {
  if (outcome.kind === 'refused-to-connect') return { kind: 'not-sent', why: 'unreachable', retryAfterMs: UNREACHABLE_RETRY_MS };
  if (outcome.kind === 'no-credential') return withoutCredential(outcome.trouble);
  if (outcome.kind === 'broken') throw unclear(outcome.found, null, outcome.cause);
  const { status } = outcome;
  // Refused before it was processed (rate limits documentation).
  if (status === 429) return { kind: 'not-sent', why: 'quota', retryAfterMs: outcome.retryAfterMs ?? QUOTA_RETRY_MS };
  // Our credential is being rotated, or wrong: nothing was processed, and the request has its signatures.
  if (status === 401)
    return { kind: 'not-sent', why: 'credential', retryAfterMs: outcome.renewed === true ? RENEWED_RETRY_MS : UNAUTHORISED_RETRY_MS };
  // 408 comes from a proxy that may have passed the request on.
  if (status >= 400 && status < 500 && status !== 408) return { kind: 'refused', status, answer: answerText(outcome) };
  if (status < 200 || status >= 300) throw unclear(`buildkite answered ${status}`, status);
  const build = Build.safeParse(parseJson(outcome.text));
  if (!build.success) throw unclear(`buildkite gave an unreadable answer with status ${status}`, status, build.error);
  return { kind: 'created', build: factsOf(build.data, pipeline) };
}

/** Nobody can be acted as who is no user there; everything else may be mended while the request waits. */
function withoutCredential(trouble: Trouble): CreateOutcome {
  if (trouble.kind === 'invalid') return { kind: 'refused', status: trouble.status ?? 0, answer: trouble.message };
  return { kind: 'not-sent', why: 'credential', retryAfterMs: trouble.retryAfterMs ?? UNAUTHORISED_RETRY_MS };
}

function unclear(found: string, status: number | null, cause?: unknown): Trouble {
  return new Trouble({ source: 'buildkite', kind: 'unclear', doing: 'creating the build', found, status, cause });
}
