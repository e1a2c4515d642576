// Signing in to an app as a person: GitHub's web flow with PKCE, for one browser in which somebody is signed in to GitHub.
// https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
import { createHash, randomBytes } from 'node:crypto';
import type { SimRequest, SimResponse, SimRoutes } from '../http.ts';
import { bearerOf } from './auth.ts';
import { publicUserJson } from './payloads.ts';
import type { GithubState, SimUser } from './state.ts';

export interface SignInDriver {
  /** What the app's settings say. GitHub sends nobody anywhere else. */
  setSignIn(settings: SignInSettings): void;
  /** Who is signed in to GitHub in the browser; null: nobody, so that GitHub asks. `declines`: that person does not authorize the app. */
  browseAs(login: string | null, how?: { readonly declines?: boolean }): void;
}
export interface SignInSettings {
  readonly clientSecret: string;
  readonly callbackUrls: readonly string[];
}

interface Grant {
  readonly user: number;
  readonly redirectUri: string;
  readonly challenge: string | null;
  readonly expiresAt: number;
}

const CODE_LIFE_MS = 600_000;
const TOKEN_LIFE_S = 28_800;

interface World {
  readonly state: GithubState;
  settings: SignInSettings;
  browser: { readonly login: string | null; readonly declines: boolean };
  readonly codes: Map<string, Grant>;
  readonly tokens: Map<string, { readonly user: number; readonly expiresAt: number }>;
}

export function createSignIn(state: GithubState): { readonly driver: SignInDriver; readonly routes: SimRoutes } {
  const world: World = {
    state,
    settings: { clientSecret: '', callbackUrls: [] },
    browser: { login: null, declines: false },
    codes: new Map(),
    tokens: new Map(),
  };
  return {
    driver: {
      setSignIn: (settings) => void (world.settings = settings),
      browseAs: (login, { declines = false } = {}) => void (world.browser = { login, declines }),
    },
    routes: {
      'GET /login/oauth/authorize': (request) => authorize(world, request),
      'POST /login/oauth/access_token': (request) => exchange(world, request),
      'GET /user': (request) => whoAmI(world, request),
    },
  };
}

function authorize({ state, settings, browser, codes }: World, { query }: SimRequest): SimResponse {
  const redirectUri = query.get('redirect_uri') ?? settings.callbackUrls[0] ?? '';
  if (query.get('client_id') !== state.app.clientId) return { status: 404, body: 'Not Found' };
  const back = (answer: Readonly<Record<string, string>>, to = redirectUri): SimResponse => {
    const url = new URL(to);
    const given = query.get('state');
    for (const [name, value] of Object.entries({ ...answer, ...(given === null ? {} : { state: given }) })) url.searchParams.set(name, value);
    return { status: 302, headers: { location: url.toString() } };
  };
  if (!settings.callbackUrls.includes(redirectUri)) {
    const [first] = settings.callbackUrls;
    const error = { error: 'redirect_uri_mismatch', error_description: 'The redirect_uri is not associated with this application.' };
    return first === undefined ? { status: 404, body: 'Not Found' } : back(error, first);
  }
  const user = personOf(state, query.get('login') ?? browser.login);
  if (user === undefined) return choosePerson(state, query);
  if (browser.declines) return back({ error: 'access_denied', error_description: 'The user has denied your application access.' });
  const code = randomBytes(10).toString('hex');
  const challenge = query.get('code_challenge_method') === 'S256' ? query.get('code_challenge') : null;
  codes.set(code, { user: user.id, redirectUri, challenge, expiresAt: state.now() + CODE_LIFE_MS });
  return back({ code });
}

/** The simulator has no passwords: whoever looks says who they are. */
function choosePerson(state: GithubState, query: URLSearchParams): SimResponse {
  const people = [...state.users.values()].filter(({ type, login }) => type === 'User' && login !== 'web-flow');
  const items = people.map(({ login }) => {
    const again = new URLSearchParams(query);
    again.set('login', login);
    return `<li><a href="?${again.toString().replaceAll('&', '&amp;')}">${login}</a></li>`;
  });
  const style = 'body{font:16px/1.6 system-ui;max-width:30rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}';
  const body = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Simulated GitHub</title><style>${style}</style><h1>Sign in to the simulated GitHub as</h1><ul>${items.join('')}</ul></html>`;
  return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body };
}

/** GitHub answers 200 whatever it thinks of the question. */
function exchange({ state, settings, codes, tokens }: World, request: SimRequest): SimResponse {
  const form = new URLSearchParams(request.rawBody.toString('utf8'));
  const answer = (body: Readonly<Record<string, string | number>>): SimResponse =>
    request.headers.accept === 'application/json' ? { status: 200, body } : { status: 200, body: formOf(body) };
  if (form.get('client_id') !== state.app.clientId || form.get('client_secret') !== settings.clientSecret || settings.clientSecret === '')
    return answer({ error: 'incorrect_client_credentials', error_description: 'The client_id and/or client_secret passed are incorrect.' });
  const code = form.get('code') ?? '';
  const grant = codes.get(code);
  codes.delete(code);
  const verified = createHash('sha256')
    .update(form.get('code_verifier') ?? '')
    .digest('base64url');
  if (grant === undefined || grant.expiresAt <= state.now() || (grant.challenge !== null && grant.challenge !== verified))
    return answer({ error: 'bad_verification_code', error_description: 'The code passed is incorrect or expired.' });
  if ((form.get('redirect_uri') ?? grant.redirectUri) !== grant.redirectUri)
    return answer({ error: 'redirect_uri_mismatch', error_description: 'The redirect_uri MUST match the registered callback URL.' });
  const token = `ghu_${randomBytes(18).toString('hex')}`;
  tokens.set(token, { user: grant.user, expiresAt: state.now() + TOKEN_LIFE_S * 1_000 });
  return answer({ access_token: token, expires_in: TOKEN_LIFE_S, token_type: 'bearer', scope: '' });
}

function whoAmI({ state, tokens }: World, { headers }: SimRequest): SimResponse {
  if (headers['user-agent'] === undefined) return { status: 403, body: { message: 'Request forbidden by administrative rules.' } };
  const bearer = bearerOf(headers.authorization);
  if (bearer === null) return { status: 401, body: { message: 'Requires authentication', status: '401' } };
  const token = tokens.get(bearer);
  const user = token === undefined || token.expiresAt <= state.now() ? undefined : state.users.get(token.user);
  if (user === undefined) return { status: 401, body: { message: 'Bad credentials', status: '401' } };
  return { status: 200, body: publicUserJson(state, user) };
}

function personOf(state: GithubState, login: string | null): SimUser | undefined {
  return [...state.users.values()].find((user) => user.login === login && user.type === 'User');
}

function formOf(body: Readonly<Record<string, string | number>>): string {
  return new URLSearchParams(Object.entries(body).map(([name, value]): [string, string] => [name, String(value)])).toString();
}
