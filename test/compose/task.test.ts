// What a process is to do, by its words, variables and configuration.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readTask, type Task } from '../../src/compose/task.ts';
import { BASE } from '../config/base-config.ts';

const ENV = {
  APP_ID: '4711',
  PRIVATE_KEY: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  WEBHOOK_SECRET: 'hook-0123456789abcdef',
  SLACK_BOT_TOKEN: 'xoxb-0123456789-abcdef',
  SLACK_SIGNING_SECRET: 'sign-0123456789abcdef',
};
const HOME = { BUILDKITE_ORGANIZATION_SLUG: 'acme', BUILDKITE_API_TOKEN: 'bkua_0123456789abcdef' };
const EU = { BUILDKITE_API_TOKEN_EU: 'bkua_eu_0123456789abcdef' };
const SHOP = '  shop: { repo: acme/shop, zone: eu, environments: { staging: { pipeline: shop, approvals: none } } }\n';
/** api in `default`, shop in `eu`. */
const TWO = BASE.replace('  api:\n', `${SHOP}  api:\n`);

function read(config: string, words: string, env: Readonly<Record<string, string>> = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'countersign.yml');
  writeFileSync(file, config);
  return readTask(words.split(' ').filter(Boolean), { ...ENV, COUNTERSIGN_CONFIG: file, ...env });
}
function task(config: string, words: string, env: Readonly<Record<string, string>>): Task {
  const found = read(config, words, env);
  if (found.kind === 'problems') throw new Error(JSON.stringify(found.problems));
  return found.task;
}
function problems(config: string, words: string, env: Readonly<Record<string, string>> = {}): readonly string[] {
  const found = read(config, words, env);
  return found.kind === 'problems' ? found.problems.map(({ path }) => path) : [];
}

describe('a process', () => {
  it('alone serves every zone in which something is deployed, and no other', () => {
    const { zones, settings } = task(TWO, '', { ...HOME, ...EU });
    expect(zones).toEqual(['default', 'eu']);
    expect(Object.keys(settings.buildkite.credentials)).toEqual(['default', 'eu']);
    expect(task(BASE, '', HOME).zones).toEqual(['default']);
    expect(problems(TWO, '', {})).toEqual(['BUILDKITE_API_TOKEN', 'BUILDKITE_API_TOKEN_EU', 'BUILDKITE_ORGANIZATION_SLUG']);
  });

  it('at the front door reaches every zone and holds nothing that builds', () => {
    const { zones, settings, config } = task(TWO, '--role web', { BUILDKITE_ORGANIZATION_SLUG: 'acme' });
    expect([zones, settings.buildkite.credentials, config.services.map(({ name }) => name)]).toEqual([['default', 'eu'], {}, ['shop', 'api']]);
  });

  it('that works for one zone needs its credential alone, and knows no service of another', () => {
    const { zones, home: first, settings, config } = task(TWO, '--role worker --zone eu', EU);
    expect(first).toBe('default');
    expect([zones, Object.keys(settings.buildkite.credentials), config.services.map(({ name }) => name)]).toEqual([['eu'], ['eu'], ['shop']]);
    const home = task(TWO, '--role worker', HOME);
    expect([home.zones, home.config.services.map(({ name }) => name)]).toEqual([['default'], ['api']]);
  });

  it.each<readonly [string, string, string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      'that holds what opens another zone',
      TWO,
      '--role worker --zone eu',
      { ...EU, ...HOME, TEMPORAL_API_KEY_FILE: '/run/key' },
      ['BUILDKITE_API_TOKEN', 'TEMPORAL_API_KEY_FILE'],
    ],
    ['of the home zone that holds what opens another', TWO, '--role worker', { ...HOME, ...EU }, ['BUILDKITE_API_TOKEN_EU']],
    ['of a zone in which nothing is deployed', BASE, '--role worker --zone eu', EU, ['--zone']],
    ['of a zone that there is not', TWO, '--role worker --zone us', { BUILDKITE_API_TOKEN_US: 'bkua_us_0123456789abcdef' }, ['--zone']],
  ])('does not start as a worker %s', (_, config, words, env, found) => {
    expect(problems(config, words, env)).toEqual(found);
  });

  it('has a zone only as a worker, and one of three roles', () => {
    expect(problems(TWO, '--role web --zone eu', HOME)).toEqual(['--zone']);
    expect(problems(TWO, '--role boss', HOME)).toEqual(['--role']);
  });

  it('creates builds in the name of approvers only where it can act as them', () => {
    const named = TWO.replace('slack: U02BEA', 'slack: U02BEA, buildkite: bea@acme.test').replace(
      'organization: acme-eu',
      'organization: acme-eu, actAs: approver',
    );
    expect(problems(named, '--role worker --zone eu', EU)).toEqual(['zones.eu.buildkite.actAs']);
    const exchange = {
      BUILDKITE_OAUTH_CLIENT_ID_EU: 'app-eu',
      BUILDKITE_OAUTH_SUBJECT_EU: 'bot@acme.test',
      BUILDKITE_OAUTH_PRIVATE_KEY_EU: generateKeyPairSync('ec', { namedCurve: 'P-256' })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString(),
    };
    expect(problems(named, '--role worker --zone eu', exchange)).toEqual([]);
  });
});
