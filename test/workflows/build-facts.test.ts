import { describe, expect, it } from 'vitest';
import { advance, blockedStep, endOf, isBlocked } from '../../workflows/build-facts.ts';
import type { BuildFacts, BuildStep } from '../../workflows/build-vocabulary.ts';

const BUILD: BuildFacts = {
  uuid: 'uuid',
  number: 1,
  pipeline: 'api-deploy',
  state: 'running',
  blocked: false,
  url: 'https://buildkite.test/1',
  commit: 'a'.repeat(40),
  createdAt: 1,
  startedAt: 2,
  finishedAt: null,
  steps: [],
  deployId: 'deploy:1',
  target: 'api/production',
  service: 'api',
  environment: 'production',
};
const step = (label: string, state: string, jobId: string | null, type: BuildStep['type'] = 'command'): BuildStep => ({ label, state, jobId, type });

describe('what a build’s words mean', () => {
  it.each([
    ['passed', { state: 'passed', finishedAt: 3 }, 'passed'],
    ['failed', { state: 'failed', finishedAt: 3 }, 'failed'],
    ['canceled', { state: 'canceled', finishedAt: 3 }, 'canceled'],
    ['skipped, without a finishing time', { state: 'skipped' }, 'skipped'],
    ['not run, without a finishing time', { state: 'not_run' }, 'not_run'],
    ['passed but blocked', { state: 'passed', blocked: true, finishedAt: 3 }, null],
    ['blocked by its state', { state: 'blocked', finishedAt: 3 }, null],
    ['passed without a finishing time', { state: 'passed' }, null],
    ['failing', { state: 'failing' }, null],
    ['canceling', { state: 'canceling' }, null],
    ['a word of tomorrow', { state: 'transcended', finishedAt: 3 }, null],
  ])('%s', (_name, change, end) => {
    expect(endOf({ ...BUILD, ...change })).toBe(end);
  });

  it('names the step that a blocked build waits at', () => {
    const steps = [step('deploy', 'passed', 'a'), step('Migrate?', 'blocked', null, 'block')];
    expect(blockedStep({ ...BUILD, blocked: true, steps })).toBe('Migrate?');
    expect(blockedStep({ ...BUILD, blocked: true })).toBe('a block step');
    expect(isBlocked({ ...BUILD, state: 'blocked' })).toBe(true);
  });
});

describe('a newer sighting', () => {
  it.each([
    ['scheduled', 'running', true],
    ['running', 'failing', true],
    ['failing', 'running', true],
    ['running', 'canceling', true],
    ['canceling', 'running', false],
    ['running', 'scheduled', false],
    ['running', 'a word of tomorrow', true],
  ])('%s → %s moves: %s', (before, after, moves) => {
    expect(advance({ ...BUILD, state: before }, { ...BUILD, state: after }) !== null).toBe(moves);
  });

  it('never takes an ended build back', () => {
    expect(advance({ ...BUILD, state: 'passed', finishedAt: 3 }, BUILD)).toBeNull();
  });

  it('keeps the steps that it does not mention, and what we know of the request', () => {
    const known = { ...BUILD, steps: [step('deploy', 'running', 'a'), step('smoke', 'scheduled', 'b')] };
    expect(advance(known, { ...BUILD, deployId: null, target: null })).toEqual(known);
    expect(advance(known, { ...BUILD, steps: [step('smoke', 'running', 'b')] })?.steps.map(({ state }) => state)).toEqual(['running', 'running']);
    expect(advance(BUILD, known)?.steps).toEqual(known.steps);
  });
});
