// Which of the ways to a Buildkite token a zone uses, from its variables.
import { isGiven } from './read-secret.ts';
import { BUILDKITE_USER } from './schema-parts.ts';
import type { Secret } from './secret.ts';
import { readText, readUrl, type Reading } from './read-variable.ts';

export type BuildkiteCredential =
  | { readonly kind: 'token'; readonly token: Secret }
  /** OAuth token exchange: we sign with `privateKey`, as `subject` (e-mail address or UUID of the bot's user). `keyId` null: any key of the client's. */
  | {
      readonly kind: 'exchange';
      readonly url: string;
      readonly clientId: string;
      readonly privateKey: Secret;
      readonly keyId: string | null;
      readonly subject: string;
    }
  /** Workload identity federation: somebody else signs, into a file. */
  | { readonly kind: 'federation'; readonly url: string; readonly clientId: string; readonly assertion: Secret };

/** null: there is none, or a part is missing; both were told. */
export function readBuildkiteCredential(reading: Reading, secret: (name: string) => Secret | null, suffix: string): BuildkiteCredential | null {
  const { env, tell } = reading;
  const has = (name: string): boolean => isGiven(env, name);
  const [api, id, key] = [`BUILDKITE_API_TOKEN${suffix}`, `BUILDKITE_OAUTH_CLIENT_ID${suffix}`, `BUILDKITE_OAUTH_PRIVATE_KEY${suffix}`] as const;
  const assertion = `BUILDKITE_OAUTH_ASSERTION${suffix}`;
  if (!has(id) && !has(key) && !has(assertion)) {
    const token = secret(api);
    return token === null ? null : { kind: 'token', token };
  }
  if (has(api)) tell(api, `${[id, key, assertion].find(has)} is set as well`, 'Keep one way to a token');
  if (has(key) && has(assertion)) tell(`${assertion}_FILE`, `${key} is set as well`, 'Keep one of them: who signs?');
  const clientId = readText(reading, {
    name: id,
    pattern: /^[A-Za-z0-9._:-]{4,200}$/,
    fix: 'Copy the client id of the OAuth application or workload identity',
  });
  const url = readUrl(reading, {
    name: has(`BUILDKITE_OAUTH_TOKEN_URL${suffix}`) ? `BUILDKITE_OAUTH_TOKEN_URL${suffix}` : 'BUILDKITE_OAUTH_TOKEN_URL',
    fallback: 'https://buildkite.com/oauth/token',
  });
  const signed = secret(assertion);
  if (has(assertion)) return signed === null ? null : { kind: 'federation', url, clientId, assertion: signed };
  const privateKey = secret(key);
  const as = readText(reading, {
    name: `BUILDKITE_OAUTH_SUBJECT${suffix}`,
    pattern: BUILDKITE_USER,
    fix: "Write the e-mail address or UUID of the bot's user at Buildkite",
  });
  return privateKey === null
    ? null
    : { kind: 'exchange', url, clientId, privateKey, keyId: readKeyId(reading, `BUILDKITE_OAUTH_KEY_ID${suffix}`), subject: as };
}

function readKeyId(reading: Reading, name: string): string | null {
  return (reading.env[name] ?? '').trim() === ''
    ? null
    : readText(reading, { name, pattern: /^[\x21-\x7e]{1,200}$/, fix: 'Write the `kid` of the key' });
}
