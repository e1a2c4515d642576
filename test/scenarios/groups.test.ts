// Groups from GitHub and Slack: who counts, who no longer does, and what happens while nobody can tell.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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
  slow: by('slowpokes'),
};
const GROUPS = {
  platform: { githubTeam: 'acme/platform' },
  oncall: { slackGroup: 'S01ONCALL' },
  contractors: { githubTeam: 'acme/contractors' },
  gone: { githubTeam: 'acme/gone' },
  disabled: { slackGroup: 'S02OLD' },
  night: { slackGroup: 'S03NIGHT' },
  vault: { githubTeam: 'acme/vault' },
  slowpokes: { githubTeam: 'acme/slowpokes' },
};
type Queued = 'left' | 'paged' | 'away';
const membersOf = (team: string): RegExp => new RegExp(`^/orgs/acme/teams/${team}/members$`);

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
    github.setTeamMember('acme', 'slowpokes', 'bea');
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

  describe('of which nothing was read since the product was started', () => {
    type Name = 'strict' | 'other' | 'slow';
    let open: Readonly<Record<Name, Deploy>>;
    beforeAll(async () => {
      const [strict, other, slow] = await Promise.all([waiting('teamed'), waiting('either'), waiting('slow')]);
      open = { strict: strict.deploy, other: other.deploy, slow: slow.deploy };
      await acme.kill();
      acme.world.github.fault({ method: 'GET', path: membersOf('platform'), times: 2, effect: { kind: 'status', status: 502 } });
      acme.world.github.fault({ method: 'GET', path: membersOf('slowpokes'), times: 1, effect: { kind: 'delay', ms: 1_500 } });
      await acme.start();
    });

    it('makes nobody count for it while it can’t be read, and everybody for another', async () => {
      const { strict, other } = open;
      await acme.bea.clicks('approve', strict, { once: true });
      const told = await acme.bea.isTold("I can't read who is in platform (reading team acme/platform: github answered 502)");
      expect(told).toContain('Nothing was counted: try again in a minute.');
      await acme.dan.clicks('approve', other);
      await acme.dan.isTold('Counted: that was the last one.');
      await other.ends('✅', 'approved by Dan (api-owners');
      await acme.bea.clicks('approve', strict);
      await strict.ends('✅', 'approved by Bea (platform');
    });

    it('costs one click, not two, when it answers slowly', async () => {
      const { slow } = open;
      const answered: string[] = [];
      acme.world.github.onExchange(({ path }) => void (membersOf('slowpokes').test(path) && answered.push(path)));
      await acme.bea.clicks('approve', slow, { once: true });
      await acme.bea.isTold("I can't read who is in slowpokes (no answer within 1 s)");
      await eventually('the slow answer', () => answered.length > 0);
      const before = reads('slowpokes');
      await acme.bea.clicks('approve', slow);
      await slow.ends('✅', 'approved by Bea (slowpokes');
      // The one that is left is the one right before the build.
      expect(reads('slowpokes') - before).toBe(1);
    });
  });

  it('that can’t be read right before the build holds it up', async () => {
    const { deploy, go } = await inTheQueue('left', 'bea');
    acme.world.github.fault({ method: 'GET', path: membersOf('platform'), times: 1, effect: { kind: 'status', status: 502 } });
    go();
    await deploy.shows('slack', "I can't read who is in platform right now");
    expect(acme.builds('left')).toHaveLength(1);
    await finishes('left', deploy);
  });

  it('has whoever stands in for a member who is away, until they are back', async () => {
    expect(await acme.carl.types('delegate eve for 2h on holiday')).toContain('Eve');
    const { deploy, go } = await inTheQueue('away', 'eve');
    expect(await deploy.shows('github', '⏳')).toContain('Eve (Carl in vault');
    expect(await acme.carl.types('delegate off')).toContain('Eve');
    go();
    await deploy.bothShow('↩️ No longer counted: Eve (no longer stands in for Carl)', '1 of');
    expect(await acme.carl.clicks('approve', deploy)).toContain('Counted: that was the last one.');
    await finishes('away', deploy);
  });

  const reads = (team: string): number =>
    acme.world.github.requests.filter(({ method, path }) => method === 'GET' && membersOf(team).test(path)).length;
});
