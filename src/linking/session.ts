// What ties the steps of one sign-in to one browser: a cookie that holds the one-time token and a secret of this session.
// Everything else (state, PKCE verifier, form token) is derived from them, so that nothing is kept here between two requests.
import type { IncomingHttpHeaders } from 'node:http';
import { derivedSecret, digestOfSecret, isSecret, newSecret } from '../one-time-secret.ts';
import { secretsEqual } from '../secret-compare.ts';

export interface Session {
  readonly token: string;
  readonly secret: string;
}

export function newSession(token: string): Session {
  return { token, secret: newSecret() };
}

/** As `people` knows them. */
export function digestsOf({ token, secret }: Session): { readonly token: string; readonly session: string } {
  return { token: digestOfSecret(token), session: digestOfSecret(secret) };
}

/** Bound to the token as well: the state of one sign-in fits no other. */
export const stateOf = ({ token, secret }: Session): string => derivedSecret(secret, `state ${digestOfSecret(token)}`);
export const verifierOf = ({ secret }: Session): string => derivedSecret(secret, 'verifier');
export const formTokenOf = ({ token, secret }: Session): string => derivedSecret(secret, `form ${digestOfSecret(token)}`);

export const isStateOf = (session: Session, state: string): boolean => secretsEqual(state, stateOf(session));
export const isFormTokenOf = (session: Session, formToken: string): boolean => secretsEqual(formToken, formTokenOf(session));

// ---- the cookie ------------------------------------------------------------------------------------------------

/** With the prefix no other host may set it; browsers take the prefix over https only. */
const nameFor = (isHttps: boolean): string => (isHttps ? '__Host-countersign-link' : 'countersign-link');
const attributesFor = (isHttps: boolean, maxAgeS: number): string =>
  // Lax: it must come along when GitHub sends the person back, and with no form of another site.
  `Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`;

export function cookieFor(session: Session, { isHttps, maxAgeS }: { readonly isHttps: boolean; readonly maxAgeS: number }): string {
  return `${nameFor(isHttps)}=${session.secret}.${session.token}; ${attributesFor(isHttps, maxAgeS)}`;
}

export function noCookie(isHttps: boolean): string {
  return `${nameFor(isHttps)}=; ${attributesFor(isHttps, 0)}`;
}

/** The session of this browser; null: it has none, or one that we did not make. */
export function sessionOf(headers: IncomingHttpHeaders, isHttps: boolean): Session | null {
  const name = `${nameFor(isHttps)}=`;
  const values = (headers.cookie ?? '').split(/;\s*/).filter((pair) => pair.startsWith(name));
  const [value, second] = values.map((pair) => pair.slice(name.length));
  // Two of that name: somebody else set one.
  if (value === undefined || second !== undefined) return null;
  const [secret = '', token = '', extra] = value.split('.');
  return extra === undefined && isSecret(secret) && isSecret(token) ? { token, secret } : null;
}
