// Groups from GitHub and Slack: who counts, who no longer does, and what happens while nobody can tell.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/sim/http.ts';
import { PEOPLE, REPOSITORY } from '../../src/sim/world.ts';
import { eventually } from '../support/acme.ts';
import type { Deploy } from '../support/sightings.ts';
import { openStories, type PullRequest, type Stories } from '../support/stories.ts';

const by = (group: string) => ({ environments: { production: { approvals: { group } } } });
const SERVICES = {
  teamed: by('platform'),
  paged: by('oncall'),
  outside: by('contractors'),
  gone: by('gone'),
  disabled: by('disabled'),
  left: { environments: { production: { approvals: { any: [{ group: 'platform' }, { group: 'night' }] } } } },
  either: { environments: { production: { approvals: { any: [{ group: 'platform' }, { group: 'api-owners' }] } } } },
  away: by('vault'),
};
const GROUPS = {
  platform: { githubTeam: 'acme/platform' },
  oncall: { slackGroup: 'S01ONCALL' },
  contractors: { githubTeam: 'acme/contractors' },
  gone: { githubTeam: 'acme/gone' },
  disabled: { slackGroup: 'S02OLD' },
  night: { slackGroup: 'S03NIGHT' },
  vault: { githubTeam: 'acme/vault' },
};
type Queued = 'left' | 'paged' | 'away';
const TEAM = /^\/orgs\/acme\/teams\/platform\/members$/;

describe('a group', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories(SERVICES, { groups: GROUPS });
    const { github, slack } = acme.world;
    github.addUser({ login: 'zoe' });
    github.setRole(REPOSITORY, 'zoe', 'write');
    github.setTeamMember('acme', 'platform', 'zoe');
    // Bea is in the team by way of the one below it.
    github.setTeamMember('acme', 'platform-night', 'bea');
    github.setTeamParent('acme', 'platform-night', 'platform');
    github.setTeamMember('acme', 'contractors', 'zoe');
    github.setTeamMember('acme', 'vault', 'carl');
    slack.addGroup({ id: 'S01ONCALL', members: [PEOPLE.bea.slack, PEOPLE.carl.slack, PEOPLE.gus.slack] });
    slack.addGroup({ id: 'S03NIGHT', members: [PEOPLE.carl.slack] });
    slack.addGroup({ id: 'S02OLD', members: [PEOPLE.bea.slack], disabled: true });
  });
  afterAll(() => acme.end());

  async function waiting(service: keyof typeof SERVICES): Promise<{ pull: PullRequest; deploy: Deploy }> {
    const pull = await acme.pull();
    const deploy = await acme.ann.asks(pull, `/deploy ${service} to production`);
    await deploy.bothShow('1 of');
    return { pull, deploy };
  }

  /** Ann's request, approved by Bea, waits in the queue behind another one that is being built. */
  async function inTheQueue(service: Queued, approves: 'bea' | 'eve'): Promise<{ pull: PullRequest; deploy: Deploy; go: () => void }> {
    const { buildkite } = acme.world;
    buildkite.hold(service);
    const first = await waiting(service);
    await acme[approves].clicks('approve', first.deploy);
    await first.deploy.bothShow('🚚 Deploying');
    const running = acme.builds(service).at(-1)?.number ?? 0;
    const { pull, deploy } = await waiting(service);
    await acme[approves].clicks('approve', deploy);
    await deploy.bothShow('⏳ In the queue');
    return { pull, deploy, go: () => buildkite.finish(service, running, 'passed') };
  }

  async function finishes(service: Queued, deploy: Deploy): Promise<void> {
    await deploy.bothShow('🚚 Deploying');
    acme.world.buildkite.finish(service, acme.builds(service).at(-1)?.number ?? 0, 'passed');
    await deploy.ends('✅', 'is live on production');
  }

  it('is a team of GitHub with the teams below it; members whom nobody knows are shown, and told so', async () => {
    const { pull, deploy } = await waiting('teamed');
    expect(await deploy.shows('github', '⏸')).toContain('1 of **platform** (@bea; 1 not mapped)');
    const unknown = await acme.as({ login: 'zoe', slack: '' }).comments(pull, '/approve');
    expect(await unknown.reply()).toContain("I can't tell who you are in Slack.");
    expect(await acme.dan.clicks('approve', deploy)).toBe('production asks for *platform*; you are in *api-owners*.');
    expect(await acme.bea.clicks('approve', deploy)).toContain('Counted: that was the last one.');
    await deploy.ends('✅', 'approved by Bea (platform');
  });

  it('is a user group of Slack, in which guests do not count', async () => {
    const { deploy } = await waiting('paged');
    expect(await deploy.shows('slack', '1 of *oncall*')).toContain('1 not mapped');
    expect(await acme.gus.clicks('approve', deploy)).toContain("People from outside the workspace can't approve.");
    expect(await acme.bea.clicks('approve', deploy)).toContain('Counted: that was the last one.');
    await deploy.ends('✅', 'approved by Bea (oncall');
  });

  it.each([
    ['of people whom nobody knows refuses the request and names them', 'outside', "nor do members I can't tell: `zoe`"],
    ['that is gone refuses it', 'gone', "I can't read who is in gone"],
    ['that is disabled refuses it', 'disabled', "I can't read who is in disabled"],
  ] as const)('%s', async (_what, service, words) => {
    const deploy = await acme.ann.asks(await acme.pull(), `/deploy ${service} to production`);
    expect(await deploy.shows('github', '⛔ Not started', words)).not.toContain('Approve with');
  });

  it('that can’t be read makes nobody count for it, and everybody for another', async () => {
    const { deploy } = await waiting('either');
    const { deploy: strict } = await waiting('teamed');
    await cold({ kind: 'status', status: 502 }, 2);
    await acme.bea.clicks('approve', strict);
    const told = await acme.bea.isTold("I can't read who is in platform (reading team acme/platform: github answered 502)");
    expect(told).toContain('Nothing was counted: try again in a minute.');
    await acme.dan.clicks('approve', deploy);
    await acme.dan.isTold('Counted: that was the last one.');
    await deploy.ends('✅', 'approved by Dan (api-owners');
    await acme.bea.clicks('approve', strict);
    await strict.ends('✅', 'approved by Bea (platform');
  });

  it('that answers slowly costs one click, not two', async () => {
    const { deploy } = await waiting('teamed');
    await cold({ kind: 'delay', ms: 1_500 }, 1);
    const answered: string[] = [];
    acme.world.github.onExchange(({ path }) => void (TEAM.test(path) && answered.push(path)));
    await acme.bea.clicks('approve', deploy);
    await acme.bea.isTold("I can't read who is in platform (no answer within 1 s)");
    await eventually('the slow answer', () => answered.length > 0);
    const before = reads();
    await acme.bea.clicks('approve', deploy);
    await deploy.ends('✅', 'approved by Bea (platform');
    // The one that is left is the one right before the build.
    expect(reads() - before).toBe(1);
  });

  it('that can’t be read right before the build holds it up', async () => {
    const { deploy, go } = await inTheQueue('left', 'bea');
    acme.world.github.fault({ method: 'GET', path: TEAM, times: 1, effect: { kind: 'status', status: 502 } });
    go();
    await deploy.shows('slack', "I can't read who is in platform right now");
    expect(acme.builds('left')).toHaveLength(1);
    await finishes('left', deploy);
  });

  it.each<{ who: string; service: Queued; leave: () => void; back: () => void; note: string; again: string }>([
    {
      who: 'left the user group',
      service: 'paged',
      leave: () => acme.world.slack.addGroup({ id: 'S01ONCALL', members: [PEOPLE.carl.slack] }),
      back: () => acme.world.slack.addGroup({ id: 'S01ONCALL', members: [PEOPLE.bea.slack, PEOPLE.carl.slack] }),
      note: 'Bea (left oncall)',
      again: 'production asks for *oncall*; you are in *sre*.',
    },
    {
      who: 'left the team',
      service: 'left',
      leave: () => acme.world.github.setTeamMember('acme', 'platform-night', 'bea', null),
      back: () => acme.world.github.setTeamMember('acme', 'platform-night', 'bea'),
      note: 'Bea (left platform)',
      again: 'production asks for *platform* or *night*; you are in *sre*.',
    },
    {
      who: 'became a guest',
      service: 'left',
      leave: () => acme.world.slack.addUser({ id: PEOPLE.bea.slack, name: 'bea', guest: true }),
      back: () => acme.world.slack.addUser({ id: PEOPLE.bea.slack, name: 'bea' }),
      note: 'Bea (a guest now)',
      again: "People from outside the workspace can't approve.",
    },
    {
      who: 'was deactivated',
      service: 'left',
      leave: () => acme.world.slack.addUser({ id: PEOPLE.bea.slack, name: 'bea', deleted: true }),
      back: () => acme.world.slack.addUser({ id: PEOPLE.bea.slack, name: 'bea' }),
      note: 'Bea (account deactivated)',
      again: "Bea's account is deactivated.",
    },
    {
      who: 'lost access to the repository',
      service: 'left',
      leave: () => acme.world.github.setRole(REPOSITORY, 'bea', null),
      back: () => acme.world.github.setRole(REPOSITORY, 'bea', 'write'),
      note: 'Bea (can no longer read the repository)',
      again: "Bea can't read the repository any more.",
    },
  ])('loses the vote of whoever $who before the build, and says so', async ({ service, leave, back, note, again }) => {
    const { pull, deploy, go } = await inTheQueue(service, 'bea');
    const builds = acme.builds(service).length;
    leave();
    go();
    await deploy.bothShow(`↩️ No longer counted: ${note}`, '1 of');
    const answer = again.includes('deactivated')
      ? await (await acme.bea.comments(pull, `/approve ${deploy.code}`)).reply()
      : await acme.bea.clicks('approve', deploy);
    expect(answer).toContain(again);
    expect(acme.builds(service)).toHaveLength(builds);
    expect(await acme.carl.clicks('approve', deploy)).toContain('Counted: that was the last one.');
    back();
    await finishes(service, deploy);
    // What was read of Bea for a click may be used for a minute.
    await acme.kill();
    await acme.start();
  });

  it('has whoever stands in for a member who is away, until they are back', async () => {
    // The worker before was killed: who is asked for the first time after that may be told to ask again.
    const delegated = await eventually('an answer', async () => {
      const said = await acme.carl.types('delegate eve for 2h on holiday');
      return said.startsWith("I can't tell") ? undefined : said;
    });
    expect(delegated).toContain('Eve');
    const { deploy, go } = await inTheQueue('away', 'eve');
    expect(await deploy.shows('github', '⏳')).toContain('Eve (Carl in vault');
    expect(await acme.carl.types('delegate off')).toContain('Eve');
    go();
    await deploy.bothShow('↩️ No longer counted: Eve (no longer stands in for Carl)', '1 of');
    expect(await acme.carl.clicks('approve', deploy)).toContain('Counted: that was the last one.');
    await finishes('away', deploy);
  });

  /** The product has just been started, and the next reads of the team end like this. */
  async function cold(effect: FaultEffect, times: number): Promise<void> {
    await acme.kill();
    acme.world.github.fault({ method: 'GET', path: TEAM, times, effect });
    await acme.start();
  }

  function reads(): number {
    return acme.world.github.requests.filter(({ method, path }) => method === 'GET' && TEAM.test(path)).length;
  }
});
