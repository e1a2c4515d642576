import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { REPOSITORY } from '../../src/sim/world.ts';
import { ONE_SRE } from '../support/acme-config.ts';
import type { Deploy } from '../support/sightings.ts';
import { openStories, type PullOptions, type PullRequest, type Stories } from '../support/stories.ts';

/** Mostly one target, so that Buildkite is read once. */
const target = 'gated';
const ENVIRONMENTS = {
  staging: { approvals: 'none', target },
  guarded: { approvals: ONE_SRE, target, gates: { checks: 'all', review: true, upToDate: true } },
  soaked: { approvals: 'none', target, gates: { after: { staging: '1h' } } },
  kept: { approvals: 'none', target: 'kept', gates: { keepsLive: true } },
  tuned: { approvals: 'none', target, parameters: { migrate: { choices: ['yes', 'no'] }, size: { choices: ['s', 'l'], default: 's' } } },
  owned: { approvals: { group: 'api-owners' }, target },
};

/** Each is the beginning of one reason; together they are all. */
type Reasons = readonly string[];
interface Refusal {
  readonly what: string;
  readonly pull?: PullOptions;
  readonly prepare?: (acme: Stories, pull: PullRequest) => unknown;
  /** Login; `ann` unless given. */
  readonly who?: string;
  readonly text: string;
  readonly reasons: Reasons;
}

const REFUSALS: readonly Refusal[] = [
  {
    what: 'a requester without write permission',
    who: 'rae',
    text: 'gated to staging',
    reasons: ['❌ **permission**: asking takes **write**; you have **read**.'],
  },
  {
    what: 'a requester nobody mapped, on a protected environment',
    who: 'zoe',
    text: 'gated to guarded',
    reasons: ["❌ **identity**: guarded asks for a requester whose Slack account I know; I don't know yours."],
  },
  {
    what: 'a reader nobody mapped, with a draft',
    who: 'rae',
    pull: { draft: true },
    text: 'gated to guarded',
    reasons: ['❌ **identity**', '❌ **permission**', '❌ **draft**: pull request'],
  },
  {
    what: 'checks that failed, checks that still run, and a reviewer who asks for changes',
    pull: { checks: ['failure', 'in_progress'], review: 'CHANGES_REQUESTED' },
    text: 'gated to guarded',
    reasons: [
      '❌ **checks**: 0 of 2 are green; `unit` (log) failed.',
      '⏳ **checks**: 0 of 2 are green; `e2e` (log) is still running.',
      '❌ **review**: a reviewer asks for changes.',
    ],
  },
  {
    what: 'no check and no review',
    pull: { checks: [], review: null },
    text: 'gated to guarded',
    reasons: ['❌ **checks**: no check has reported for', '❌ **review**: the pull request is not approved yet.'],
  },
  {
    what: 'a branch that is behind',
    prepare: async (acme) => {
      const other = await acme.pull();
      await acme.world.github.merge(REPOSITORY, other.number, { by: 'bea' });
    },
    text: 'gated to guarded',
    reasons: ['❌ **up to date**: 2 commits behind `main`. Merge `main`, push, then ask again.'],
  },
  {
    what: 'a pull request that was closed unmerged',
    prepare: (acme, { number }) => acme.world.github.closePullRequest(REPOSITORY, number, 'ann'),
    text: 'gated to staging',
    reasons: ['❌ **pull request**: pull request'],
  },
  { what: 'a ref that is not there', text: 'gated@nowhere to staging', reasons: ['❌ **ref**: there is no branch, tag or commit `nowhere`.'] },
  {
    what: 'a branch and a tag of the same name',
    prepare: (acme, { branch, sha }) => acme.world.github.tag(REPOSITORY, branch, sha),
    text: 'gated@BRANCH to staging',
    reasons: ['❌ **ref**: `change'],
  },
  {
    what: 'a tag where no tags are allowed',
    prepare: ({ world: { github } }) => {
      const sha = github.commit(REPOSITORY, 'released', { message: 'Release', author: 'dan' });
      github.setCheck(REPOSITORY, sha, { name: 'unit', result: 'success' });
      github.tag(REPOSITORY, 'v1.0.0', sha);
    },
    text: 'gated@v1.0.0 to staging',
    reasons: ['❌ **ref**: `v1.0.0` may not be deployed there; allowed are `default-branch`, `pull-request`.'],
  },
  {
    what: 'a parameter that is missing beside one that is unknown',
    text: 'gated to tuned speed=fast',
    reasons: [
      '❌ **parameters**: there is no parameter `speed`.',
      '❌ **parameters**: `migrate` has to be given. Add `migrate=yes` or `migrate=no`.',
    ],
  },
  {
    what: 'values that are not among the choices',
    text: 'gated to tuned migrate=maybe size=xl',
    reasons: ['❌ **parameters**: `migrate=maybe` is not among', '❌ **parameters**: `size=xl` is not among'],
  },
  {
    what: 'a commit that is not live where it has to go first',
    text: 'gated to soaked',
    reasons: ['❌ **order**: '],
  },
  {
    what: 'a rule that nobody is left to satisfy',
    who: 'dan',
    text: 'gated to owned',
    reasons: ['❌ **approval**: 1 of **api-owners** would have to approve, and nobody could'],
  },
];

describe('refused, with every reason at once', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories({ gated: { environments: ENVIRONMENTS } });
    const { github, slack } = acme.world;
    for (const [login, role] of [
      ['zoe', 'write'],
      ['rae', 'read'],
    ] as const) {
      github.addUser({ login });
      github.setRole(REPOSITORY, login, role);
    }
    slack.addUser({ id: 'U09ZED', name: 'zed' });
  });
  afterAll(() => acme.end());

  /** The reasons on the card of a request that ended before anybody was asked; everything else about such an end is checked here. */
  async function reasonsOf(deploy: Deploy): Promise<readonly string[]> {
    const card = await deploy.shows('github', '⛔ Not started', 'Ask again with `/deploy gated');
    expect(await deploy.comment?.reacted('-1')).toEqual(['eyes', '-1']);
    expect(deploy.cards('slack')).toEqual([]);
    expect(acme.builds('gated').filter(({ metaData }) => metaData['countersign:code'] === deploy.code)).toEqual([]);
    return card.split('\n').filter((line) => line.startsWith('- '));
  }

  it.each(REFUSALS)('$what', async ({ pull: options = {}, prepare, who = 'ann', text, reasons }) => {
    const pull = await acme.pull(options);
    await prepare?.(acme, pull);
    const asking = acme.as({ login: who, slack: '' });
    const deploy = await asking.asks(pull, `/deploy ${text.replace('BRANCH', pull.branch)}`);
    expect(await reasonsOf(deploy)).toEqual(beginnings(reasons));
  });

  it('a pull request from a fork, whatever its state', async () => {
    const { github } = acme.world;
    github.addRepository({ slug: 'sly/api', forkOf: REPOSITORY });
    github.commit('sly/api', 'gift', { message: 'A gift', author: 'sly' });
    const { number, headSha } = await github.openPullRequest(REPOSITORY, { head: 'gift', by: 'sly', fork: 'sly/api', number: 900 });
    github.setCheck(REPOSITORY, headSha, { name: 'unit', result: 'success' });
    acme.sees(number);
    const deploy = await acme.ann.asks({ number }, '/deploy gated to staging');
    expect(await reasonsOf(deploy)).toEqual(beginnings(['❌ **fork**: pull request 900 comes from `sly/api`; what a fork holds is not deployed.']));
  });

  it('an unmapped Slack user, always, and a deactivated one', async () => {
    const { slack } = acme.world;
    const zed = acme.as({ login: 'zed', slack: 'U09ZED' });
    await zed.types('gated to staging');
    expect(await zed.isTold('⛔ Not started')).toContain('staging asks for a requester whose GitHub account I know');
    slack.addUser({ id: 'U05EVE', name: 'eve', deleted: true });
    const pull = await acme.pull({ by: 'bea' });
    const deploy = await acme.eve.asks(pull, '/deploy gated to staging');
    expect(await reasonsOf(deploy)).toEqual(beginnings(["❌ **identity**: Eve's account is deactivated."]));
    slack.addUser({ id: 'U05EVE', name: 'eve' });
  });

  it('a branch with two open pull requests, asked for by its name', async () => {
    const { github } = acme.world;
    const pull = await acme.pull();
    github.branch(REPOSITORY, 'next', 'main');
    await github.openPullRequest(REPOSITORY, { head: pull.branch, base: 'next', by: 'ann', number: 901 });
    await acme.ann.types(`gated@${pull.branch} to staging`);
    const told = await acme.ann.isTold('⛔ Not started');
    expect(told).toContain(`\`${pull.branch}\` could be \`#901 into next\` or \`#${pull.number} into main\``);
  });

  it('a head that moved after the command', async () => {
    const { github } = acme.world;
    const pull = await acme.pull();
    github.fault({ method: 'GET', path: new RegExp(`/pulls/${pull.number}$`), times: 1, effect: { kind: 'delay', ms: 1_200 } });
    const deploy = await acme.ann.asks(pull, '/deploy gated to staging');
    const { sha } = await github.push(REPOSITORY, pull.branch, { by: 'carl', commits: [{ message: 'Quickly' }] });
    github.setCheck(REPOSITORY, sha, { name: 'unit', result: 'success' });
    expect(await reasonsOf(deploy)).toEqual(beginnings([`❌ **head**: \`${sha.slice(0, 7)}\` was pushed by carl`]));
  });

  it('what cannot be read: unknown never counts as good', async () => {
    const pull = await acme.pull();
    acme.world.github.fault({
      method: 'GET',
      path: new RegExp(`/commits/${pull.sha}/check-runs`),
      times: 100,
      effect: { kind: 'status', status: 502 },
    });
    const deploy = await acme.ann.asks(pull, '/deploy gated to staging');
    expect(await reasonsOf(deploy)).toEqual(beginnings(["❓ **unknown**: I can't read the checks"]));
  });

  it('but an unmapped writer may ask where nobody has to approve, and a merged pull request is its merge commit', async () => {
    const { github } = acme.world;
    const pull = await acme.pull();
    const { sha } = await github.merge(REPOSITORY, pull.number, { by: 'bea' });
    github.setCheck(REPOSITORY, sha, { name: 'unit', result: 'success' });
    const deploy = await acme.as({ login: 'zoe', slack: '' }).asks(pull, '/deploy gated to staging');
    await deploy.ends('✅', sha.slice(0, 7), 'is live on staging');
    expect(acme.builds('gated').at(-1)).toMatchObject({ commit: sha, branch: 'main' });
    // The same commit has been there, but not for long enough.
    const soon = await acme.ann.asks(pull, '/deploy gated to soaked');
    expect(await reasonsOf(soon)).toEqual([
      expect.stringMatching(/⏳ \*\*staging\*\*: it is live there since .*; 1 h are asked for\. Open again at/),
    ]);
  });

  it('a commit that would make live work vanish, naming it', async () => {
    const [first, second] = [await acme.pull({ by: 'dan' }), await acme.pull()];
    const deploy = await acme.dan.asks(first, '/deploy gated to kept');
    await deploy.ends('✅', 'is live on kept');
    const other = await acme.ann.asks(second, '/deploy gated to kept');
    expect(await reasonsOf(other)).toEqual(beginnings([`❌ **keeps what is live**: 1 commit of the live \`${first.sha.slice(0, 7)}\` would vanish`]));
    expect(await other.shows('github', '⛔')).toContain('part 1 by *Dan*');
  });
});

function beginnings(reasons: Reasons): readonly unknown[] {
  return reasons.map((reason) => expect.stringMatching(new RegExp(`^- ${reason.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)}`)) as unknown);
}
