import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeActionValue } from '../../src/render/actions.ts';
import { PEOPLE, REPOSITORY } from '../../src/sim/world.ts';
import { eventually } from '../support/acme.ts';
import { ONE_SRE } from '../support/acme-config.ts';
import type { Deploy } from '../support/sightings.ts';
import { openStories, type PullRequest, type Stories } from '../support/stories.ts';

const GAPS = ['with the command', 'before the click', 'with the click', 'after the click', 'at the turn'] as const;
type Gap = (typeof GAPS)[number];
const TIMES = 2;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('nothing is built that was not approved, whatever moves meanwhile', () => {
  let acme: Stories;
  beforeAll(async () => {
    acme = await openStories({
      signed: { environments: { production: { approvals: ONE_SRE } } },
      free: { environments: { staging: { approvals: 'none' } } },
    });
  });
  afterAll(() => acme.end());

  type Move = (pull: PullRequest) => Promise<unknown>;
  const commits = [{ message: 'Slipped in' }];
  const MOVES: Readonly<Record<string, Move>> = {
    'a push': ({ branch }) => acme.world.github.push(REPOSITORY, branch, { by: 'eve', commits }),
    'a force push': ({ branch }) => acme.world.github.push(REPOSITORY, branch, { by: 'eve', commits, onto: 'heads/main' }),
    'the end of the branch': ({ branch }) => acme.world.github.deleteBranch(REPOSITORY, branch, 'eve'),
    'another branch of the same name': async ({ branch }) => {
      await acme.world.github.deleteBranch(REPOSITORY, branch, 'eve');
      await acme.world.github.push(REPOSITORY, branch, { by: 'eve', commits, onto: 'heads/main' });
    },
    'a merge': ({ number }) => acme.world.github.merge(REPOSITORY, number, { by: 'eve' }),
  };
  const CASES = Object.keys(MOVES).flatMap((move) => GAPS.map((gap) => [move, gap] as const));

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
    readonly code: string;
    readonly signed: readonly string[];
  }
  const races: Race[] = [];

  /** What was built of it without being signed, or more than once. */
  function wrongIn({ code, signed }: Race): readonly string[] {
    const built = acme
      .builds('signed')
      .filter(({ env }) => env['COUNTERSIGN_CODE'] === code)
      .map(({ commit }) => commit.slice(0, 7));
    return built.filter((sha, at) => at > 0 || !signed.includes(sha));
  }

  /** Plays one race. */
  async function race(move: Move, gap: Gap): Promise<Race> {
    const pull = await acme.pull();
    const asking = acme.ann.asks(pull, '/deploy signed to production');
    const moving = gap === 'with the command' ? move(pull) : null;
    const deploy = await asking;
    await moving;
    await eventually('a button or an end', () => signedBy(deploy) !== null || isOver(deploy));
    if (gap === 'before the click') await move(pull);
    const button = signedBy(deploy);
    if (button === null) return { code: deploy.code, signed: [] };
    const clicking = acme.world.slack.click(PEOPLE.bea.slack, button.ts, 'countersign:approve');
    if (gap === 'with the click') await move(pull);
    await clicking;
    if (gap === 'at the turn') await pause(60);
    if (gap === 'after the click' || gap === 'at the turn') await move(pull);
    return { code: deploy.code, signed: [button.sha] };
  }

  it.each(CASES)(
    'by %s, %s',
    async (name, gap) => {
      const move = MOVES[name];
      if (move === undefined) throw new Error(name);
      const mine = [];
      for (let n = 0; n < TIMES; n += 1) mine.push(await race(move, gap));
      races.push(...mine);
      await pause(700);
      expect(mine.flatMap(wrongIn)).toEqual([]);
    },
    120_000,
  );

  it('and some of them were built, some were not, none of them later either', () => {
    expect(races).toHaveLength(CASES.length * TIMES);
    expect(races.flatMap(wrongIn)).toEqual([]);
    const built = acme.builds('signed').length;
    expect(built).toBeGreaterThan(0);
    expect(built).toBeLessThan(CASES.length * TIMES);
  });

  it.each(['a push', 'a force push', 'another branch of the same name'])('nor where nobody has to approve: by %s, with the command', async (name) => {
    const move = MOVES[name];
    if (move === undefined) throw new Error(name);
    for (let n = 0; n < TIMES; n += 1) {
      const pull = await acme.pull();
      const [deploy] = await Promise.all([acme.ann.asks(pull, '/deploy free to staging'), move(pull)]);
      await deploy.shows('github', 'code');
      await pause(700);
      const built = acme.builds('free').filter(({ env }) => env['COUNTERSIGN_CODE'] === deploy.code);
      for (const { commit } of built) expect(commit).toBe(pull.sha);
    }
  });
});
