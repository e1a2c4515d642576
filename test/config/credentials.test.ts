// The ways to a Buildkite token as variables, by zone; and secrets in real files that change.
import { generateKeyPairSync } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { readSettings, type Settings } from '../../src/config/env.ts';
import { describeProblem, type Problem } from '../../src/config/problem.ts';
import { readFile } from '../../src/config/read-file.ts';
import type { SecretFiles } from '../../src/config/secret.ts';
import { secretsOfOthers, zoneSuffix, type Serving } from '../../src/config/secret-rules.ts';

type Env = Readonly<Record<string, string | undefined>>;

const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(PKCS8).toString();
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const P384 = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey.export(PKCS8).toString();
const JWT = 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJib3QifQ.c2lnbmF0dXJl';
const BASE: Env = {
  APP_ID: '4711',
  PRIVATE_KEY: RSA,
  WEBHOOK_SECRET: 'hook-0123456789abcdef',
  SLACK_BOT_TOKEN: 'xoxb-0123456789-abcdef',
  SLACK_SIGNING_SECRET: 'sign-0123456789abcdef',
  BUILDKITE_ORGANIZATION_SLUG: 'acme',
};
const TOKEN: Env = { ...BASE, BUILDKITE_API_TOKEN: 'bkua_0123456789abcdef' };
const EXCHANGE: Env = {
  ...BASE,
  BUILDKITE_OAUTH_CLIENT_ID: 'app-countersign',
  BUILDKITE_OAUTH_PRIVATE_KEY: EC.export(PKCS8).toString(),
  BUILDKITE_OAUTH_SUBJECT: 'bot@acme.test',
};
const FEDERATION: Env = { ...BASE, BUILDKITE_OAUTH_CLIENT_ID: 'wi-countersign', BUILDKITE_OAUTH_ASSERTION_FILE: '/run/token' };
const TEXTS: Readonly<Record<string, string>> = {
  '/run/token': `${JWT}\n`,
  '/run/garbage': 'not a token at all\n',
  '/run/opaque': 'opaque-0123456789abcdef\n',
};
const files: SecretFiles = { readText: (path) => TEXTS[path] ?? missing(), stampOf: (path) => TEXTS[path] ?? missing() };
function missing(): never {
  throw new Error('no such file');
}

const ALL: Serving = { zones: ['default'], builds: true };
function settingsOf(env: Env, serving: Serving = ALL, from = files): Settings {
  const read = readSettings(env, from, serving);
  if (read.kind === 'problems') throw new Error(read.problems.map(describeProblem).join('\n'));
  return read.settings;
}
function problemsOf(env: Env, serving: Serving = ALL): readonly Problem[] {
  const read = readSettings(env, files, serving);
  return read.kind === 'problems' ? read.problems : [];
}

describe('a zone’s way to Buildkite', () => {
  test('is a token, an exchange that we sign, or a federation that somebody else signs', () => {
    const url = 'https://buildkite.com/oauth/token';
    expect(settingsOf(TOKEN).buildkite.credentials['default']).toMatchObject({ kind: 'token' });
    expect(settingsOf(EXCHANGE).buildkite.credentials['default']).toMatchObject({
      kind: 'exchange',
      url,
      clientId: 'app-countersign',
      keyId: null,
      subject: 'bot@acme.test',
    });
    const federation = settingsOf(FEDERATION).buildkite.credentials['default'];
    expect(federation).toMatchObject({ kind: 'federation', url, clientId: 'wi-countersign' });
    expect(federation?.kind === 'federation' && federation.assertion.reveal()).toBe(JWT);
  });

  test('signs with an RSA or a P-256 key, in any of the forms in which variables carry one', () => {
    const sec1 = EC.export({ type: 'sec1', format: 'pem' }).toString();
    for (const key of [RSA, sec1, Buffer.from(sec1).toString('base64'), RSA.replaceAll('\n', '\\n')])
      expect(problemsOf({ ...EXCHANGE, BUILDKITE_OAUTH_PRIVATE_KEY: key, PRIVATE_KEY: otherRsa() })).toEqual([]);
  });

  test.each<readonly [string, Env, string, RegExp]>([
    ['nothing at all', BASE, 'BUILDKITE_API_TOKEN', /not set/],
    ['a token and a client', { ...EXCHANGE, BUILDKITE_API_TOKEN: 'bkua_0123456789abcdef' }, 'BUILDKITE_API_TOKEN', /OAUTH_CLIENT_ID is set as well/],
    ['a client without a key', { ...EXCHANGE, BUILDKITE_OAUTH_PRIVATE_KEY: undefined }, 'BUILDKITE_OAUTH_PRIVATE_KEY', /not set/],
    ['a key without a client', { ...EXCHANGE, BUILDKITE_OAUTH_CLIENT_ID: undefined }, 'BUILDKITE_OAUTH_CLIENT_ID', /not set/],
    ['nobody to act as', { ...EXCHANGE, BUILDKITE_OAUTH_SUBJECT: undefined }, 'BUILDKITE_OAUTH_SUBJECT', /not set/],
    ['a name to act as', { ...EXCHANGE, BUILDKITE_OAUTH_SUBJECT: 'Countersign' }, 'BUILDKITE_OAUTH_SUBJECT', /Countersign/],
    ['a key of another curve', { ...EXCHANGE, BUILDKITE_OAUTH_PRIVATE_KEY: P384 }, 'BUILDKITE_OAUTH_PRIVATE_KEY', /neither an RSA nor a P-256/],
    ['a key that is GitHub’s', { ...EXCHANGE, BUILDKITE_OAUTH_PRIVATE_KEY: RSA }, 'BUILDKITE_OAUTH_PRIVATE_KEY', /same as PRIVATE_KEY/],
    [
      'a key and an assertion',
      { ...EXCHANGE, BUILDKITE_OAUTH_ASSERTION_FILE: '/run/token' },
      'BUILDKITE_OAUTH_ASSERTION_FILE',
      /PRIVATE_KEY is set as well/,
    ],
    [
      'an assertion that would run out',
      { ...FEDERATION, BUILDKITE_OAUTH_ASSERTION_FILE: undefined, BUILDKITE_OAUTH_ASSERTION: JWT },
      'BUILDKITE_OAUTH_ASSERTION',
      /run out/,
    ],
    ['an assertion that is no JWT', { ...FEDERATION, BUILDKITE_OAUTH_ASSERTION_FILE: '/run/opaque' }, 'BUILDKITE_OAUTH_ASSERTION_FILE', /no JWT/],
    [
      'an assertion that is not there',
      { ...FEDERATION, BUILDKITE_OAUTH_ASSERTION_FILE: '/run/none' },
      'BUILDKITE_OAUTH_ASSERTION_FILE',
      /can't be read/,
    ],
    [
      'a token address in plain http',
      { ...EXCHANGE, BUILDKITE_OAUTH_TOKEN_URL: 'http://buildkite.test/oauth/token' },
      'BUILDKITE_OAUTH_TOKEN_URL',
      /plain http/,
    ],
    ['a token that fits in no header', { ...TOKEN, BUILDKITE_API_TOKEN: 'bkua_0123456789äbcdef' }, 'BUILDKITE_API_TOKEN', /no token has/],
  ])('%s is told by name, and with no value', (_, env, name, found) => {
    const problems = problemsOf(env);
    expect(problems.map(({ path }) => path)).toEqual([name]);
    expect(problems[0]?.found).toMatch(found);
    expect(problems.map(describeProblem).join('\n')).not.toMatch(/0123456789|eyJ|BEGIN/);
  });
});

function otherRsa(): string {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(PKCS8).toString();
}

describe('the credentials of several zones', () => {
  const EU = { BUILDKITE_API_TOKEN_EU_WEST: 'bkua_eu_0123456789abcdef', TEMPORAL_API_KEY_EU_WEST: 'temporal-eu-0123456789' };
  const env = { ...TOKEN, ...EU, TEMPORAL_API_KEY: 'temporal-0123456789', BUILDKITE_WEBHOOK_TOKEN_EU_WEST: 'hook-eu-0123456789abcdef' };

  test('are read for the zones that a process serves, and for no others', () => {
    expect([zoneSuffix('default'), zoneSuffix('eu-west')]).toEqual(['', '_EU_WEST']);
    const { buildkite, temporal } = settingsOf({ ...env, BUILDKITE_ORGANIZATION_SLUG: undefined }, { zones: ['eu-west'], builds: true });
    const credential = buildkite.credentials['eu-west'];
    expect(credential?.kind === 'token' && credential.token.reveal()).toBe(EU.BUILDKITE_API_TOKEN_EU_WEST);
    expect([Object.keys(buildkite.credentials), Object.keys(temporal.apiKeys), Object.keys(buildkite.webhookTokens)]).toEqual([
      ['eu-west'],
      ['eu-west'],
      ['eu-west'],
    ]);
    expect(temporal.apiKeys['eu-west']?.reveal()).toBe(EU.TEMPORAL_API_KEY_EU_WEST);
    expect(problemsOf(TOKEN, { zones: ['eu-west'], builds: true })).toMatchObject([{ path: 'BUILDKITE_API_TOKEN_EU_WEST' }]);
  });

  test('that build are none of a front door’s', () => {
    const { buildkite, temporal } = settingsOf({ ...env, BUILDKITE_API_TOKEN: undefined }, { zones: ['default', 'eu-west'], builds: false });
    expect(buildkite.credentials).toEqual({});
    expect(Object.keys(temporal.apiKeys)).toEqual(['default', 'eu-west']);
    expect(buildkite.webhookTokens['eu-west']?.map((secret) => secret.reveal())).toEqual(['hook-eu-0123456789abcdef']);
  });

  test('may be exchanged for in one zone and given in another, each where it says', () => {
    const mixed = Object.entries(EXCHANGE)
      .filter(([name]) => name.startsWith('BUILDKITE_OAUTH'))
      .map(([name, value]) => [`${name}_EU`, value] as const);
    const both = { ...TOKEN, ...Object.fromEntries(mixed), BUILDKITE_OAUTH_TOKEN_URL_EU: 'https://eu.buildkite.test/oauth/token' };
    const { credentials } = settingsOf(both, { zones: ['default', 'eu'], builds: true }).buildkite;
    expect(credentials).toMatchObject({ default: { kind: 'token' }, eu: { kind: 'exchange', url: 'https://eu.buildkite.test/oauth/token' } });
  });

  test('have no place in the worker of another', () => {
    const files = { BUILDKITE_OAUTH_ASSERTION_US_FILE: '/run/us' };
    const named = (own: string) => secretsOfOthers({ ...env, ...files }, ['default', 'eu-west', 'us'], own).map(({ path }) => path);
    expect(named('eu-west')).toEqual(['BUILDKITE_API_TOKEN', 'TEMPORAL_API_KEY', 'BUILDKITE_OAUTH_ASSERTION_US_FILE']);
    expect(named('default')).toEqual(['BUILDKITE_API_TOKEN_EU_WEST', 'TEMPORAL_API_KEY_EU_WEST', 'BUILDKITE_OAUTH_ASSERTION_US_FILE']);
  });
});

describe('a token in a real file', () => {
  function mounted(): { readonly path: string; readonly folder: string; readonly swap: (text: string | null) => void; readonly token: () => string } {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-secret-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    // As Kubernetes mounts secrets: a folder for each version, a link to it that is renamed over the old one, a link to the file in it.
    let version = 0;
    const swap = (text: string | null): void => {
      const next = `..version-${(version += 1)}`;
      mkdirSync(join(folder, next));
      if (text !== null) writeFileSync(join(folder, next, 'token'), text);
      symlinkSync(next, join(folder, '..new'));
      renameSync(join(folder, '..new'), join(folder, '..data'));
    };
    swap('first-0123456789abcdef\n');
    const path = join(folder, 'token');
    symlinkSync(join('..data', 'token'), path);
    const credential = settingsOf({ ...BASE, BUILDKITE_API_TOKEN_FILE: path }, ALL, readFile).buildkite.credentials['default'];
    if (credential?.kind !== 'token') throw new Error('no token');
    return { path, folder, swap, token: () => credential.token.reveal() };
  }

  test('is the new one from the moment the link is swapped, a hundred times', () => {
    const { swap, token } = mounted();
    const seen = Array.from({ length: 100 }, (_, at) => {
      const next = `swap-${String(at).padStart(3, '0')}-0123456789abcdef`;
      swap(next);
      return token() === next;
    });
    expect(seen.filter((isNew) => !isNew)).toEqual([]);
  });

  test('is the new one too when the file is written in place, at once and in the same length', () => {
    const { path, token } = mounted();
    unlinkSync(path);
    for (let at = 0; at < 100; at += 1) {
      const next = `place-${String(at).padStart(3, '0')}-0123456789abcdef`;
      writeFileSync(path, next);
      expect(token()).toBe(next);
    }
  });

  test.each<readonly [string, string | null]>([
    ['missing', null],
    ['empty', ''],
    ['blank', ' \n'],
    ['cut off', 'swap-0'],
    ['garbage', '\u0000\u0001\u0002garbage-0123456789abcdef'],
    ['somebody else’s page', '<html><body>Service unavailable, try again</body></html>'],
  ])('stays the last good one while the file is %s, ten times', (_, text) => {
    const { swap, token } = mounted();
    for (let at = 0; at < 10; at += 1) {
      const good = `good-${at}-0123456789abcdef`;
      swap(good);
      expect(token()).toBe(good);
      swap(text);
      expect(token()).toBe(good);
    }
  });
});
