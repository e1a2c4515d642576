// Probot as this product uses it: its app authentication and its event dispatch, without its server, its retries and its sleeping in requests.
import { createPrivateKey, randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { createProbot, ProbotOctokit, type Probot } from 'probot';
import { Trouble } from '../trouble.ts';

/** No request to GitHub takes longer, its body included. */
const REQUEST_DEADLINE_MS = 10_000;

/**
 * - `appId`: the numeric id of the GitHub App; a client id will not do.
 * - `baseUrl`: `https://api.github.com`, or `https://HOST/api/v3` of a GitHub Enterprise Server.
 */
export interface ProbotOptions {
  readonly appId: number;
  readonly privateKey: string;
  readonly baseUrl: string;
  readonly log: Logger;
}

/** A Probot that reads no environment. Throws `Trouble` (`unauthorised`) when the private key is none. */
export function createGithubProbot(options: ProbotOptions): Probot {
  requireKey(options.privateKey);
  return createProbot({
    // An explicit environment: Probot must not see ours (`REDIS_URL` would make it install a package at start).
    env: {},
    overrides: {
      appId: options.appId,
      privateKey: options.privateKey,
      baseUrl: options.baseUrl.replace(/\/+$/, ''),
      log: options.log,
      // Signatures are verified in ingress.ts. An empty secret would become the well-known word "development".
      secret: randomUUID(),
      Octokit: PatientOctokit,
      request: { fetch: fetchWithDeadline },
    },
  });
}

// Temporal owns retries and waiting. Only the function form wins over Probot's own defaults.
const PatientOctokit = ProbotOctokit.defaults((options: object) => ({ ...options, retry: { enabled: false }, throttle: { enabled: false } }));

// Set here rather than per call, so that the request for an installation token has a deadline too.
function fetchWithDeadline(input: string | URL | Request, init?: RequestInit): Promise<Response> {
  return fetch(input, { ...init, signal: AbortSignal.timeout(REQUEST_DEADLINE_MS) });
}

function requireKey(privateKey: string): void {
  try {
    createPrivateKey(privateKey);
  } catch (cause) {
    throw new Trouble({
      source: 'github',
      kind: 'unauthorised',
      doing: 'signing in as the GitHub App',
      found: 'the private key is not a PEM key',
      cause,
    });
  }
}
