import { describe, expect, it } from 'vitest';
import { createGroups, readMembership, type GroupDirectory } from '../../src/activities/groups.ts';
import type { TeamMember } from '../../src/github/api.ts';
import { githubPersonKey } from '../../src/ids.ts';
import { Trouble } from '../../src/trouble.ts';
import { PEOPLE, person } from '../policy/given.ts';
import type { Person } from '../../workflows/vocabulary.ts';

const down = new Trouble({ source: 'github', kind: 'unavailable', doing: 'reading team acme/sre', found: 'github answered 502', status: 502 });
const BEA: TeamMember = { id: 2, login: 'bea' };
const CARL: TeamMember = { id: 3, login: 'carl' };

interface Platform {
  readonly groups: GroupDirectory;
  /** When each read of the team began. */
  readonly reads: number[];
  now: number;
  /** The next reads of the team, in turn; the last one again and again. */
  team: (() => Promise<readonly TeamMember[]>)[];
}

function platform(...team: Platform['team']): Platform {
  const reads: number[] = [];
  const it: Platform = {
    reads,
    now: 1_000_000,
    team,
    groups: createGroups({
      config: {
        people: PEOPLE,
        groups: {
          owners: { kind: 'people', people: [person('Dan')] },
          sre: { kind: 'github-team', org: 'acme', slug: 'sre' },
          oncall: { kind: 'slack-group', id: 'S01ONCALL' },
        },
      },
      github: {
        readTeam: async () => {
          reads.push(it.now);
          const [next] = it.team.length > 1 ? it.team.splice(0, 1) : it.team;
          return next === undefined ? [] : next();
        },
      },
      slack: {
        readUserGroup: async (id) =>
          id === 'S01ONCALL'
            ? [
                { team: 'T1', user: 'U3' },
                { team: 'T2', user: 'U2' },
              ]
            : [],
      },
      now: () => it.now,
    }),
  };
  return it;
}

const MINUTE = 60_000;
const has =
  (...members: readonly TeamMember[]) =>
  async () =>
    members;
const fails = async (): Promise<never> => {
  throw down;
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('members', () => {
  it('of a list are those people, of a team and of a user group those whose accounts they are', async () => {
    const { groups } = platform(has(CARL, { id: 99, login: 'zoe' }));
    expect(await groups.membersOf('owners', MINUTE)).toEqual([person('Dan')]);
    expect(await groups.membersOf('sre', MINUTE)).toEqual([person('Carl'), expect.objectContaining({ name: 'zoe', mapped: false })]);
    // The same member id in another workspace is somebody else.
    expect(await groups.membersOf('oncall', MINUTE)).toEqual([person('Carl'), expect.objectContaining({ name: 'U2', mapped: false })]);
  });

  it('go by the number of the account, never by its login', async () => {
    const { groups } = platform(has({ id: 2, login: 'renamed' }, { id: 98, login: 'carl' }));
    expect(await groups.membersOf('sre', MINUTE)).toEqual([person('Bea'), expect.objectContaining({ name: 'carl', mapped: false })]);
  });

  it('are nobody where the configuration has no such group any more', async () => {
    expect(await platform().groups.membersOf('constructor', MINUTE)).toEqual([]);
  });
});

describe('a group read through the API', () => {
  it('is read once by everybody who asks at the same moment', async () => {
    const { groups, reads } = platform(has(BEA));
    await Promise.all([groups.membersOf('sre', MINUTE), groups.membersOf('sre', MINUTE), groups.membersOf('sre', MINUTE)]);
    expect(reads).toHaveLength(1);
  });

  it('is at most as old as the caller allows', async () => {
    const world = platform(has(BEA), has(CARL));
    await world.groups.membersOf('sre', MINUTE);
    world.now += MINUTE + 1;
    expect(await world.groups.membersOf('sre', MINUTE)).toEqual([person('Carl')]);
  });

  it('is read again in the background before it is too old, so that nobody waits', async () => {
    const world = platform(has(BEA), has(CARL));
    await world.groups.membersOf('sre', MINUTE);
    world.now += 50_000;
    expect(await world.groups.membersOf('sre', MINUTE)).toEqual([person('Bea')]);
    await settled();
    expect(await world.groups.membersOf('sre', MINUTE)).toEqual([person('Carl')]);
    expect(world.reads).toHaveLength(2);
  });

  it('outlives a failed read in the background as long as it is young enough', async () => {
    const world = platform(has(BEA), fails);
    await world.groups.membersOf('sre', MINUTE);
    world.now += 50_000;
    await world.groups.membersOf('sre', MINUTE);
    await settled();
    expect(await world.groups.membersOf('sre', MINUTE)).toEqual([person('Bea')]);
    world.now += 10_001;
    await expect(world.groups.membersOf('sre', MINUTE)).rejects.toBe(down);
  });

  it('is never remembered right before a build, not even from the same millisecond', async () => {
    const world = platform(has(BEA), has(CARL));
    const [early, fresh] = await Promise.all([world.groups.membersOf('sre', MINUTE), world.groups.membersOf('sre', 0)]);
    expect([early, fresh]).toEqual([[person('Bea')], [person('Carl')]]);
    expect(world.reads).toHaveLength(2);
  });

  it('that failed is asked for again by the next caller', async () => {
    const world = platform(fails, has(BEA));
    await expect(world.groups.membersOf('sre', MINUTE)).rejects.toBe(down);
    expect(await world.groups.membersOf('sre', MINUTE)).toEqual([person('Bea')]);
  });

  it('keeps the answer of the later of two reads, whichever comes first', async () => {
    let answer = (_members: readonly TeamMember[]): void => undefined;
    const slow = (): Promise<readonly TeamMember[]> => new Promise((resolve) => (answer = resolve));
    const world = platform(slow, has(CARL));
    const early = world.groups.membersOf('sre', MINUTE);
    world.now += 1;
    await world.groups.membersOf('sre', 0);
    answer([BEA]);
    await early;
    await settled();
    expect(await world.groups.membersOf('sre', MINUTE)).toEqual([person('Carl')]);
  });
});

describe('a membership', () => {
  const read = async (_what: string, call: () => ReturnType<GroupDirectory['membersOf']>) =>
    call().then(
      (value) => ({ known: true, value }) as const,
      (error: Error) => ({ known: false, why: error.message }) as const,
    );

  it('is read of the groups that are named and of those that cost nothing, each once', async () => {
    const world = platform(has(BEA));
    const { groups } = await readMembership(world.groups, { names: ['sre', 'sre'], maxAgeMs: MINUTE, people: PEOPLE, read });
    expect(Object.keys(groups)).toEqual(['owners', 'sre']);
    await readMembership(world.groups, { names: [], maxAgeMs: 0, people: PEOPLE, read });
    expect(world.reads).toHaveLength(1);
  });

  it('knows members by the links that people made themselves, at once', async () => {
    const world = platform(has({ id: 70, login: 'zoe' }));
    const zoe: Person = { ...person('Eve'), key: githubPersonKey(70), name: 'zoe', github: { id: 70, login: 'zoe' }, binding: 'linked' };
    const membersFor = async (people: readonly Person[]) =>
      (await readMembership(world.groups, { names: ['sre'], maxAgeMs: MINUTE, people, read })).groups['sre'];
    expect(await membersFor(PEOPLE)).toEqual([expect.objectContaining({ name: 'zoe', mapped: false })]);
    expect(await membersFor([...PEOPLE, zoe])).toEqual([zoe]);
    expect(world.reads).toHaveLength(1);
  });

  it('tells what can’t be read apart from what is empty', async () => {
    expect(await readMembership(platform(has()).groups, { names: ['sre'], maxAgeMs: MINUTE, people: PEOPLE, read })).toMatchObject({
      groups: { sre: [] },
      unread: {},
    });
    const unread = await readMembership(platform(fails).groups, { names: ['sre'], maxAgeMs: MINUTE, people: PEOPLE, read });
    expect(unread).toEqual({ groups: { owners: [person('Dan')] }, unread: { sre: 'reading team acme/sre: github answered 502' } });
  });
});
