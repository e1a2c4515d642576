// Every state that Buildkite's API knows, blocked or not, as it is told on the card: an end is only what has ended, success only what has
// passed, and a word that nobody knows yet is shown as it is.
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsOf } from '../../src/buildkite/build-facts.ts';
import { Build } from '../../src/buildkite/schema.ts';
import { cardMarkdown } from '../../src/render/card-github.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import { advance, blockedStep, endOf, isBlocked } from '../../workflows/build-facts.ts';
import type { DeployPhase } from '../../workflows/status.ts';
import { approvedByBoth, exampleContext, NOW, SHA, status } from '../support/views.ts';

const STATES = ['creating', 'scheduled', 'running', 'failing', 'passed', 'failed', 'blocked', 'canceling', 'canceled', 'skipped', 'not_run'];
/** In conditionals, EventBridge and GraphQL; and one that does not exist. */
const MORE_STATES = ['waiting', 'waiting_failed', 'started', 'started_failing', 'paused_by_moon'];
const HAS_RUN = new Set(['passed', 'failed', 'canceled']);
const STARTED_AT = NOW - 130_000;

interface Case {
  readonly state: string;
  readonly blocked: boolean;
}
const CASES: readonly Case[] = [...STATES, ...MORE_STATES].flatMap((state) => [false, true].map((blocked) => ({ state, blocked })));

/** As the API shows it: a blocked build pretends to have passed, finishing time and all. */
function buildIn({ state, blocked }: Case, change: object = {}): BuildFacts {
  const time = (at: number): string => new Date(at).toISOString();
  const hasStarted = !['creating', 'scheduled', 'skipped', 'not_run', 'waiting'].includes(state);
  const raw = {
    id: '0198c0de',
    number: 512,
    state,
    blocked,
    blocked_state: blocked ? 'passed' : '',
    web_url: 'https://buildkite.test/acme/api-deploy/builds/512',
    commit: SHA,
    author: null,
    created_at: time(NOW - 140_000),
    started_at: hasStarted ? time(STARTED_AT) : null,
    finished_at: HAS_RUN.has(state) ? time(NOW) : null,
    jobs: [
      { id: 'j1', type: 'script', name: 'migrate', state: state.includes('fail') ? 'failed' : 'passed' },
      { id: 'j2', type: 'manual', label: 'Release?', state: blocked || state === 'blocked' ? 'blocked' : 'unblocked' },
      { id: 'j3', type: 'script', name: 'roll out', state: hasStarted && !blocked ? 'running' : 'waiting' },
    ],
    ...change,
  };
  return factsOf(Build.parse(raw), 'api-deploy');
}

/** What the workflows make of it. */
function phaseOf(build: BuildFacts): DeployPhase {
  const how = endOf(build);
  if (how === 'passed') return { kind: 'succeeded', build, at: NOW };
  if (how !== null) return { kind: 'ended-badly', how, build, log: null, cancelledBy: null, at: NOW };
  if (isBlocked(build)) return { kind: 'blocked', build, step: blockedStep(build) };
  return { kind: 'building', build, cancelling: null };
}
const told = (build: BuildFacts): string => {
  const card = cardMarkdown(status(phaseOf(build), { ...approvedByBoth, build }), exampleContext);
  const lines = card.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('<!--'));
  return [lines[0], lines.find((line) => /build\\? 512\]/.test(line) && line !== lines[0])].filter((line) => line !== undefined).join('\n    ');
};

describe('a state of a build', () => {
  it('is told as the golden table says, blocked or not', async () => {
    const rows = CASES.map((one) => {
      const build = buildIn(one);
      const [phase, words] = [phaseOf(build), told(build)];
      return `${one.state}${one.blocked ? ', blocked' : ''}: ${phase.kind}${'how' in phase ? ` (${phase.how})` : ''}\n    ${words}`;
    });
    await expect(`${rows.join('\n\n')}\n`).toMatchFileSnapshot('../golden/buildkite/states.txt');
  });

  it.each(CASES)('$state, blocked $blocked: only a build that has passed and waits for nothing is success', (one) => {
    const { kind } = phaseOf(buildIn(one));
    expect(kind === 'succeeded').toBe(one.state === 'passed' && !one.blocked);
    expect(kind === 'blocked').toBe(one.blocked || one.state === 'blocked');
  });

  it.each(MORE_STATES)('%s is no end', (state) => {
    expect(endOf(buildIn({ state, blocked: false }))).toBeNull();
    expect(endOf(buildIn({ state, blocked: false }, { finished_at: new Date(NOW).toISOString() }))).toBeNull();
  });

  it.each(['passed', 'failed', 'canceled'])('%s without a finishing time is not believed to be an end yet', (state) => {
    expect(endOf(buildIn({ state, blocked: false }, { finished_at: null }))).toBeNull();
  });

  it.each<[from: Case, to: Case, moves: boolean]>([
    [{ state: 'creating', blocked: false }, { state: 'scheduled', blocked: false }, true],
    [{ state: 'scheduled', blocked: false }, { state: 'running', blocked: false }, true],
    [{ state: 'running', blocked: false }, { state: 'failing', blocked: false }, true],
    [{ state: 'failing', blocked: false }, { state: 'running', blocked: false }, true],
    [{ state: 'failing', blocked: false }, { state: 'failed', blocked: false }, true],
    [{ state: 'running', blocked: false }, { state: 'passed', blocked: true }, true],
    [{ state: 'passed', blocked: true }, { state: 'running', blocked: false }, true],
    [{ state: 'running', blocked: false }, { state: 'canceling', blocked: false }, true],
    [{ state: 'canceling', blocked: false }, { state: 'canceled', blocked: false }, true],
    [{ state: 'scheduled', blocked: false }, { state: 'skipped', blocked: false }, true],
    [{ state: 'scheduled', blocked: false }, { state: 'not_run', blocked: false }, true],
    [{ state: 'scheduled', blocked: false }, { state: 'paused_by_moon', blocked: false }, true],
    [{ state: 'running', blocked: false }, { state: 'scheduled', blocked: false }, false],
    [{ state: 'canceling', blocked: false }, { state: 'running', blocked: false }, false],
    [{ state: 'passed', blocked: false }, { state: 'running', blocked: false }, false],
    [{ state: 'failed', blocked: false }, { state: 'passed', blocked: true }, false],
  ])('from $0.state to $1.state: the display moves (%#)', (from, to, moves) => {
    expect(advance(buildIn(from), buildIn(to)) !== null).toBe(moves);
  });
});

/** In every order. */
function permutations<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, at) => permutations(items.toSpliced(at, 1)).map((rest) => [item, ...rest]));
}
/** What is shown after these webhooks, in the order in which they came; and everything that was shown on the way. */
function shownAfter(first: BuildFacts, webhooks: readonly BuildFacts[]): readonly BuildFacts[] {
  return webhooks.reduce<readonly BuildFacts[]>(
    (shown, seen) => {
      const next = advance(shown.at(-1) ?? first, seen);
      return next === null ? shown : [...shown, next];
    },
    [first],
  );
}

describe('webhooks about one build', () => {
  const created = buildIn({ state: 'scheduled', blocked: false });
  it.each<[end: string, states: readonly Case[]]>([
    ['passed', ['scheduled', 'running', 'failing', 'running', 'passed'].map((state) => ({ state, blocked: false }))],
    ['failed', ['scheduled', 'running', 'failing', 'failing', 'failed'].map((state) => ({ state, blocked: false }))],
    ['canceled', ['creating', 'scheduled', 'running', 'canceling', 'canceled'].map((state) => ({ state, blocked: false }))],
    [
      'passed',
      [
        { state: 'scheduled', blocked: false },
        { state: 'running', blocked: false },
        { state: 'passed', blocked: true },
        { state: 'running', blocked: false },
        { state: 'passed', blocked: false },
      ],
    ],
  ])('that ended as %s lead to the same end in all 120 orders, and what was over is never shown as running again (%#)', (end, states) => {
    const orders = permutations(states.map((one) => buildIn(one)));
    expect(orders).toHaveLength(120);
    const wrong = orders.filter((webhooks) => {
      const ends = shownAfter(created, webhooks).map((one) => endOf(one));
      const firstEnd = ends.findIndex((one) => one !== null);
      return ends.at(-1) !== end || ends.slice(firstEnd).some((one) => one !== end);
    });
    expect(wrong).toEqual([]);
  });

  it('that are doubled, lost and shuffled never show an end that was not among them', () => {
    const known = CASES.map((one) => buildIn(one));
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...known), { maxLength: 12 }), (webhooks) => {
        const last = endOf(shownAfter(created, webhooks).at(-1) ?? created);
        const ends = webhooks.map((one) => endOf(one)).filter((one) => one !== null);
        expect(last === null ? ends.length === 0 : ends.includes(last)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
