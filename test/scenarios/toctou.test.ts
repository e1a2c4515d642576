import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeActionValue } from '../../src/render/actions.ts';
import { PEOPLE, REPOSITORY } from '../../src/sim/world.ts';
import { eventually } from '../support/acme.ts';
import { ONE_SRE } from '../support/acme-config.ts';
import type { Deploy } from '../support/sightings.ts';
import { openStories, type PullRequest, type Stories } from '../support/stories.ts';

const GAPS = ['with the command', 'before the click', 'with the click', 'after the click', 'at the turn'] as const;
const MOVED = ['a push', 'a force push', 'the end of the branch', 'another branch of the same name', 'a merge', 'another base'] as const;
type Moved = (typeof MOVED)[number];
// A service of its own each: all of them are raced at the same time.
const SIGNED = MOVED.flatMap((moved, m) => GAPS.map((gap, g) => ({ moved, gap, service: `signed-${m}-${g}` })));
const FREE = MOVED.filter((moved) => !['the end of the branch', 'a merge', 'another base'].includes(moved)).map((moved, m) => ({
  moved,
  service: `free-${m}`,
}));
const TIMES = 2;
/** Asks what its base may answer otherwise at any time. */
const UP_TO_DATE = { gates: { checks: 'all', upToDate: true }, approvals: ONE_SRE } as const;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const [CALM, AHEAD] = ['calm', 'ahead'];

describe('nothing is built that was not approved, whatever moves meanwhile', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories({
      ...Object.fromEntries(
        SIGNED.map(({ moved, service }) => [
          service,
          { environments: { production: moved === 'another base' ? UP_TO_DATE : { approvals: ONE_SRE } } },
        ]),
      ),
      ...Object.fromEntries(FREE.map(({ service }) => [service, { environments: { staging: { approvals: 'none' } } }])),
    });
    // One that everybody has all of, for good, and one with a commit that nobody has.
    await acme.world.github.push(REPOSITORY, CALM, { by: 'eve' });
    await acme.world.github.push(REPOSITORY, AHEAD, { by: 'eve', commits: [{ message: 'Only here' }] });
  });
  afterAll(() => acme.end());

  type Move = (pull: PullRequest) => Promise<unknown>;
  const commits = [{ message: 'Slipped in' }];
  const MOVES: Readonly<Record<Moved, Move>> = {
    'a push': ({ branch }) => acme.world.github.push(REPOSITORY, branch, { by: 'eve', commits }),
    'a force push': ({ branch }) => acme.world.github.push(REPOSITORY, branch, { by: 'eve', commits, onto: 'heads/main' }),
    'the end of the branch': ({ branch }) => acme.world.github.deleteBranch(REPOSITORY, branch, 'eve'),
    'another branch of the same name': async ({ branch }) => {
      await acme.world.github.deleteBranch(REPOSITORY, branch, 'eve');
      await acme.world.github.push(REPOSITORY, branch, { by: 'eve', commits, onto: 'heads/main' });
    },
    'a merge': ({ number }) => acme.world.github.merge(REPOSITORY, number, { by: 'eve' }),
    'another base': ({ number }) => acme.world.github.changeBase(REPOSITORY, number, { base: AHEAD, by: 'eve' }),
  };

  /** What the button on the card signs at this very moment; null: there is none. */
  function signedBy(deploy: Deploy): { readonly ts: string; readonly sha: string } | null {
    const message = deploy.message();
    const elements = (message?.blocks ?? []).flatMap((block) =>
      'elements' in block ? (block['elements'] as Readonly<Record<string, unknown>>[]) : [],
    );
    const button = elements.find((element) => element['action_id'] === 'countersign:approve');
    const sha = decodeActionValue(button === undefined ? undefined : String(button['value']))?.sha ?? null;
    return message === undefined || sha === null ? null : { ts: message.ts, sha };
  }

  const isOver = (deploy: Deploy): boolean => deploy.cards('github').some((text) => /^### (?:⛔|✖)/u.test(text));

  /** A request and the short SHAs that somebody signed for it. */
  interface Race {
    readonly service: string;
    readonly code: string;
    readonly signed: readonly string[];
  }
  const races: Race[] = [];

  /** What was built of it without being signed, or more than once. */
  function wrongIn({ service, code, signed }: Race): readonly string[] {
    const built = acme
      .builds(service)
      .filter(({ env }) => env['COUNTERSIGN_CODE'] === code)
      .map(({ commit }) => commit.slice(0, 7));
    return built.filter((sha, at) => at > 0 || !signed.includes(sha));
  }

  /** Plays one race. */
  async function race({ service, moved, gap }: (typeof SIGNED)[number]): Promise<Race> {
    const move = MOVES[moved];
    const pull = await acme.pull();
    if (moved === 'another base') await acme.world.github.changeBase(REPOSITORY, pull.number, { base: CALM, by: 'eve' });
    const asking = acme.ann.asks(pull, `/deploy ${service} to production`);
    const moving = gap === 'with the command' ? move(pull) : null;
    const deploy = await asking;
    await moving;
    await eventually('a button or an end', () => signedBy(deploy) !== null || isOver(deploy));
    if (gap === 'before the click') await move(pull);
    const button = signedBy(deploy);
    if (button === null) return { service, code: deploy.code, signed: [] };
    const clicking = acme.world.slack.click(PEOPLE.bea.slack, button.ts, 'countersign:approve');
    if (gap === 'with the click') await move(pull);
    await clicking;
    if (gap === 'at the turn') await pause(60);
    if (gap === 'after the click' || gap === 'at the turn') await move(pull);
    // What lacks a commit of its base by the time of the signature is not built, whoever signs it.
    const isRefused = moved === 'another base' && gap === 'before the click';
    return { service, code: deploy.code, signed: isRefused ? [] : [button.sha] };
  }

  it.concurrent.each(SIGNED)(
    'by $moved, $gap',
    async (raced) => {
      const mine = [];
      for (let n = 0; n < TIMES; n += 1) mine.push(await race(raced));
      races.push(...mine);
      await pause(700);
      expect(mine.flatMap(wrongIn)).toEqual([]);
    },
    // They share the machine: each takes about as long as all of them.
    400_000,
  );

  it('and some of them were built, some were not, none of them later either', () => {
    expect(races).toHaveLength(SIGNED.length * TIMES);
    expect(races.flatMap(wrongIn)).toEqual([]);
    const built = SIGNED.flatMap(({ service }) => acme.builds(service)).length;
    expect(built).toBeGreaterThan(0);
    expect(built).toBeLessThan(SIGNED.length * TIMES);
  });

  it.concurrent.each(FREE)('nor where nobody has to approve: by $moved, with the command', async ({ moved, service }) => {
    for (let n = 0; n < TIMES; n += 1) {
      const pull = await acme.pull();
      const [deploy] = await Promise.all([acme.ann.asks(pull, `/deploy ${service} to staging`), MOVES[moved](pull)]);
      await deploy.shows('github', 'code');
      await pause(700);
      const built = acme.builds(service).filter(({ env }) => env['COUNTERSIGN_CODE'] === deploy.code);
      for (const { commit } of built) expect(commit).toBe(pull.sha);
    }
    // And all of it would say nothing if nothing were built there at all.
    const calm = await acme.pull();
    await (await acme.ann.asks(calm, `/deploy ${service} to staging`)).shows('github', 'is live on staging');
    expect(acme.builds(service).at(-1)?.commit).toBe(calm.sha);
  });
});
