// Signing in as a person, by the web flow of a GitHub App with PKCE:
// https://docs.github.com/apps/creating-github-apps/authenticating-with-a-github-app/generating-a-user-access-token-for-a-github-app
import { createHash } from 'node:crypto';
import { Trouble, type TroubleKind } from '../trouble.ts';
import { AccessToken, SignedInUser, TokenRefusal } from './schema.ts';

export interface SignInOptions {
  readonly clientId: string;
  readonly clientSecret: () => string;
  /** `https://github.com` or `https://HOST`, without a slash at its end. */
  readonly webUrl: string;
  /** The API's address, without a slash at its end. */
  readonly apiUrl: string;
}

export interface SignIn {
  /** Where the person goes to sign in. `verifier`: kept in the browser that comes back, and shown at the exchange only. */
  authorizeUrl(flow: { readonly state: string; readonly verifier: string; readonly redirectUri: string }): string;
  /** Who came back with this code. The token behind it is used for that one question and forgotten. Throws `Trouble`. */
  whoSignedIn(flow: { readonly code: string; readonly verifier: string; readonly redirectUri: string }): Promise<GithubUser>;
}
export interface GithubUser {
  readonly id: number;
  readonly login: string;
}

const TIMEOUT_MS = 5_000;

export function createSignIn(options: SignInOptions): SignIn {
  const { clientId, clientSecret, webUrl, apiUrl } = options;
  return {
    authorizeUrl: ({ state, verifier, redirectUri }) => {
      const challenge = createHash('sha256').update(verifier).digest('base64url');
      const query = { client_id: clientId, redirect_uri: redirectUri, state, code_challenge: challenge, code_challenge_method: 'S256' };
      return `${webUrl}/login/oauth/authorize?${new URLSearchParams(query).toString()}`;
    },
    async whoSignedIn({ code, verifier, redirectUri }) {
      const form = { client_id: clientId, client_secret: clientSecret(), code, redirect_uri: redirectUri, code_verifier: verifier };
      const exchanged = await ask(`${webUrl}/login/oauth/access_token`, {
        method: 'POST',
        headers: { accept: 'application/json' },
        body: new URLSearchParams(form),
      });
      const token = AccessToken.safeParse(exchanged);
      // GitHub answers 200 with an `error`: a code that was used, is too old, or belongs to another verifier.
      if (!token.success) throw trouble('invalid', `github refused the code: ${TokenRefusal.safeParse(exchanged).data?.error ?? 'no token'}`);
      const answer = await ask(`${apiUrl}/user`, {
        headers: { accept: 'application/vnd.github+json', authorization: `Bearer ${token.data.access_token}` },
      });
      const user = SignedInUser.safeParse(answer);
      if (!user.success) throw trouble('invalid', 'github did not say who signed in');
      return { id: user.data.id, login: user.data.login };
    },
  };
}

interface Question {
  readonly method?: 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: URLSearchParams;
}

/** One request, once. Errors are told without the address, which may carry what must not be written down. */
async function ask(url: string, request: Question): Promise<unknown> {
  let response: Response;
  try {
    const headers = { ...request.headers, 'user-agent': 'countersign' };
    response = await fetch(url, { ...request, headers, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw trouble('unavailable', `github did not answer (${error instanceof Error ? error.name : 'unknown'})`);
  }
  if (!response.ok) {
    await response.body?.cancel();
    throw trouble(response.status >= 500 ? 'unavailable' : 'invalid', `github answered ${response.status}`);
  }
  try {
    return await response.json();
  } catch {
    throw trouble('unavailable', 'github answered something that is no JSON');
  }
}

function trouble(kind: TroubleKind, found: string): Trouble {
  return new Trouble({ source: 'github', kind, doing: 'signing somebody in', found });
}
