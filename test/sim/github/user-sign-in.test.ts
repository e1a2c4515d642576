import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGithubSim, type GithubSim } from '../../../src/sim/github/github-sim.ts';

const CALLBACK = 'https://countersign.test/github/link/callback';
const SECRET = 'client-secret-0123456789';
const VERIFIER = 'v'.repeat(43);
let github: GithubSim;
let now: number;
beforeEach(async () => {
  now = Date.UTC(2026, 10, 24, 12);
  github = await createGithubSim({ now: () => now });
  github.addUser({ id: 70, login: 'zoe', name: 'Zoe' });
  github.setSignIn({ clientSecret: SECRET, callbackUrls: [CALLBACK] });
  github.browseAs('zoe');
});
afterEach(() => github.close());

async function authorize(change: Readonly<Record<string, string>> = {}): Promise<{ readonly status: number; readonly to: URL | null }> {
  const challenge = createHash('sha256').update(VERIFIER).digest('base64url');
  const query = {
    client_id: github.clientId,
    redirect_uri: CALLBACK,
    state: 's',
    code_challenge: challenge,
    code_challenge_method: 'S256',
    ...change,
  };
  const response = await fetch(`${github.url}/login/oauth/authorize?${new URLSearchParams(query).toString()}`, { redirect: 'manual' });
  const to = response.headers.get('location');
  return { status: response.status, to: to === null ? null : new URL(to) };
}

async function exchange(code: string, change: Readonly<Record<string, string>> = {}): Promise<Readonly<Record<string, unknown>>> {
  const form = { client_id: github.clientId, client_secret: SECRET, code, redirect_uri: CALLBACK, code_verifier: VERIFIER, ...change };
  const response = await fetch(`${github.url}/login/oauth/access_token`, {
    method: 'POST',
    headers: { accept: 'application/json' },
    body: new URLSearchParams(form),
  });
  expect(response.status).toBe(200);
  return (await response.json()) as Readonly<Record<string, unknown>>;
}

const codeOf = async (): Promise<string> => (await authorize()).to?.searchParams.get('code') ?? '';
const userOf = (token: unknown): Promise<Response> => fetch(`${github.url}/user`, { headers: { authorization: `Bearer ${String(token)}` } });

describe('signing in as a person', () => {
  it('leads back with a code that is worth one token for who that is', async () => {
    const { status, to } = await authorize();
    expect([status, to?.origin, to?.pathname, to?.searchParams.get('state')]).toEqual([
      302,
      'https://countersign.test',
      '/github/link/callback',
      's',
    ]);
    const code = to?.searchParams.get('code') ?? '';
    const answer = await exchange(code);
    expect(answer).toMatchObject({ access_token: expect.stringMatching(/^ghu_/), token_type: 'bearer', scope: '', expires_in: 28_800 });
    const user = await userOf(answer['access_token']);
    expect(await user.json()).toMatchObject({ id: 70, login: 'zoe', type: 'User', name: 'Zoe' });
    expect(await exchange(code)).toMatchObject({ error: 'bad_verification_code' });
    now += 28_800_000;
    expect((await userOf(answer['access_token'])).status).toBe(401);
  });

  it.each([
    ['another secret', { client_secret: 'wrong' }, 'incorrect_client_credentials'],
    ['another verifier', { code_verifier: 'w'.repeat(43) }, 'bad_verification_code'],
    ['no verifier', { code_verifier: '' }, 'bad_verification_code'],
    ['another address', { redirect_uri: 'https://elsewhere.test/' }, 'redirect_uri_mismatch'],
  ])('is refused with %s', async (_, change, error) => {
    expect(await exchange(await codeOf(), change)).toMatchObject({ error });
  });

  it('is refused with a code that is ten minutes old', async () => {
    const code = await codeOf();
    now += 600_000;
    expect(await exchange(code)).toMatchObject({ error: 'bad_verification_code' });
  });

  it('never leads to an address that the app did not register', async () => {
    const { to } = await authorize({ redirect_uri: 'https://evil.test/callback' });
    expect([to?.host, to?.searchParams.get('error')]).toEqual(['countersign.test', 'redirect_uri_mismatch']);
    expect(await authorize({ client_id: 'Iv1.other' })).toEqual({ status: 404, to: null });
  });

  it('leads back without a code when the person declines, and asks who it is when nobody is signed in', async () => {
    github.browseAs('zoe', { declines: true });
    expect((await authorize()).to?.searchParams.get('error')).toBe('access_denied');
    github.browseAs(null);
    expect(await authorize()).toEqual({ status: 200, to: null });
    expect((await authorize({ login: 'zoe' })).to?.searchParams.get('code')).toMatch(/^[0-9a-f]{20}$/);
  });
});
