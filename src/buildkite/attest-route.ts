// `POST /buildkite/attest`: the first step of a deploy pipeline asks whether its build is the approved one. 200 yes, 403 no with a
// public code and nothing else, 503 not known yet: ask again, with a new token. The token is the whole question.
import type { Logger } from 'pino';
import type { Attestation, BuildToken } from '../../workflows/attest-contract.ts';
import type { RawRequest, RawResponse, Route } from '../ingress.ts';
import { isTrouble } from '../trouble.ts';
import type { TokenVerifier } from './oidc.ts';

/** The body is not read; whoever sends one sends a small one. */
const MAX_BYTES = 16 << 10;
const TOKEN_MAX = 8 << 10;
const AGAIN_AFTER_S = 5;

export interface AttestDoor {
  readonly verifier: TokenVerifier;
  /** Whether the build of a genuine token is the approved one. Throws `Trouble` (temporal). */
  readonly attest: (token: BuildToken) => Promise<Attestation>;
  readonly log: Logger;
}

export function createAttestRoute(options: AttestDoor): Route {
  return { path: '/buildkite/attest', maxBytes: () => MAX_BYTES, handle: (request) => handle(request, options) };
}

async function handle(request: RawRequest, { verifier, attest, log }: AttestDoor): Promise<RawResponse> {
  const jwt = bearer(request);
  if (jwt === null) return no('no-token');
  try {
    const verified = await verifier.verify(jwt);
    if (verified.kind === 'bad') {
      log.warn({ why: verified.why }, 'refused a token of a job');
      return no(verified.why);
    }
    const { organization, pipeline, number, job } = verified.token;
    const answer = await attest(verified.token);
    log.info({ organization, pipeline, number, job, answer: answer.kind, ...(answer.kind === 'no' ? { why: answer.reason } : {}) }, 'a job asked');
    if (answer.kind === 'no') return no(answer.reason);
    if (answer.kind === 'not-known-yet') return notYet();
    const { kind: _yes, ...approved } = answer;
    return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: JSON.stringify(approved) };
  } catch (error) {
    if (!isTrouble(error)) throw error;
    log.warn({ err: error }, 'a job could not be answered');
    return notYet();
  }
}

function bearer({ headers }: RawRequest): string | null {
  const [, jwt = ''] = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i.exec(headers.authorization ?? '') ?? [];
  return jwt === '' || jwt.length > TOKEN_MAX ? null : jwt;
}

const no = (code: string): RawResponse => ({ status: 403, body: code });
const notYet = (): RawResponse => ({ status: 503, headers: { 'retry-after': String(AGAIN_AFTER_S) } });
