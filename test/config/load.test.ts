import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { findService, placeOf, policyOf, promotesTo, servicesOf } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { describeProblem } from '../../src/config/problem.ts';
import { readFile } from '../../src/config/read-file.ts';
import { BASE, broken, configOf, filesOf, problemsOf } from './base-config.ts';
import { BROKEN_CONFIGS as BROKEN } from './broken-configs.ts';
import { BROKEN_WAITING } from './broken-waiting.ts';

const BROKEN_CONFIGS = [...BROKEN, ...BROKEN_WAITING];

test('the example loads without a problem', () => {
  const loaded = loadConfig({ path: 'countersign.example.yml', read: readFile, home: null });
  expect(loaded.kind === 'problems' ? loaded.problems.map(describeProblem) : []).toEqual([]);
});

describe('a broken configuration is told with its place and its mend', () => {
  test('the table is long enough', () => expect(BROKEN_CONFIGS.length).toBeGreaterThanOrEqual(60));
  test.each(BROKEN_CONFIGS)('$what', ({ text, path, found, fix }) => {
    const problems = problemsOf(text);
    expect(problems).toContainEqual({
      file: 'countersign.yml',
      line: expect.any(Number) as number,
      path,
      found: expect.stringMatching(found) as string,
      fix: expect.stringMatching(fix) as string,
    });
  });
  test.each(BROKEN_CONFIGS.filter(({ path }) => /^(?:people|groups|services)/.test(path)))('$what: nothing else is blamed', ({ text }) => {
    expect(problemsOf(text).map(describeProblem).length).toBeLessThanOrEqual(2);
  });
});

test('all problems are told at once, in the order of the file, each on its line', () => {
  const text = broken('id: 1001', 'id: x')
    .replace('[Bea, Carl]', '[Bea, Karl]')
    .replace('repo: acme/api', 'repo: api')
    .replace('staging: 30m', 'stagng: 30m');
  expect(problemsOf(text).map(({ line, path }) => [line, path])).toEqual([
    [4, 'people[0].github.id'],
    [8, 'groups.sre.people[1]'],
    [15, 'services.api.repo'],
    [21, 'services.api.environments.production.gates.after.stagng'],
  ]);
});

test('an address stands for a Slack account where that is switched on, in any case', () => {
  const text = broken('slack: U01ANN', 'email: Ann@Acme.test').replace('C0DEPLOYS }', 'C0DEPLOYS, matchEmail: true }');
  const { people, byEmail } = configOf(text);
  expect(people[0]).toMatchObject({ name: 'Ann', github: { id: 1001 }, slack: null });
  expect([...byEmail]).toEqual([['ann@acme.test', people[0]]]);
  expect(configOf(BASE).byEmail.size).toBe(0);
});

test('a credential that was put into the wrong place is never quoted', () => {
  const tokens = ['xoxb-123456789012-abcdefghij', 'ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'bkua_0123456789abcdef0123456789abcdef'];
  for (const token of tokens) {
    for (const text of [
      broken('T01ACME', token),
      broken('repo: acme/api', `repo: ${token}`),
      broken('version: 1', `version: 1\n${token}`),
      broken('[Bea,', `[${token},`),
    ]) {
      const told = problemsOf(text).map(describeProblem).join('\n');
      expect(told).not.toBe('');
      expect(told).not.toContain(token.slice(5));
    }
  }
});

describe('defaults', () => {
  const withDefaults = (defaults: string): string => broken('services:', `defaults: { environments: { production: ${defaults} } }\nservices:`);

  test('are merged key by key, and what the service says wins', () => {
    const config = configOf(withDefaults('{ gates: { review: true, after: { staging: 2h } }, refs: [tags], approvals: { expire: 1h } }'));
    const policy = policyOf(config, 'api', 'production');
    expect(policy?.gates).toEqual({
      checks: 'all',
      review: true,
      upToDate: false,
      keepsLive: false,
      after: [{ environment: 'staging', soakMs: 1_800_000 }],
    });
    expect(policy?.refs).toEqual([{ kind: 'tags' }]);
    expect(policy?.approvals.expireMs).toBe(3_600_000);
  });

  test('a rule of the service replaces the whole rule of the defaults', () => {
    const policy = policyOf(configOf(withDefaults('{ approvals: { any: [{ group: sre, count: 2 }], expire: 1h } }')), 'api', 'production');
    expect(policy?.approvals.tree).toEqual({
      kind: 'all',
      of: [
        { kind: 'group', group: 'sre', count: 1 },
        { kind: 'group', group: 'owners', count: 1 },
      ],
    });
    expect(policy?.approvals.expireMs).toBe(3_600_000);
  });

  test('a mistake in them is told once, where it was written', () => {
    const problems = problemsOf(withDefaults('{ approvals: { exclude: [requester] }, may: { request: [wrte] } }'));
    expect(problems.map(({ path, line }) => [path, line])).toEqual([['defaults.environments.production.may.request[0]', 13]]);
  });
});

describe('left out, an environment', () => {
  test('takes the documented defaults', () => {
    const policy = policyOf(configOf(BASE), 'api', 'staging');
    expect(policy).toMatchObject({
      target: 'api/staging',
      refs: [{ kind: 'default-branch' }, { kind: 'pull-request' }],
      may: {
        request: { roles: ['write'], groups: [], requester: false, approvers: false },
        cancel: { roles: [], groups: [], requester: true, approvers: true },
      },
      gates: { checks: 'all', review: false, upToDate: false, keepsLive: false, after: [] },
      approvals: {
        tree: null,
        exclude: ['requester'],
        expireMs: 14_400_000,
        onPush: { keep: null, small: null },
        onClose: 'cancel',
        onMerge: 'keep',
      },
      isProtected: false,
      slack: { channel: 'C0DEPLOYS', also: [] },
    });
  });

  test('keeps what it says of pushes and of the end of a pull request', () => {
    const written = 'onPush: { keep: requester, small: { lines: 20, files: ["docs/**"] } }, onClose: keep, onMerge: cancel';
    const policy = policyOf(configOf(broken('{ all: [', `{ ${written}, all: [`)), 'api', 'production');
    expect(policy?.approvals).toMatchObject({
      onPush: { keep: 'requester', small: { lines: 20, files: ['docs/**'] } },
      onClose: 'keep',
      onMerge: 'cancel',
    });
  });

  test('never counts the requester, whatever exclude says', () => {
    const policy = policyOf(configOf(broken('{ all: [', '{ exclude: [commit-authors], all: [')), 'api', 'production');
    expect(policy?.approvals.exclude).toEqual(['requester', 'commit-authors']);
  });
});

describe('included files', () => {
  const including = broken('slack:', 'include: [services/*.yml]\nslack:');
  const web = '{ repo: acme/web, environments: { production: { pipeline: web, approvals: { group: sre } } } }';

  test('add services', () => {
    const config = configOf(including, { 'services/web.yml': `services: { web: ${web} }` });
    expect(config.services.map(({ name }) => name)).toEqual(['api', 'web']);
  });

  test.each([
    ['people', 'people: []'],
    ['groups', 'groups: { sre: { people: [Ann] } }'],
    ['zones', 'zones: {}'],
    ['defaults', 'defaults: {}'],
  ])('can not change %s', (key, text) => {
    const problems = problemsOf(including, { 'services/web.yml': `${text}\nservices: { web: ${web} }` });
    expect(problems).toMatchObject([{ file: 'services/web.yml', line: 1, path: key, found: `unknown key "${key}"` }]);
  });

  test('can not define a service twice, nor take its alias', () => {
    const problems = problemsOf(including, { 'services/web.yml': `services: { api: ${web}, backend: ${web} }` });
    expect(problems.map(({ file, path }) => [file, path])).toEqual([
      ['countersign.yml', 'services.api.aliases[0]'],
      ['services/web.yml', 'services.api'],
    ]);
  });

  test('share a target inside one zone only', () => {
    const shared = broken('staging: { pipeline: api-deploy,', 'staging: { target: cluster, pipeline: api-deploy,').replace(
      'slack:',
      'include: [services/*.yml]\nslack:',
    );
    const other = (zone: string): string =>
      `services: { web: { repo: acme/web, zone: ${zone}, environments: { production: { target: cluster, pipeline: web, approvals: none } } } }`;
    const config = configOf(shared, { 'services/web.yml': other('default') });
    const policy = policyOf(config, 'web', 'production');
    expect(policy === null ? null : placeOf(config, policy)).toMatchObject({ target: 'cluster', pipelines: ['web', 'api-deploy'] });
    expect(problemsOf(shared, { 'services/web.yml': other('eu') })).toMatchObject([
      { file: 'services/web.yml', found: expect.stringContaining('zone "eu"') as string },
    ]);
  });

  test('are read with real globs', () => {
    expect(readFile.glob('countersign.*.yml', '.')).toEqual(['countersign.example.yml']);
  });
});

describe('the zone default', () => {
  const without = broken('  default: { temporal: { namespace: main }, buildkite: { organization: acme } }\n', '');
  const load = (text: string, organization: string) =>
    loadConfig({ path: 'countersign.yml', read: filesOf({ 'countersign.yml': text }), home: { namespace: 'home', organization } });

  test('is what the environment variables say when it is left out', () => {
    expect(load(without, 'acme')).toMatchObject({ kind: 'config', config: { zones: { default: { namespace: 'home', organization: 'acme' } } } });
  });
  test('is asked for when nothing says it', () => {
    expect(problemsOf(without)).toMatchObject([{ path: 'services.api.zone', fix: expect.stringContaining('BUILDKITE_ORGANIZATION_SLUG') as string }]);
  });
  test('must agree with the environment variables', () => {
    expect(load(BASE, 'other')).toMatchObject({ kind: 'problems', problems: [{ path: 'zones.default.buildkite.organization' }] });
    expect(load(BASE, 'acme')).toMatchObject({ kind: 'config' });
  });
});

// https://docs.github.com/en/enterprise-cloud@latest/admin/concepts/identity-and-access-management/enterprise-managed-users
test('a managed user of an enterprise, whose login ends with its short code, is one of the people', () => {
  expect(problemsOf(broken('login: ann', 'login: ann-b_acme'))).toEqual([]);
});

describe('look-ups', () => {
  const config = configOf(BASE);
  test('find a service by name and alias, without case', () => {
    expect(findService(config, 'API')?.name).toBe('api');
    expect(findService(config, 'backend')?.name).toBe('api');
    expect(findService(config, 'web')).toBeNull();
    expect(findService(config, 'constructor')).toBeNull();
  });
  test('find the services of a repository without case', () => expect(servicesOf(config, 'Acme/API').map(({ name }) => name)).toEqual(['api']));
  test('know no environment that is not written', () => expect(policyOf(config, 'api', 'constructor')).toBeNull());
  test('tell where a version goes next', () => {
    const [api] = config.services;
    expect(api && promotesTo(api, 'staging')).toEqual(['production']);
    expect(api && promotesTo(api, 'production')).toEqual([]);
  });
});

test('the example names every key that an environment can have', () => {
  const example = readFileSync('countersign.example.yml', 'utf8');
  for (const key of ['pipeline', 'url', 'target', 'refs', 'may', 'gates', 'parameters', 'approvals']) expect(example).toContain(`${key}:`);
});

test('a name that every object has is a name like any other', () => {
  const inDefaults = (name: string): string => `defaults: { environments: { production: { parameters: { ${name}: { choices: [c] } } } } }`;
  const text = (above: string, own: string): string =>
    broken('        gates:', `        parameters: { ${own}: { choices: [a] } }\n        gates:`).replace(
      'services:',
      `${inDefaults(above)}\nservices:`,
    );
  const names = (loaded: string): unknown =>
    policyOf(configOf(loaded), 'api', 'production')?.parameters.map(({ name, choices }) => [name, ...choices]);
  expect(names(text('migrate', 'constructor'))).toEqual([
    ['migrate', 'c'],
    ['constructor', 'a'],
  ]);
  expect(names(text('constructor', 'migrate'))).toEqual([
    ['constructor', 'c'],
    ['migrate', 'a'],
  ]);
});
