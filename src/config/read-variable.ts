// Variables that are no secrets. Each reader tells what is wrong and gives something to go on with.
import { quote, suggest } from './problem.ts';
import type { Variables } from './read-secret.ts';

export interface Reading {
  readonly env: Variables;
  readonly tell: (name: string, found: string, fix: string) => void;
}

/** A port; 0 lets the system choose. */
export function readPort({ env, tell }: Reading, name: string, fallback: number): number {
  const value = given(env, name);
  if (value === null) return fallback;
  if (/^\d{1,5}$/.test(value) && Number(value) <= 65_535) return Number(value);
  tell(name, `found ${quote(value)}`, 'Write a port, a whole number up to 65535');
  return fallback;
}

/** A required whole number greater than 0. */
export function readCount({ env, tell }: Reading, name: string, fix: string): number {
  const value = given(env, name);
  if (value !== null && /^[1-9]\d{0,11}$/.test(value)) return Number(value);
  tell(name, value === null ? 'it is not set' : `found ${quote(value)}`, fix);
  return 0;
}

/** A rate, a whole number of at least `least`. */
export function readRate(
  { env, tell }: Reading,
  { name, least, fallback }: { readonly name: string; readonly least: number; readonly fallback: number },
): number {
  const value = given(env, name);
  if (value === null) return fallback;
  if (/^\d{1,6}$/.test(value) && Number(value) >= least) return Number(value);
  tell(name, `found ${quote(value)}`, `Write a whole number of at least ${least}, or leave it out for ${fallback}`);
  return fallback;
}

/** A required text. */
export function readText(
  { env, tell }: Reading,
  { name, pattern, fix }: { readonly name: string; readonly pattern: RegExp; readonly fix: string },
): string {
  const value = given(env, name);
  if (value !== null && pattern.test(value)) return value;
  tell(name, value === null ? 'it is not set' : `found ${quote(value)}`, fix);
  return '';
}

export function readChoice<Choice extends string>(
  { env, tell }: Reading,
  { name, choices, fallback }: { readonly name: string; readonly choices: readonly Choice[]; readonly fallback: Choice },
): Choice {
  const value = given(env, name);
  if (value === null) return fallback;
  const chosen = choices.find((choice) => choice === value.toLowerCase());
  if (chosen === undefined) tell(name, `found ${quote(value)}`, suggest(value, choices));
  return chosen ?? fallback;
}

export interface UrlRule<Fallback extends string | null> {
  readonly name: string;
  readonly fallback: Fallback;
  /** `github`: `https://api.github.com`, or `/api/v3` of a GitHub Enterprise Server. `no-version`: our client adds `/v2` by itself. */
  readonly needs?: 'github' | 'no-version';
}

/** A base address without a slash at its end. Plain http is for loopback only: everything sent there carries a credential. */
export function readUrl<Fallback extends string | null>({ env, tell }: Reading, rule: UrlRule<Fallback>): string | Fallback {
  const value = given(env, rule.name);
  if (value === null) return rule.fallback;
  const url = URL.canParse(value) ? new URL(value) : null;
  const flaw = url === null ? ([`found ${quote(value)}`, 'Write an address such as https://example.com'] as const) : flawOf(url, rule.needs);
  if (flaw !== null) tell(rule.name, flaw[0], flaw[1]);
  return url === null ? value : `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

function flawOf(url: URL, needs: UrlRule<null>['needs']): readonly [found: string, fix: string] | null {
  const isLoopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(url.hostname);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return [`found ${quote(url.protocol)} before the address`, 'Write https://'];
  if (url.protocol === 'http:' && !isLoopback) return ['it is plain http', 'Write https://; plain http is accepted for loopback only'];
  if (url.username !== '' || url.password !== '')
    return ['it has a user name or password inside', 'Take it out; credentials have variables of their own'];
  if (url.search !== '' || url.hash !== '') return ['it has a query or fragment', 'Write the base address only'];
  const path = url.pathname.replace(/\/+$/, '');
  if (needs === 'no-version' && /\/v\d+$/.test(path)) return ['it ends with the version of the API', 'Leave the version out'];
  const isGithub = isLoopback || url.hostname.startsWith('api.') || path.endsWith('/api/v3');
  return needs === 'github' && !isGithub ? ['it is not the address of an API', 'Write https://api.github.com, or https://HOST/api/v3'] : null;
}

/** Empty is the same as not set, as compose files write it. */
export function given(env: Variables, name: string): string | null {
  const value = env[name]?.trim();
  return value === undefined || value === '' ? null : value;
}
