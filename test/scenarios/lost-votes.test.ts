// Somebody approves, and loses the right to before the build: their vote is void, and the card says so. All at once, each about somebody
// else and on a target of its own: what was read of a person for a click may be used for a minute.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE, REPOSITORY } from '../../src/sim/world.ts';
import type { Newcomer } from '../support/acme-config.ts';
import type { Deploy } from '../support/sightings.ts';
import { openStories, type PullRequest, type Stories } from '../support/stories.ts';

interface Loss {
  readonly who: string;
  readonly person: Newcomer;
  readonly service: string;
  readonly leave: (acme: Stories, person: Newcomer) => void;
  readonly note: string;
  /** What they are told when they approve again. */
  readonly again: string;
}

const named = (id: number, name: string): Newcomer => ({ name, github: { id, login: name.toLowerCase() }, slack: `U${id}` });
const rejoin = (acme: Stories, { slack: id, name }: Newcomer, change: { readonly guest?: true; readonly deleted?: true }): void =>
  acme.world.slack.addUser({ id, name, ...change });

const LOSSES: readonly Loss[] = [
  {
    who: 'left the user group',
    person: named(2001, 'Fay'),
    service: 'paged',
    leave: (acme) => acme.world.slack.addGroup({ id: 'S01ONCALL', members: [PEOPLE.carl.slack] }),
    note: 'Fay (left oncall)',
    again: 'production asks for *oncall*; you are not in it.',
  },
  {
    who: 'left the team',
    person: named(2002, 'Gil'),
    service: 'teamed',
    leave: (acme, { github }) => acme.world.github.setTeamMember('acme', 'platform-night', github.login, null),
    note: 'Gil (left platform)',
    again: 'production asks for *platform*; you are not in it.',
  },
  {
    who: 'became a guest',
    person: named(2003, 'Hal'),
    service: 'visited',
    leave: (acme, person) => rejoin(acme, person, { guest: true }),
    note: 'Hal (a guest now)',
    again: "People from outside the workspace can't approve.",
  },
  {
    who: 'was deactivated',
    person: named(2004, 'Ida'),
    service: 'ended',
    leave: (acme, person) => rejoin(acme, person, { deleted: true }),
    note: 'Ida (account deactivated)',
    again: "Ida's account is deactivated.",
  },
  {
    who: 'lost access to the repository',
    person: named(2005, 'Jon'),
    service: 'shut',
    leave: (acme, { github }) => acme.world.github.setRole(REPOSITORY, github.login, null),
    note: 'Jon (can no longer read the repository)',
    again: "Jon can't read the repository any more.",
  },
];
const GROUPS = { platform: { githubTeam: 'acme/platform' }, oncall: { slackGroup: 'S01ONCALL' } };
const policyOf = (service: string) => ({ environments: { production: { approvals: { group: service === 'paged' ? 'oncall' : 'platform' } } } });

describe('the vote', () => {
  let acme: Stories;
  beforeAll(async () => {
    const services = Object.fromEntries(LOSSES.map(({ service }) => [service, policyOf(service)]));
    acme = await openStories(services, { groups: GROUPS, newcomers: LOSSES.map(({ person }) => person) });
    const { github, slack } = acme.world;
    github.setTeamMember('acme', 'platform', 'carl');
    // In the team by way of the one below it.
    for (const { person, service } of LOSSES) if (service !== 'paged') github.setTeamMember('acme', 'platform-night', person.github.login);
    github.setTeamParent('acme', 'platform-night', 'platform');
    slack.addGroup({ id: 'S01ONCALL', members: [PEOPLE.carl.slack, ...LOSSES.map(({ person }) => person.slack)] });
  });
  afterAll(() => acme.end());

  it.concurrent.each(LOSSES)('of whoever $who before the build is lost, and said to be', async ({ service, person, leave, note, again }) => {
    const actor = acme.as({ login: person.github.login, slack: person.slack });
    const approved = async (): Promise<{ pull: PullRequest; deploy: Deploy }> => {
      const pull = await acme.pull();
      const deploy = await acme.ann.asks(pull, `/deploy ${service} to production`);
      await deploy.bothShow('1 of');
      await actor.clicks('approve', deploy);
      return { pull, deploy };
    };
    const { buildkite } = acme.world;
    buildkite.hold(service);
    const first = await approved();
    await first.deploy.bothShow('🚚 Deploying');
    const { pull, deploy } = await approved();
    await deploy.bothShow('⏳ In the queue');
    leave(acme, person);
    buildkite.finish(service, 1, 'passed');
    await deploy.bothShow(`↩️ No longer counted: ${note}`, '1 of');
    // Slack shows no buttons to whoever is gone.
    const isGone = again.includes('deactivated');
    const answer = isGone ? await (await actor.comments(pull, `/approve ${deploy.code}`)).reply() : await actor.clicks('approve', deploy);
    expect(answer).toContain(again);
    expect(acme.builds(service)).toHaveLength(1);
    expect(await acme.carl.clicks('approve', deploy)).toContain('Counted: that was the last one.');
    await deploy.bothShow('🚚 Deploying');
    buildkite.finish(service, 2, 'passed');
    await deploy.ends('✅', 'is live on production');
  });
});
