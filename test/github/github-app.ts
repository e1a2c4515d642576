// A client as it is in production, with a key of its own, for tests that answer its requests by nock.
import { generateKeyPairSync } from 'node:crypto';
import nock from 'nock';
import pino from 'pino';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { commitSha } from '../../src/ids.ts';
import type { GithubApi } from '../../src/github/api.ts';
import { createGithub } from '../../src/github/client.ts';
import type { RepositoryFacts } from '../../src/policy/facts.ts';
import { isTrouble, type Trouble } from '../../src/trouble.ts';
import type { CommitSha } from '../../workflows/vocabulary.ts';

export const API = 'https://api.github.com';
export const APP_ID = 4711;
export const NOW = Date.parse('2026-11-23T12:00:00Z');
export const PRIVATE_KEY = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
}).privateKey;
export const silent = pino({ level: 'silent' });

export const REPO: RepositoryFacts = {
  id: 7,
  slug: 'acme/api',
  installation: 99,
  defaultBranch: 'main',
  url: 'https://github.com/acme/api',
};

/** No request leaves the machine, and each one that a test announces must come. */
export function answerOnlyAnnouncedRequests(): void {
  beforeAll(() => nock.disableNetConnect());
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    if (pending.length > 0) throw new Error(`never asked for: ${pending.join(', ')}`);
  });
  afterAll(() => nock.enableNetConnect());
}

export function sha(letter: string): CommitSha {
  return commitSha(letter.repeat(40));
}

export function client(overrides: { readonly privateKey?: () => string; readonly now?: () => number } = {}): GithubApi {
  return createGithub({
    appId: APP_ID,
    privateKey: overrides.privateKey ?? (() => PRIVATE_KEY),
    baseUrl: API,
    ownCheckPrefix: 'countersign/',
    log: silent,
    now: overrides.now ?? (() => NOW),
  });
}

/** A client whose installation token is granted; whatever else it asks must be answered by `api`. */
export function signedInClient(): { readonly github: GithubApi; readonly api: nock.Scope } {
  nock(API).post('/app/installations/99/access_tokens').reply(201, { token: 'ghs_test', expires_at: '2099-01-01T00:00:00Z', permissions: {} });
  return { github: client(), api: nock(API, { reqheaders: { authorization: 'token ghs_test' } }) };
}

/** The Trouble that a call ends in; fails the test if it ends in anything else. */
export async function troubleOf(call: Promise<unknown>): Promise<Trouble> {
  try {
    await call;
  } catch (error) {
    if (isTrouble(error)) return error;
    throw error;
  }
  throw new Error('the call succeeded');
}

export function commitJson(
  id: CommitSha,
  overrides: { readonly message?: string; readonly author?: unknown; readonly committer?: unknown; readonly email?: string } = {},
): object {
  return {
    sha: id,
    html_url: `https://github.com/acme/api/commit/${id}`,
    commit: { message: overrides.message ?? 'Fix retry loop', author: { name: 'Ann', email: overrides.email ?? 'ann@acme.test' } },
    author: overrides.author === undefined ? { id: 1, login: 'ann' } : overrides.author,
    committer: overrides.committer === undefined ? { id: 19864447, login: 'web-flow' } : overrides.committer,
  };
}
