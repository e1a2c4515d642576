import { generateKeyPairSync } from 'node:crypto';
import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { configPathOf, homeZone, readSettings, type Settings } from '../../src/config/env.ts';
import { describeProblem, type Problem } from '../../src/config/problem.ts';
import type { SecretFiles } from '../../src/config/secret.ts';

type Env = Readonly<Record<string, string | undefined>>;

const PKCS8 = { type: 'pkcs8', format: 'pem' } as const;
const RSA = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export(PKCS8).toString();
const EC = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export(PKCS8).toString();
const GOOD: Env = {
  APP_ID: '4711',
  PRIVATE_KEY: RSA,
  WEBHOOK_SECRET: 'hook-0123456789abcdef',
  SLACK_BOT_TOKEN: 'xoxb-0123456789-abcdef',
  SLACK_SIGNING_SECRET: 'sign-0123456789abcdef',
  BUILDKITE_API_TOKEN: 'bkua_0123456789abcdef',
  BUILDKITE_ORGANIZATION_SLUG: 'acme',
};
const CANARY = 'canary-7d1f';

const noFiles: SecretFiles = {
  readText: () => fail(),
  stampOf: () => fail(),
};
function fail(): never {
  throw new Error('no such file');
}
function files(texts: Readonly<Record<string, string>>): SecretFiles {
  return { readText: (path) => texts[path] ?? fail(), stampOf: (path) => String((texts[path] ?? fail()).length) };
}

function settingsOf(env: Env, from: SecretFiles = noFiles): Settings {
  const read = readSettings(env, from);
  if (read.kind === 'problems') throw new Error(read.problems.map(describeProblem).join('\n'));
  return read.settings;
}
function problemsOf(env: Env, from: SecretFiles = noFiles): readonly Problem[] {
  const read = readSettings(env, from);
  return read.kind === 'problems' ? read.problems : [];
}

interface Broken {
  readonly what: string;
  readonly env: Env;
  readonly name: string;
  readonly found: RegExp;
}
const row = (what: string, env: Env, name: string, found: RegExp): Broken => ({ what, env, name, found });
const SECRETS = ['WEBHOOK_SECRET', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'BUILDKITE_API_TOKEN'] as const;
const REQUIRED = [...SECRETS, 'APP_ID', 'PRIVATE_KEY', 'BUILDKITE_ORGANIZATION_SLUG'] as const;

const US = 'https://countersign.acme.test';
const CLIENT = 'client-0123456789abcdef';
const BROKEN: readonly Broken[] = [
  ...REQUIRED.map((name) => row(`no ${name}`, { [name]: undefined }, name, /not set/)),
  ...REQUIRED.map((name) => row(`an empty ${name}`, { [name]: '' }, name, /not set|empty/)),
  ...SECRETS.map((name) => row(`white space for ${name}`, { [name]: '   ' }, name, /empty/)),
  ...[
    'development',
    'changeme',
    'CHANGE_ME',
    'secret',
    'password',
    'your-webhook-secret-here',
    '<paste it here>',
    '${WEBHOOK_SECRET}',
    'xxxxxxxxxxxxxxxxxxxx',
  ].map((value) => row(`the placeholder ${value}`, { WEBHOOK_SECRET: value }, 'WEBHOOK_SECRET', /placeholder/)),
  row('a short webhook secret', { WEBHOOK_SECRET: CANARY }, 'WEBHOOK_SECRET', /11 characters.*16/),
  row('a short signing secret', { SLACK_SIGNING_SECRET: CANARY }, 'SLACK_SIGNING_SECRET', /16/),
  row('a short previous secret', { WEBHOOK_SECRET_PREVIOUS: CANARY }, 'WEBHOOK_SECRET_PREVIOUS', /16/),
  row('an empty previous secret', { SLACK_SIGNING_SECRET_PREVIOUS: '' }, 'SLACK_SIGNING_SECRET_PREVIOUS', /empty/),
  row('an empty Buildkite webhook token', { BUILDKITE_WEBHOOK_TOKEN: '' }, 'BUILDKITE_WEBHOOK_TOKEN', /empty/),
  row('a secret with a newline at its end', { WEBHOOK_SECRET: `${CANARY}-0123456789\n` }, 'WEBHOOK_SECRET', /white space/),
  row('a secret with a space inside', { WEBHOOK_SECRET: `${CANARY} 0123456789` }, 'WEBHOOK_SECRET', /white space inside/),
  row('a user token for the bot token', { SLACK_BOT_TOKEN: `xoxp-${CANARY}-01234567` }, 'SLACK_BOT_TOKEN', /xoxb-/),
  row('a bot token for the app token', { SLACK_APP_TOKEN: `xoxb-${CANARY}-01234567` }, 'SLACK_APP_TOKEN', /xapp-/),
  row('one secret in two places', { SLACK_SIGNING_SECRET: GOOD['WEBHOOK_SECRET'] }, 'SLACK_SIGNING_SECRET', /same as WEBHOOK_SECRET/),
  row(
    'a previous secret that is the present one',
    { WEBHOOK_SECRET_PREVIOUS: GOOD['WEBHOOK_SECRET'] },
    'WEBHOOK_SECRET_PREVIOUS',
    /same as WEBHOOK_SECRET/,
  ),
  row('a secret and its file', { WEBHOOK_SECRET_FILE: '/run/x' }, 'WEBHOOK_SECRET_FILE', /WEBHOOK_SECRET is set as well/),
  row('a key and its path', { PRIVATE_KEY_PATH: '/run/x' }, 'PRIVATE_KEY_PATH', /PRIVATE_KEY is set as well/),
  row('a secret file that is not there', { WEBHOOK_SECRET: undefined, WEBHOOK_SECRET_FILE: '/run/none' }, 'WEBHOOK_SECRET_FILE', /can't be read/),
  row('an empty secret file', { WEBHOOK_SECRET: undefined, WEBHOOK_SECRET_FILE: '/run/empty' }, 'WEBHOOK_SECRET_FILE', /empty/),
  row('a secret file with a placeholder', { WEBHOOK_SECRET: undefined, WEBHOOK_SECRET_FILE: '/run/weak' }, 'WEBHOOK_SECRET_FILE', /placeholder/),
  row('a client id for the app id', { APP_ID: 'Iv1.8a61f9b3a7aba766' }, 'APP_ID', /Iv1/),
  row('an app id of 0', { APP_ID: '0' }, 'APP_ID', /0/),
  row('a key that is no key', { PRIVATE_KEY: CANARY }, 'PRIVATE_KEY', /no PEM/),
  row('a key cut off', { PRIVATE_KEY: RSA.slice(0, 400) }, 'PRIVATE_KEY', /does not parse/),
  row('a public key', { PRIVATE_KEY: RSA.replaceAll('PRIVATE', 'PUBLIC') }, 'PRIVATE_KEY', /no PEM/),
  row('a key of another kind', { PRIVATE_KEY: EC }, 'PRIVATE_KEY', /no RSA/),
  row('an organization by name', { BUILDKITE_ORGANIZATION_SLUG: 'Acme Inc' }, 'BUILDKITE_ORGANIZATION_SLUG', /Acme Inc/),
  row('a port in words', { PORT: 'three' }, 'PORT', /three/),
  row('a port that does not exist', { OPS_PORT: '65536' }, 'OPS_PORT', /65536/),
  row('a negative port', { PORT: '-1' }, 'PORT', /-1/),
  row('one port for both', { PORT: '8080', OPS_PORT: '8080' }, 'OPS_PORT', /same as PORT/),
  row('an unknown log level', { LOG_LEVEL: 'verbose' }, 'LOG_LEVEL', /verbose/),
  row('plain http to GitHub', { GITHUB_API_URL: 'http://github.acme.test/api/v3' }, 'GITHUB_API_URL', /plain http/),
  row('plain http to Slack', { SLACK_API_URL: 'http://slack.com/api/' }, 'SLACK_API_URL', /plain http/),
  row('plain http to Buildkite', { BUILDKITE_REST_API_ENDPOINT: 'http://api.buildkite.com' }, 'BUILDKITE_REST_API_ENDPOINT', /plain http/),
  row('plain http to ourselves', { PUBLIC_URL: 'http://countersign.acme.test' }, 'PUBLIC_URL', /plain http/),
  row('a host that only looks like loopback', { GITHUB_API_URL: 'http://127.0.0.1.evil.test' }, 'GITHUB_API_URL', /plain http/),
  row('an address without https', { PUBLIC_URL: 'countersign.acme.test' }, 'PUBLIC_URL', /countersign/),
  row('another protocol', { SLACK_API_URL: 'ftp://slack.com/api/' }, 'SLACK_API_URL', /ftp/),
  row('a password in an address', { GITHUB_API_URL: `https://bot:${CANARY}@api.github.com` }, 'GITHUB_API_URL', /password inside/),
  row('a query in an address', { PUBLIC_URL: `https://countersign.acme.test/?a=${CANARY}` }, 'PUBLIC_URL', /query/),
  row('the website of GitHub', { GITHUB_API_URL: 'https://github.com' }, 'GITHUB_API_URL', /not the address of an API/),
  row('a quota that is no number', { BUILDKITE_REQUESTS_PER_MINUTE: 'many' }, 'BUILDKITE_REQUESTS_PER_MINUTE', /"many"/),
  row('a quota that leaves nothing', { BUILDKITE_REQUESTS_PER_MINUTE: '5' }, 'BUILDKITE_REQUESTS_PER_MINUTE', /"5"/),
  row('a Redis without its protocol', { REDIS_URL: `user:${CANARY}@redis.acme.test:6379` }, 'REDIS_URL', /no address of a Redis/),
  row('a Redis behind http', { REDIS_URL: `https://:${CANARY}@redis.acme.test` }, 'REDIS_URL', /no address of a Redis/),
  row('an empty address of Redis', { REDIS_URL: '' }, 'REDIS_URL', /empty/),
  row('the version in the endpoint', { BUILDKITE_REST_API_ENDPOINT: 'https://api.buildkite.com/v2/' }, 'BUILDKITE_REST_API_ENDPOINT', /version/),
  row('a client id alone', { PUBLIC_URL: US, GITHUB_CLIENT_ID: 'Iv1.8a61f9b3a7aba766' }, 'GITHUB_CLIENT_SECRET', /GITHUB_CLIENT_ID is/),
  row('a client secret alone', { PUBLIC_URL: US, GITHUB_CLIENT_SECRET: CLIENT }, 'GITHUB_CLIENT_ID', /not set/),
  row('a client id that is none', { PUBLIC_URL: US, GITHUB_CLIENT_ID: 'a b', GITHUB_CLIENT_SECRET: CLIENT }, 'GITHUB_CLIENT_ID', /a b/),
  row('a sign-in that leads nowhere', { GITHUB_CLIENT_ID: 'Iv1.8a61f9b3a7aba766', GITHUB_CLIENT_SECRET: CLIENT }, 'PUBLIC_URL', /not set/),
  row('plain http to where people sign in', { GITHUB_WEB_URL: 'http://github.acme.test' }, 'GITHUB_WEB_URL', /plain http/),
  row('a Temporal profile that is not there', { TEMPORAL_CONFIG_FILE: '/etc/none.toml' }, 'TEMPORAL_CONFIG_FILE', /no such file/),
];

describe('a broken environment is told by name, with what is wrong', () => {
  const from = files({ '/run/empty': ' \n', '/run/weak': 'changeme\n', '/run/x': 'file-0123456789abcdef' });
  test('the table is long enough', () => expect(BROKEN.length).toBeGreaterThanOrEqual(40));
  test.each(BROKEN)('$what', ({ env, name, found }) => {
    const problems = problemsOf({ ...GOOD, ...env }, from);
    expect(problems.map(({ path }) => path)).toEqual([name]);
    expect(problems[0]?.found).toMatch(found);
    expect(problems[0]?.fix).not.toBe('');
    expect(problems.map(describeProblem).join('\n')).not.toContain(CANARY);
  });
});

test('all problems are told at once', () => {
  expect(new Set(problemsOf({}).map(({ path }) => path))).toEqual(new Set(REQUIRED));
});

describe('a good environment', () => {
  test('takes the documented defaults', () => {
    expect(settingsOf(GOOD)).toMatchObject({
      port: 3000,
      opsPort: 9090,
      configPath: 'countersign.yml',
      isProduction: false,
      logLevel: 'info',
      publicUrl: null,
      github: { appId: 4711, apiUrl: 'https://api.github.com' },
      slack: { apiUrl: 'https://slack.com/api/', appToken: null },
      buildkite: { organization: 'acme', apiUrl: 'https://api.buildkite.com', webhookTokens: { default: [] }, requestsPerMinute: { default: 50 } },
    });
  });

  test.each([
    ['PEM', RSA],
    ['PEM without its last newline', RSA.trim()],
    ['PEM on one line', RSA.replaceAll('\n', '\\n')],
    ['base64', Buffer.from(RSA).toString('base64')],
  ])('gives the private key as PEM from %s', (_, value) => {
    expect(settingsOf({ ...GOOD, PRIVATE_KEY: value }).github.privateKey.reveal()).toBe(RSA);
  });

  test.each(['PRIVATE_KEY_PATH', 'PRIVATE_KEY_FILE'])('reads the private key that %s names', (name) => {
    const settings = settingsOf({ ...GOOD, PRIVATE_KEY: undefined, [name]: '/run/key.pem' }, files({ '/run/key.pem': RSA }));
    expect(settings.github.privateKey.reveal()).toBe(RSA);
  });

  test('switches account links on when all of the sign-in is there, and not before', () => {
    expect(settingsOf({ ...GOOD, PUBLIC_URL: US }).github.signIn).toBeNull();
    const signIn = { PUBLIC_URL: `${US}/`, GITHUB_CLIENT_ID: 'Iv1.8a61f9b3a7aba766', GITHUB_CLIENT_SECRET: 'client-0123456789abcdef' };
    const settings = settingsOf({ ...GOOD, ...signIn }).github.signIn;
    expect(settings).toMatchObject({ clientId: 'Iv1.8a61f9b3a7aba766', webUrl: 'https://github.com', publicUrl: US });
    expect(settings?.clientSecret.reveal()).toBe('client-0123456789abcdef');
  });

  test('carries both secrets while one is rotated', () => {
    const { github, slack, buildkite } = settingsOf({
      ...GOOD,
      BUILDKITE_WEBHOOK_TOKEN: 'new-0123456789abcdef',
      BUILDKITE_WEBHOOK_TOKEN_PREVIOUS: 'oldest-0123456789abcdef',
      WEBHOOK_SECRET_PREVIOUS: 'old-0123456789abcdef',
      SLACK_SIGNING_SECRET_PREVIOUS: 'older-0123456789abcdef',
    });
    expect(github.webhookSecrets.map((secret) => secret.reveal())).toEqual([GOOD['WEBHOOK_SECRET'], 'old-0123456789abcdef']);
    expect(slack.signingSecrets.map((secret) => secret.reveal())).toEqual([GOOD['SLACK_SIGNING_SECRET'], 'older-0123456789abcdef']);
    expect(buildkite.webhookTokens['default']?.map((secret) => secret.reveal())).toEqual(['new-0123456789abcdef', 'oldest-0123456789abcdef']);
  });

  test('needs no signing secret with Socket Mode', () => {
    const { slack } = settingsOf({ ...GOOD, SLACK_SIGNING_SECRET: undefined, SLACK_APP_TOKEN: 'xapp-1-0123456789abcdef' });
    expect(slack.signingSecrets).toEqual([]);
    expect(slack.appToken?.reveal()).toBe('xapp-1-0123456789abcdef');
  });

  test('may use plain http on loopback, and writes addresses in one way', () => {
    const settings = settingsOf({
      ...GOOD,
      GITHUB_API_URL: 'http://127.0.0.1:8080/',
      SLACK_API_URL: 'http://localhost:8081/api',
      BUILDKITE_REST_API_ENDPOINT: 'http://[::1]:8082',
      PUBLIC_URL: 'https://countersign.acme.test/',
    });
    expect([settings.github.apiUrl, settings.slack.apiUrl, settings.buildkite.apiUrl, settings.publicUrl]).toEqual([
      'http://127.0.0.1:8080',
      'http://localhost:8081/api/',
      'http://[::1]:8082',
      'https://countersign.acme.test',
    ]);
  });

  test('says where the configuration is, and what the default zone is', () => {
    expect([configPathOf({}), configPathOf({ COUNTERSIGN_CONFIG: '/etc/c.yml' })]).toEqual(['countersign.yml', '/etc/c.yml']);
    expect(homeZone({ ...GOOD, TEMPORAL_NAMESPACE: 'deploys' })).toEqual({ namespace: 'deploys', organization: 'acme' });
    expect(homeZone({ ...GOOD, TEMPORAL_NAMESPACE: '' })).toEqual({ namespace: 'default', organization: 'acme' });
    expect(problemsOf({ ...GOOD, TEMPORAL_CONFIG_FILE: '' })).toEqual([]);
  });
});

test('no way of printing settings shows a secret', () => {
  const settings = settingsOf({ ...GOOD, BUILDKITE_WEBHOOK_TOKEN: 'bkwt-0123456789abcdef' });
  const printed = [
    JSON.stringify(settings),
    inspect(settings, { depth: 9, showHidden: true }),
    String(settings.slack.botToken),
    String(settings.github.privateKey),
  ].join('\n');
  for (const value of [...SECRETS.map((name) => GOOD[name] ?? ''), 'bkwt-0123456789abcdef', RSA.slice(40, 80)]) expect(printed).not.toContain(value);
  expect(JSON.stringify(settings.slack.botToken)).toBe('"[redacted]"');
});

describe('a secret in a file', () => {
  const changing = (): { texts: Record<string, string>; settings: Settings; stamps: () => number } => {
    const texts: Record<string, string> = { '/run/hook': 'first-0123456789abcdef\n' };
    let reads = 0;
    const from = { ...files(texts), readText: (path: string) => ((reads += 1), texts[path] ?? fail()) };
    return { texts, settings: settingsOf({ ...GOOD, WEBHOOK_SECRET: undefined, WEBHOOK_SECRET_FILE: '/run/hook' }, from), stamps: () => reads };
  };
  const current = (settings: Settings): string | undefined => settings.github.webhookSecrets[0]?.reveal();

  test('is read again when the file changes, and only then', () => {
    const { texts, settings, stamps } = changing();
    expect([current(settings), current(settings), stamps()]).toEqual(['first-0123456789abcdef', 'first-0123456789abcdef', 1]);
    texts['/run/hook'] = 'second-0123456789abcdef\n';
    expect([current(settings), current(settings), stamps()]).toEqual(['second-0123456789abcdef', 'second-0123456789abcdef', 2]);
  });

  test.each([
    ['gone', undefined],
    ['empty', ''],
    ['half written', 'sec'],
    ['a placeholder', 'changeme'],
  ])('stays as it was while the file is %s', (_, text) => {
    const { texts, settings } = changing();
    if (text === undefined) delete texts['/run/hook'];
    else texts['/run/hook'] = text;
    expect(current(settings)).toBe('first-0123456789abcdef');
    texts['/run/hook'] = 'second-0123456789abcdef\n';
    expect(current(settings)).toBe('second-0123456789abcdef');
  });
});
