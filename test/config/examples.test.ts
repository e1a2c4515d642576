// Example requests in files, judged by a configuration: what `countersign policy test` does.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const CONFIG = `version: 1
slack: { team: T01ACME, channel: C0DEPLOYS }
people:
  - { name: Ann, github: { id: 1, login: ann }, slack: U01ANN }
  - { name: Bea, github: { id: 2, login: bea }, slack: U02BEA }
  - { name: Carl, github: { id: 3, login: carl }, slack: U03CARL }
groups:
  sre: { people: [Bea, Carl] }
services:
  api:
    repo: acme/api
    environments:
      staging: { pipeline: api-deploy, approvals: none }
      production:
        pipeline: api-deploy
        gates: { checks: [unit], review: true, upToDate: true, keepsLive: true, after: { staging: 30m } }
        approvals: { group: sre, count: 1, exclude: [requester, commit-authors] }
`;

/** Compiled once for all the times that the command is run here. */
const COMPILED = { NODE_COMPILE_CACHE: mkdtempSync(join(tmpdir(), 'countersign-compiled-')) };

function policyTest(
  examples: string,
  { args = [], config = CONFIG }: { readonly args?: readonly string[]; readonly config?: string } = {},
): { readonly code: number | null; readonly told: string } {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-examples-'));
  mkdirSync(join(folder, 'policy-tests'));
  writeFileSync(join(folder, 'countersign.yml'), config);
  if (examples !== '') writeFileSync(join(folder, 'policy-tests', 'api.yml'), `version: 1\nexamples:\n${examples}`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'policy', 'test', ...args], { cwd: folder, encoding: 'utf8', env: COMPILED });
  return { code: status, told: `${stdout}${stderr}` };
}

const example = (body: string): string => `  - name: an example\n    request: { service: api, environment: production, by: Ann }\n${body}`;

describe('a configuration against example requests', () => {
  it('says of each example how it came out, and ends well when all are as expected', () => {
    const { code, told } = policyTest(example('    votes: [{ by: Bea }]\n    expect: { outcome: approved }\n'));
    expect(told).toBe('✓ an example: approved\n1 as expected, 0 not\n');
    expect(code).toBe(0);
  });

  it('tells the whole story of one that came out otherwise, with its place, and ends badly', () => {
    const { code, told } = policyTest(
      example('    given: { authors: [Bea] }\n    votes: [{ by: Bea }]\n    expect: { outcome: approved, needs: [], uncounted: {} }\n'),
    );
    expect(code).toBe(1);
    expect(told).toContain('✗ an example  (policy-tests/api.yml:3)');
    expect(told).toContain('outcome: expected approved, found waiting');
    expect(told).toContain('needs: expected nothing, found sre');
    expect(told).toContain('uncounted Bea: expected nothing, found commit-author');
    expect(told).toContain('… 1 of sre (could: Carl)');
    expect(told).toContain('0 as expected, 1 not');
  });

  it('judges conditions of the rule by what an example says of files, labels and authors, and by nothing else', () => {
    const low =
      'approvals: { any: [{ group: sre }, { auto: low, when: { onlyFiles: ["docs/**"], size: { lines: "<= 5" }, labels: [docs], author: [sre] } }] }';
    const config = CONFIG.replace(/approvals: \{ group: sre.*\}/, low);
    const given = (more: string): string => example(`    given: { ${more} }\n    expect: { outcome: approved }\n`);
    const good = 'files: [docs/a, docs/b], lines: 5, labels: [docs], authors: [Bea]';
    expect(policyTest(given(good), { config })).toMatchObject({ code: 0 });
    for (const [part, by, found] of [
      ['docs/b', 'src/b', 'changes in `docs/**` only: `src/b`'],
      ['lines: 5', 'lines: 6', '<= 5 changed lines: 6 changed lines'],
      ['labels: [docs]', 'labels: [other]', 'the label `docs`: only `other`'],
      ['authors: [Bea]', 'authors: [Bea, Ann]', 'written by sre: not known, Bea and Ann'],
      ['files: [docs/a, docs/b], ', '', "not known, the changed files can't be read: the example does not say which files change"],
    ] as const) {
      const { code, told } = policyTest(given(good.replace(part, by)), { config });
      expect(told).toContain('– rule low');
      expect(told).toContain(found);
      expect(code).toBe(1);
    }
  });

  it.each([
    ['a good request waits', '', 'waiting', []],
    ['failed checks', 'checks: { failed: [unit] }', 'refused', ['checks-failed']],
    ['a check that has not reported', 'checks: { passed: [other] }', 'refused', ['checks-pending']],
    ['checks that can not be read', 'unreadable: [checks]', 'refused', ['unreadable']],
    ['a review that asks for changes', 'review: changes-requested', 'refused', ['review-needed']],
    ['behind its base', 'behind: 2', 'refused', ['behind']],
    ['a draft', 'draft: true', 'refused', ['draft']],
    ['a fork', 'fork: true', 'refused', ['fork']],
    ['a push since the command', 'pushedSince: true', 'refused', ['head-moved']],
    ['too short on staging', 'before: { staging: 5m }', 'refused', ['soaking']],
    ['never on staging', 'notBefore: [staging]', 'refused', ['not-deployed-before']],
    ['losing what is live', 'live: diverged', 'refused', ['would-lose-live']],
    ['nothing live yet', 'live: nothing', 'waiting', []],
    ['everybody who could approve wrote a commit', 'authors: [Bea, Carl]', 'refused', ['rule-unsatisfiable']],
    ['two things at once', 'draft: true, behind: 1', 'refused', ['draft', 'behind']],
  ])('%s', (_name, given, outcome, reasons) => {
    const { code, told } = policyTest(example(`    given: { ${given} }\n    expect: { outcome: ${outcome}, reasons: [${reasons.join(', ')}] }\n`));
    expect(told).toContain('✓ an example');
    expect(code).toBe(0);
  });

  it('plays votes in their order: a reject ends it, a vote of the requester does not count', () => {
    const votes = '    votes: [{ by: Ann }, { by: Bea, reject: not today }, { by: Carl }]\n';
    const { told, code } = policyTest(example(`${votes}    expect: { outcome: rejected, uncounted: { Ann: [own-request, not-in-group] } }\n`), {
      args: ['--explain'],
    });
    expect(code).toBe(0);
    expect(told).toContain('Ann: approve, does not count (own-request');
    expect(told).not.toContain('Carl: approve');
  });

  it('knows approvals that are to be confirmed on GitHub, and when they are', () => {
    const config = CONFIG.replace('count: 1, exclude', 'stepUp: github, count: 1, exclude');
    const [clicked, confirmed] = ['    votes: [{ by: Bea, in: slack }', '    votes: [{ by: Bea, in: slack }, { by: Bea }'];
    const waits = example(`${clicked}]\n    expect: { outcome: waiting, unconfirmed: [Bea], needs: [sre] }\n`);
    const good = example(`${confirmed}]\n    expect: { outcome: approved, unconfirmed: [] }\n`);
    const { told, code } = policyTest(`${waits}${good}`, { config, args: ['--explain'] });
    expect(told).toContain('Bea: approve, to be confirmed on GitHub');
    expect(code).toBe(0);
    const wrong = policyTest(example(`${clicked}]\n    expect: { outcome: waiting, unconfirmed: [] }\n`), { config });
    expect(wrong.told).toContain('unconfirmed: expected nothing, found Bea');
  });

  it('knows emergencies: who may, what they skip, and who has to look at them', () => {
    const config = `${CONFIG}        may: { emergency: [sre] }\n        emergency: { review: { group: sre }, skip: [checks] }\n`;
    const urgent = (rest: string): string =>
      example(rest).replace('by: Ann }', `by: ${rest.includes('no-emergency') ? 'Ann' : 'Bea'}, emergency: orders fail }`);
    const { told, code } = policyTest(
      [
        urgent('    given: { checks: { failed: [unit] } }\n    expect: { outcome: approved, owes: [sre] }\n'),
        urgent('    given: { behind: 1 }\n    expect: { outcome: refused, reasons: [behind] }\n'),
        urgent('    expect: { outcome: refused, reasons: [no-emergency] }\n'),
        urgent('    votes: [{ by: Bea }, { by: Carl }]\n    expect: { outcome: approved, owes: [], uncounted: { Bea: [own-request] } }\n'),
        urgent('    votes: [{ by: Carl, reject: nothing was down }, { by: Carl }]\n    expect: { outcome: approved, owes: [] }\n'),
      ].join(''),
      { config },
    );
    expect(told.split('\n')).toEqual([
      '✓ an example: starts at once, owes a review by 1 of sre (Carl)',
      '✓ an example: refused (behind)',
      '✓ an example: refused (no-emergency)',
      '✓ an example: starts at once, and nobody has to look at it any more',
      '✓ an example: starts at once, and nobody has to look at it any more',
      '5 as expected, 0 not',
      '',
    ]);
    expect(code).toBe(0);
  });

  it.each([
    ['a service that is not there', '    request: { service: ap, environment: production, by: Ann }', 'Did you mean "api"?'],
    ['an environment that is not there', '    request: { service: api, environment: prod, by: Ann }', 'Known: staging, production'],
    ['a vote by nobody', '    request: { service: api, environment: staging, by: Ann }\n    votes: [{ by: Beaa }]', 'Did you mean "Bea"?'],
    ['a misspelt key', '    request: { service: api, environment: staging, by: Ann, rol: write }', 'Did you mean "role"?'],
  ])('names %s with its line and a way out', (_name, body, fix) => {
    const { code, told } = policyTest(`  - name: an example\n${body}\n    expect: { outcome: approved }\n`);
    expect(code).toBe(1);
    expect(told).toContain(fix);
    expect(told).toMatch(/policy-tests\/api\.yml:\d/);
  });

  it('says where examples belong when there are none', () => {
    const { code, told } = policyTest('');
    expect(code).toBe(1);
    expect(told).toContain('policy-tests/*.yml');
  });

  it('finds the examples of this repository as its own example configuration decides them', () => {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    const { status, stdout } = spawnSync(process.execPath, [CLI, 'policy', 'test'], {
      cwd: root,
      encoding: 'utf8',
      env: { ...COMPILED, COUNTERSIGN_CONFIG: 'countersign.example.yml' },
    });
    expect(stdout).toMatch(/^\d+ as expected, 0 not$/m);
    expect(status).toBe(0);
  });
});
