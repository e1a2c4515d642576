import { describe, expect, it } from 'vitest';
import type { Command, Which } from '../../src/command/command.ts';
import { parseCommand } from '../../src/command/parse.ts';
import { deployCode, parseDeployCode } from '../../src/ids.ts';
import type { DeployCode } from '../../workflows/vocabulary.ts';
import { inSlack, onGithub } from './grammar.ts';

const code = (text: string): DeployCode => parseDeployCode(text) ?? deployCode('never');
const Q2: Which = { by: 'code', code: code('7F3K-Q2') };
const only: Which = { by: 'only' };
const production: Which = { by: 'environment', environment: 'production' };

function deploy(service: string | null, environment: string, more: Partial<Extract<Command, { kind: 'deploy' }>> = {}): Command {
  return { kind: 'deploy', mode: 'start', service, ref: { kind: 'head' }, environment, parameters: {}, ...more };
}
const ref = (name: string): { readonly ref: { readonly kind: 'named'; readonly name: string } } => ({ ref: { kind: 'named', name } });
const vote = (vote: 'approve' | 'reject', which: Which, reason: string | null = null): Command => ({ kind: 'vote', vote, which, reason });

describe('a comment on a pull request', () => {
  it.each<[string, Command]>([
    ['/deploy api to production', deploy('api', 'production')],
    ['/deploy api production', deploy('api', 'production')],
    ['/deploy production', deploy(null, 'production')],
    ['/deploy to production', deploy(null, 'production')],
    ['/deploy backend to production', deploy('api', 'production')],
    ['/Deploy API To Production', deploy('api', 'production')],
    ['/deploy api@main to production', deploy('api', 'production', ref('main'))],
    ['/deploy api@release/1.4 production', deploy('api', 'production', ref('release/1.4'))],
    ['/deploy api @v1.4.2 to production', deploy('api', 'production', ref('v1.4.2'))],
    ['/deploy @4f5a6b7 to production', deploy(null, 'production', ref('4f5a6b7'))],
    ['/deploy @4f5a6b7 production', deploy(null, 'production', ref('4f5a6b7'))],
    ['/deploy api to production migrate=yes', deploy('api', 'production', { parameters: { migrate: 'yes' } })],
    ['/deploy migrate=yes api to production tier=eu-1', deploy('api', 'production', { parameters: { migrate: 'yes', tier: 'eu-1' } })],
    ['/deploy api to production migrate="yes"', deploy('api', 'production', { parameters: { migrate: 'yes' } })],
    ['/deploy api to production migrate=“yes”', deploy('api', 'production', { parameters: { migrate: 'yes' } })],
    ['/deploy api to production --dry-run', deploy('api', 'production', { mode: 'plan' })],
    ['/deploy api to production —dry-run', deploy('api', 'production', { mode: 'plan' })],
    ['/deploy plan api to production', deploy('api', 'production', { mode: 'plan' })],
    ['/deploy plan production', deploy(null, 'production', { mode: 'plan' })],
    ['/deploy\u00A0api to\u202Fproduction', deploy('api', 'production')],
    ['   /deploy   api \t production  ', deploy('api', 'production')],
    ['\n  \r\n/deploy api to production', deploy('api', 'production')],
    ['/deploy api to production\r\n\r\nsince the fix is in', deploy('api', 'production')],
    ['/deploy api to production\n/deploy web to production', deploy('api', 'production')],
    ['/deploy billing to production', deploy('billing', 'production')],
    ['/deploy api to antarctica', deploy('api', 'antarctica')],
    ['/approve', vote('approve', only)],
    ['/APPROVE', vote('approve', only)],
    ['/approve production', vote('approve', production)],
    ['/approve 7F3K-Q2', vote('approve', Q2)],
    ['/approve 7f3kq2', vote('approve', Q2)],
    ['/approve 7f3k–q2.', vote('approve', Q2)],
    ['/approve looks good to me', vote('approve', only, 'looks good to me')],
    ['/deploy approve 7f3k-q2 nice', vote('approve', Q2, 'nice')],
    ['/reject', vote('reject', only)],
    ['/reject production the migration is not reviewed', vote('reject', production, 'the migration is not reviewed')],
    ['/reject 7F3K-Q2 too   risky', vote('reject', Q2, 'too risky')],
    ['/reject rather not on a Friday', vote('reject', only, 'rather not on a Friday')],
    ['/reject stating the obvious', vote('reject', only, 'stating the obvious')],
    ['/reject 2 tests fail', vote('reject', only, '2 tests fail')],
    ['/reject wegen Größe ☕', vote('reject', only, 'wegen Größe ☕')],
    ['/reject we see\u202E gnp', vote('reject', only, 'we see gnp')],
    ['/reject it\u2019s “not” ready', vote('reject', only, 'it’s “not” ready')],
    ['/deploy withdraw 7F3K-Q2', { kind: 'withdraw', which: Q2, reason: null }],
    ['/deploy cancel', { kind: 'cancel', which: only, reason: null }],
    ['/deploy cancel production wrong branch', { kind: 'cancel', which: production, reason: 'wrong branch' }],
    ['/deploy extend 7F3K-Q2 2h', { kind: 'extend', which: Q2, byMs: 7_200_000 }],
    ['/deploy extend production 90min', { kind: 'extend', which: production, byMs: 5_400_000 }],
    ['/deploy extend 1day', { kind: 'extend', which: only, byMs: 86_400_000 }],
    ['/deploy retry 7F3K-Q2', { kind: 'retry', code: code('7F3K-Q2') }],
    ['/deploy why 7f3kq2', { kind: 'why', code: code('7F3K-Q2') }],
    ['/deploy status', { kind: 'status', code: null }],
    ['/deploy STATUS 7f3kq2', { kind: 'status', code: code('7F3K-Q2') }],
    ['/deploy what', { kind: 'what', service: null, environment: null }],
    ['/deploy what production', { kind: 'what', service: null, environment: 'production' }],
    ['/deploy what backend', { kind: 'what', service: 'api', environment: null }],
    ['/deploy what api production', { kind: 'what', service: 'api', environment: 'production' }],
    ['/deploy', { kind: 'help', topic: null }],
    ['/deploy help', { kind: 'help', topic: null }],
    ['/deploy help /approve', { kind: 'help', topic: 'approve' }],
  ])('%j is a command', (text, command) => {
    expect(parseCommand(text, onGithub)).toEqual({ kind: 'command', command });
  });

  const canary: Which = { by: 'environment', environment: 'canary' };
  it.each<[string, Command]>([
    ['/approve canary', vote('approve', canary)],
    ['/approve Canary nice', vote('approve', canary, 'nice')],
    ['/approve prod-1', vote('approve', { by: 'environment', environment: 'prod-1' })],
    ['/reject stg-ap2 too late', vote('reject', { by: 'environment', environment: 'stg-ap2' }, 'too late')],
    ['/deploy cancel canary', { kind: 'cancel', which: canary, reason: null }],
    ['/deploy extend prod-1 2h', { kind: 'extend', which: { by: 'environment', environment: 'prod-1' }, byMs: 7_200_000 }],
    ['/approve CANA-RY', vote('approve', { by: 'code', code: code('CANA-RY') })],
  ])('%j means the environment of that name, which has the shape of a code', (text, command) => {
    const services = [{ name: 'api', aliases: [], environments: ['canary', 'prod-1', 'stg-ap2'] }];
    expect(parseCommand(text, { ...onGithub, services })).toEqual({ kind: 'command', command });
  });

  it.each([
    '',
    ' \n\t\n ',
    'please /deploy api to production',
    'Thanks!\n/deploy api to production',
    '> /deploy api to production',
    '>/deploy api to production',
    '> Ann wrote:\n> /deploy api to production\n\nyes',
    'On Mon, 23 Nov 2026 at 10:00, Ann wrote:\n> /deploy api to production',
    '```\n/deploy api to production\n```',
    '~~~\n/deploy api to production\n~~~',
    '`/deploy api to production`',
    '    /deploy api to production',
    '\t/deploy api to production',
    '\n\n     /approve',
    '   \t/approve',
    '\u00A0\u00A0\u00A0\u00A0/deploy api to production',
    '<!-- /deploy api to production -->',
    '<!--\n/deploy api to production\n-->',
    '<details>\n/deploy api to production\n</details>',
    '- /deploy api to production',
    '* /approve',
    '1. /approve',
    '# /approve',
    '**/approve**',
    '/deployment is fine',
    '/deploy: api',
    '/deploy,',
    '/approved',
    '/approve!',
    '/approve<!-- x -->',
    '//deploy api',
    'deploy api to production',
    '/rejected',
    '\u200B/deploy api to production',
    '/dep\u200Bloy api to production',
    '/withdraw 7F3K-Q2',
    '/ deploy api',
  ])('%j is nothing', (text) => {
    expect(parseCommand(text, onGithub)).toEqual({ kind: 'nothing' });
  });

  it.each<[string, RegExp, string | null]>([
    ['/deploy api to prodution', /no environment `prodution` of `api`/, '/deploy api to production'],
    ['/deploy apu to production', /no service `apu`/, '/deploy api to production'],
    ['/deploy bakcend@main to production', /no service `bakcend`/, '/deploy backend@main to production'],
    ['/deploy production api', /`production` is an environment/, '/deploy api to production'],
    ['/deploy api', /To which environment\? There is `staging`, `production`/, '/deploy api to staging'],
    ['/deploy api@main', /To which environment/, '/deploy api@main to staging'],
    ['/deploy api to', /To which environment/, '/deploy api to staging'],
    ['/deploy api to production now', /did not expect `now`/, null],
    ['/deploy api production now', /did not expect `production`/, '/deploy api to production'],
    ['/deploy api to production to staging', /did not expect `to`/, null],
    ['/deploy stauts', /no command `stauts`/, '/deploy status'],
    ['/deploy aprove 7F3K-Q2', /no command `aprove`/, '/deploy approve 7F3K-Q2'],
    ['/deploy plam api to production', /no command `plam`/, '/deploy plan api to production'],
    ['/deploy rollback api production', /`rollback` is not in this version yet/, null],
    ['/deploy lock api production', /`lock` is not in this version yet/, null],
    ['/deploy rolback api production', /`rollback` is not in this version yet/, null],
    ['/deploy help rollback', /`rollback` is not in this version yet/, null],
    ['/deploy help aprove', /no command `aprove`/, '/deploy help approve'],
    ['/deploy api to production --dryrun', /no option `--dryrun`/, '/deploy api to production --dry-run'],
    ['/deploy api to production --force', /no option `--force`/, null],
    ['/deploy api to production -n', /no option `-n`/, null],
    ['/deploy api to production migrate=', /may not be empty/, null],
    ['/deploy api to production migrate=$(id)', /may hold letters, digits/, null],
    ['/deploy api to production migrate=a;b', /may hold letters, digits/, null],
    ['/deploy api to production =yes', /is no parameter/, null],
    ['/deploy api to production __proto__=yes', /is no parameter/, null],
    ['/deploy api to production a=1 a=2', /`a` is given twice/, null],
    [`/deploy api to production ${Array.from({ length: 21 }, (_, i) => `p${i}=1`).join(' ')}`, /More than 20 parameters/, null],
    ['/deploy api@ to production', /After `@` comes a branch/, null],
    ['/deploy api@$(id) to production', /is no name of a branch/, null],
    ['/deploy api@-f to production', /is no name of a branch/, null],
    ['/deploy api@a..b to production', /is no name of a branch/, null],
    ['/deploy api@a@{1} to production', /is no name of a branch/, null],
    ['/deploy api@main`id` to production', /is no name of a branch/, null],
    [`/deploy api@${'a'.repeat(201)} to production`, /is no name of a branch/, null],
    ['/deploy api;id to production', /`api;id` is no name of a service/, null],
    ['/deploy api to production <!-- hidden -->', /did not expect `<!--`/, null],
    ['/deploy api to <production>', /is no name of an environment/, null],
    ['/deploy ａｐｉ to production', /only looks like `api`/, null],
    ['/deploy аpi to production', /\(U\+0430\), which is no plain letter/, null],
    ['/deploy api to prod\u200Buction', /can't be seen \(U\+200B\)/, null],
    ['/deploy api to \u202Eproduction', /can't be seen \(U\+202E\)/, null],
    ['／deploy api to production', /only looks like `\/deploy`/, null],
    ['/approve prodution', /no environment `prodution`/, '/approve production'],
    ['/approve ｐroduction', /only looks like `production`/, null],
    ['/approve \u200Bproduction', /can't be seen/, null],
    ['/approve api', /`api` is a service/, null],
    ['/approve 7F3K-O2', /`7F3K-O2` is no code/, null],
    ['/reject 7F3K-Q is broken', /`7F3K-Q` is no code/, null],
    [`/reject ${'x'.repeat(501)}`, /501 characters long; 500 is the most/, null],
    [`/deploy api to production ${'a '.repeat(600)}`, /a command has at most 1000/, null],
    ['/deploy retry', /Retry which request/, null],
    ['/deploy why', /Explain which request/, null],
    ['/deploy why not', /`not` is no code/, null],
    ['/deploy retry soon', /`soon` is no code/, null],
    ['/deploy retry 7F3K-Q2 please', /did not expect `please`/, null],
    ['/deploy status production', /`production` is no code/, null],
    ['/deploy extend', /Say by how much/, null],
    ['/deploy extend 7F3K-Q2', /Say by how much/, null],
    ['/deploy extend 7F3K-Q2 soon', /`soon` is no duration/, null],
    ['/deploy extend 7F3K-Q2 0h', /`0h` is no duration/, null],
    ['/deploy extend 7F3K-Q2 2h please', /did not expect `please`/, null],
    ['/deploy extend prodution 2h', /no environment `prodution`/, '/deploy extend production 2h'],
    ['/deploy extend please 2h', /`please` names no request/, null],
    ['/deploy extend 7F3K-Q2 2h\u200B', /can't be seen/, null],
    ['/deploy what apo', /no service or environment `apo`/, '/deploy what api'],
    ['/deploy what api prodction', /no environment `prodction`/, '/deploy what api production'],
    ['/deploy what nothing here', /no service `nothing`/, null],
  ])('%j is not understood', (text, problem, suggestion) => {
    const parsed = parseCommand(text, onGithub);
    expect(parsed).toMatchObject({ kind: 'not-understood', suggestion });
    expect(parsed.kind === 'not-understood' && parsed.problem).toMatch(problem);
  });
});

describe('a slash command in Slack', () => {
  it.each<[string, Command]>([
    ['api to production', deploy('api', 'production')],
    ['api@main production migrate=yes', deploy('api', 'production', { ...ref('main'), parameters: { migrate: 'yes' } })],
    ['api@<http://release.io|release.io> to production', deploy('api', 'production', ref('release.io'))],
    ['api <@U01MAIN|main> to production', deploy('api', 'production', ref('main'))],
    ['plan web to preview', deploy('web', 'preview', { mode: 'plan' })],
    ['  approve 7F3K-Q2  ', vote('approve', Q2)],
    ['reject 7f3kq2 ask <@U01ANN|ann> &amp; <#C01OPS|ops> first', vote('reject', Q2, 'ask @ann & #ops first')],
    ['reject 7f3kq2 &lt;!channel&gt; wake up', vote('reject', Q2, '<!channel> wake up')],
    ['extend 7f3kq2 45m', { kind: 'extend', which: Q2, byMs: 2_700_000 }],
    ['cancel 7F3K-Q2', { kind: 'cancel', which: Q2, reason: null }],
    ['', { kind: 'help', topic: null }],
    ['status', { kind: 'status', code: null }],
    ['what production', { kind: 'what', service: null, environment: 'production' }],
  ])('%j is a command', (text, command) => {
    expect(parseCommand(text, inSlack)).toEqual({ kind: 'command', command });
  });

  it.each<[string, RegExp, string | null]>([
    ['production', /Which service/, '/deploy api to production'],
    ['to production', /Which service/, '/deploy api to production'],
    ['@main to preview', /Which service/, '/deploy web to preview'],
    ['approve', /Say which request by its code/, null],
    ['approve production', /Say which request by its code/, null],
    ['reject the migration', /Say which request by its code/, null],
    ['extend 2h', /Say which request by its code/, null],
    ['help deploi', /no command `deploi`/, '/deploy help deploy'],
    ['api to production &lt;!channel&gt;', /did not expect `<!channel>`/, null],
    ['reject <!subteam^S01SRE|@sre> 7F3K-Q2', /Say which request by its code/, null],
    ['migrate=yes what to production', /`what` is a command of its own/, null],
    ['unlock api production', /not in this version/, null],
  ])('%j is not understood', (text, problem, suggestion) => {
    const parsed = parseCommand(text, inSlack);
    expect(parsed).toMatchObject({ kind: 'not-understood', suggestion });
    expect(parsed.kind === 'not-understood' && parsed.problem).toMatch(problem);
  });
});

describe('a configuration of its own', () => {
  it('may use another word than /deploy', () => {
    const ship = { ...onGithub, prefix: '/ship' };
    expect(parseCommand('/ship api to production', ship)).toMatchObject({ kind: 'command' });
    expect(parseCommand('/deploy api to production', ship)).toEqual({ kind: 'nothing' });
  });

  it('may have a service that is called like a later command', () => {
    const grammar = { ...inSlack, services: [{ name: 'queue', aliases: [], environments: ['production'] }] };
    expect(parseCommand('queue to production', grammar)).toEqual({ kind: 'command', command: deploy('queue', 'production') });
  });

  it('may know no service at all', () => {
    expect(parseCommand('/deploy api to production', { ...onGithub, services: [] })).toEqual({
      kind: 'command',
      command: deploy('api', 'production'),
    });
  });
});

describe('an emergency', () => {
  const urgent = (service: string | null, more: Partial<Extract<Command, { kind: 'emergency' }>> = {}): Command => ({
    kind: 'emergency',
    service,
    ref: { kind: 'head' },
    environment: 'production',
    parameters: {},
    reason: 'the shop is down',
    ...more,
  });
  const parse = (text: string) => parseCommand(text, text.startsWith('/') ? onGithub : inSlack);

  it.each<[string, Command]>([
    ['/deploy emergency api to production because the shop is down', urgent('api')],
    ['/deploy emergency production because the shop is down', urgent(null)],
    ['emergency api production Because the shop is down', urgent('api')],
    ['emergency api@main to production migrate=yes because the shop is down', urgent('api', { ...ref('main'), parameters: { migrate: 'yes' } })],
    ['emergency api production because   &lt;!channel&gt; is\u200B down', urgent('api', { reason: '<!channel> is down' })],
    ['emergency api production because it is down because of me', urgent('api', { reason: 'it is down because of me' })],
  ])('%s', (text, command) => {
    expect(parse(text)).toEqual({ kind: 'command', command });
  });

  it.each<[string, RegExp, string | null]>([
    ['emergency api production', /Say why, in a few words/, null],
    ['emergency api production because', /Say why/, null],
    ['emergency api production because urgent', /Say why/, null],
    ['emergency api production --dry-run because it is down', /can't be tried/, null],
    ['emergency api prodution because it is down', /no environment/, '/deploy emergency api production because it is down'],
    ['emergency because it is down', /what to deploy/, '/deploy emergency api to staging because it is down'],
    [`emergency api production because ${'a '.repeat(300)}`, /599 characters/, null],
  ])('%s is not understood', (text, problem, suggestion) => {
    expect(parse(text)).toMatchObject({ kind: 'not-understood', problem: expect.stringMatching(problem) as string, suggestion, topic: 'emergency' });
  });

  it.each<[string, Extract<Command, { kind: 'review' | 'history' }>]>([
    ['review 7f3k-q2', { kind: 'review', code: code('7F3K-Q2'), act: 'show', reason: null }],
    ['/deploy review 7F3K-Q2 sign', { kind: 'review', code: code('7F3K-Q2'), act: 'sign', reason: null }],
    ['review 7F3K-Q2 Approve saw the alert', { kind: 'review', code: code('7F3K-Q2'), act: 'sign', reason: 'saw the alert' }],
    ['review 7F3K-Q2 dispute it was not down', { kind: 'review', code: code('7F3K-Q2'), act: 'dispute', reason: 'it was not down' }],
    ['history backend production', { kind: 'history', service: 'api', environment: 'production' }],
    ['/deploy history production', { kind: 'history', service: null, environment: 'production' }],
  ])('%s', (text, command) => {
    expect(parse(text)).toEqual({ kind: 'command', command });
  });

  it.each([
    ['review', /Which review/],
    ['review api', /no code/],
    ['review 7F3K-Q2 looks good', /neither `sign` nor `dispute`/],
    ['review 7F3K-Q2 sing', /neither/],
    ['history production', /Of which service/],
    ['history api', /Of which environment/],
    ['history', /Of which service/],
    ['history api moon', /no environment/],
  ])('%s is not understood', (text, problem) => {
    expect(parse(text)).toMatchObject({ kind: 'not-understood', problem: expect.stringMatching(problem) as string });
  });
});
