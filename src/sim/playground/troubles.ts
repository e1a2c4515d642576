// What may go wrong on purpose: the newcomer breaks something and sees that nothing is lost.
import type { CommandStep, StepDefinition } from '../buildkite/state.ts';
import { PIPELINE, type World } from '../world.ts';

export type Toggle = 'fail-next' | 'ask-first' | 'lose-webhooks';

export interface Troubles {
  /** Switches it on or off. An unknown word does nothing. */
  toggle(what: Toggle): void;
  isOn(what: Toggle): boolean;
  /** Kills the product without a goodbye and starts it again; rejects when it does not come back. */
  restart(): Promise<void>;
  isRestarting(): boolean;
}

const ASK_FIRST: StepDefinition = {
  type: 'block',
  label: 'Migrate database?',
  key: 'migrate-database',
  prompt: 'The migration rewrites the table of orders; writes wait meanwhile.',
  fields: [
    {
      key: 'lock-timeout',
      select: 'Longest wait for writes',
      default: '5s',
      options: [
        { label: '5 seconds', value: '5s' },
        { label: '1 minute', value: '1m' },
        { label: 'As long as it takes', value: 'none' },
      ],
    },
    { key: 'note', text: 'Note for the shift', hint: 'Shown on the build', required: false },
  ],
};
const WAIT: StepDefinition = { type: 'wait' };

/** `pace`: how many times slower than in the story steps are, so that a person can follow. */
export function createTroubles(options: { world: World; pace: number; restart: () => Promise<void>; changed: () => void }): Troubles {
  const { world, pace, restart, changed } = options;
  const on = new Set<Toggle>();
  let restarting: Promise<void> | null = null;
  const apply = (): void => {
    world.buildkite.changeSteps(PIPELINE, stepsWith(world.steps, { pace, failNext: on.has('fail-next'), askFirst: on.has('ask-first') }));
    world.buildkite.webhookFaults({ lose: on.has('lose-webhooks') });
    changed();
  };
  let newest = world.buildkite.builds(PIPELINE).length;
  world.buildkite.onChange(() => {
    const count = world.buildkite.builds(PIPELINE).length;
    if (count === newest) return;
    newest = count;
    // The build that is there now fails; those after it don't.
    if (on.delete('fail-next')) apply();
  });
  apply();
  return {
    toggle: (what) => {
      if (!on.delete(what)) on.add(what);
      apply();
    },
    isOn: (what) => on.has(what),
    restart: () => {
      restarting ??= restart().finally(() => {
        restarting = null;
        changed();
      });
      changed();
      return restarting;
    },
    isRestarting: () => restarting !== null,
  };
}

/** Steps for builds from now on: one after the other, so that each can be seen. */
export function stepsWith(steps: readonly StepDefinition[], how: { pace: number; failNext: boolean; askFirst: boolean }): readonly StepDefinition[] {
  const slow = steps
    .filter(({ type }) => type !== 'wait')
    .map((step) => (step.type === 'command' ? { ...step, durationMs: (step.durationMs ?? 1_000) * how.pace } : step));
  const last = slow.findLastIndex((step) => step.type === 'command');
  const failing = slow.map((step, i) => (how.failNext && i === last && step.type === 'command' ? failed(step) : step));
  // Nobody is asked about a build that is not the approved one.
  const proof = failing.filter(isProof);
  const deploying = failing.filter((step) => !isProof(step));
  return how.askFirst ? [...proof, ASK_FIRST, ...inTurn(deploying)] : inTurn([...proof, ...deploying]);
}

const inTurn = (steps: readonly StepDefinition[]): readonly StepDefinition[] => steps.flatMap((step, i) => (i === 0 ? [step] : [WAIT, step]));
const isProof = (step: StepDefinition): boolean => step.type === 'command' && step.run !== undefined;

function failed(step: CommandStep): CommandStep {
  return { ...step, outcome: 'fail', log: `${step.label}\nGET /health 503\nGET /health 503\nnot healthy after 30 s` };
}
