import { describe, expect, it } from 'vitest';
import { readAct } from '../../../src/sim/playground/acts.ts';
import { stepsWith } from '../../../src/sim/playground/troubles.ts';
import type { StepDefinition } from '../../../src/sim/buildkite/state.ts';

describe('an act over the wire', () => {
  it.each([
    { do: 'slash', channel: 'C0PAY', text: '/deploy help' },
    { do: 'click', ts: '1.0', action: 'x' },
    { do: 'submit', view: 'V1', values: { text: 'why' } },
    { do: 'press', view: 'V1', action: 'x', nth: '2' },
    { do: 'fill', view: 'V1', action: 'x', value: 'yes' },
    { do: 'home' },
    { do: 'review', text: '', state: 'APPROVED' },
    { do: 'restart' },
  ])('is read: %o', (act) => {
    expect(readAct(act)).toEqual(act);
  });

  it.each([
    null,
    'restart',
    [],
    {},
    { do: 'toString' },
    { do: 'slash', channel: 'C0PAY' },
    { do: 'press', view: 'V1', action: 'x' },
    { do: 'review', text: '/approve' },
    { do: 'submit', view: 'V1', values: { text: 1 } },
  ])('is refused: %o', (act) => {
    expect(readAct(act)).toBeNull();
  });
});

describe('the steps of the next build', () => {
  const steps: readonly StepDefinition[] = [
    { type: 'command', label: 'migrate', durationMs: 100 },
    { type: 'command', label: 'smoke test', durationMs: 200, log: 'ok' },
  ];
  const labels = (made: readonly StepDefinition[]): readonly string[] => made.map((step) => (step.type === 'wait' ? 'wait' : step.label));

  it('run one after the other, at the pace of the page', () => {
    const made = stepsWith(steps, { pace: 3, failNext: false, askFirst: false });
    expect(labels(made)).toEqual(['migrate', 'wait', 'smoke test']);
    expect(made.at(-1)).toMatchObject({ durationMs: 600, log: 'ok' });
  });

  it('fail at the last one, with a log that says why', () => {
    const made = stepsWith(steps, { pace: 1, failNext: true, askFirst: false });
    expect(made[0]).not.toHaveProperty('outcome');
    expect(made.at(-1)).toMatchObject({ outcome: 'fail', log: expect.stringContaining('503') as unknown });
  });

  it('ask whether the build is approved before everything else, also before they ask a person', () => {
    const proof: StepDefinition = { type: 'command', label: 'proof', run: () => Promise.resolve({ outcome: 'pass', log: '' }) };
    const made = (askFirst: boolean): readonly string[] =>
      labels(stepsWith([proof, { type: 'wait' }, ...steps], { pace: 1, failNext: false, askFirst }));
    expect(made(false)).toEqual(['proof', 'wait', 'migrate', 'wait', 'smoke test']);
    expect(made(true)).toEqual(['proof', 'Migrate database?', 'migrate', 'wait', 'smoke test']);
  });

  it('wait for a person before anything else', () => {
    expect(labels(stepsWith(steps, { pace: 1, failNext: false, askFirst: true }))).toEqual(['Migrate database?', 'migrate', 'wait', 'smoke test']);
  });
});
