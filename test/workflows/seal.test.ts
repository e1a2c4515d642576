// What is believed of a build that names a request: its seal says whether it is of that request, and the target's memory goes by it.
import { describe, expect, it } from 'vitest';
import { deployCode, parseTarget, sealOf, target } from '../../src/ids.ts';
import { isOrdered, named } from '../../workflows/build-facts.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import type { EnvironmentInput, Join } from '../../workflows/contract.ts';
import { carry, joinQueue, learn, nextHolder, openQueue, release, type Queue } from '../../workflows/queue.ts';
import { isSecond, ownerOf, record } from '../../workflows/records.ts';
import { isOf } from '../../workflows/seal.ts';
import { ORDER } from '../support/build-order.ts';
import { buildOf, grant, INPUT, queueOf } from '../support/queues.ts';

const SEAL = ORDER.seal ?? '';
const { deployId: ID, sha: SHA } = ORDER;
const JOIN: Join = {
  deployId: ID,
  code: ORDER.code,
  turn: 1,
  service: 'api',
  environment: 'production',
  sha: SHA,
  organization: 'acme',
  pipeline: 'api-deploy',
  seal: SEAL,
};
/** A copy: it says all that is known of the request. */
const copy = (number: number, change: Partial<BuildFacts> = {}): BuildFacts => buildOf(number, { deployId: ID, ...change });
const own = (number: number, change: Partial<BuildFacts> = {}): BuildFacts => copy(number, { seal: SEAL, ...change });
const PASSED = { state: 'passed', finishedAt: 100 };

function known(...joins: readonly Join[]): Queue {
  const queue = queueOf(...joins);
  queue.known = true;
  return queue;
}

describe('the seal of a request', () => {
  it('is the same whenever it is made, and of no other request or run', () => {
    expect(sealOf(ID, 'run-1')).toMatch(/^[0-9a-f]{64}$/);
    expect(sealOf(ID, 'run-1')).toBe(SEAL);
    expect(new Set([SEAL, sealOf(ID, 'run-2'), sealOf('deploy:github:101:5002', 'run-1')]).size).toBe(3);
    expect(SEAL).not.toContain('run');
  });

  it.each<[string, BuildFacts, boolean]>([
    ['its own', own(7), true],
    ['a copy without the seal', copy(7), false],
    ['a copy with another', copy(7, { seal: 'b'.repeat(64) }), false],
    ['one of another request with its seal', own(7, { deployId: 'deploy:github:101:5002' }), false],
    ['a rebuild, which names no request', own(7, { deployId: null, rebuiltFrom: 6 }), false],
  ])('tells %s', (_which, build, isIts) => {
    expect(isOf(JOIN, build)).toBe(isIts);
    expect(isOrdered(ORDER, build)).toBe(isIts);
  });

  it('is asked of nobody who began without one', () => {
    const { seal: _seal, ...older } = ORDER;
    expect(isOrdered(older, copy(7))).toBe(true);
    expect(isOrdered(older, copy(7, { deployId: null }))).toBe(false);
  });

  it('does not excuse another commit or pipeline', () => {
    expect(isOrdered(ORDER, own(7, { commit: '0'.repeat(40) }))).toBe(false);
    expect(isOrdered(ORDER, own(7, { pipeline: 'other' }))).toBe(false);
  });

  it('is not lost by a sighting that does not carry it', () => {
    expect(named(copy(7), own(7)).seal).toBe(SEAL);
    expect(named(copy(7), copy(7))).not.toHaveProperty('seal');
    const overwritten = own(7, { seal: 'b'.repeat(64), deployId: 'deploy:github:101:5002', target: target('web/staging') });
    expect(named(overwritten, own(7))).toEqual(own(7));
  });
});

describe('a target', () => {
  it('lets a request adopt its own build that runs already', () => {
    const queue = known(JOIN);
    queue.strays = [own(5)];
    expect(nextHolder(queue)).toMatchObject({ entry: { deployId: ID }, follow: null });
    grant(queue);
    expect(queue.strays).toEqual([]);
  });

  it('is held by a copy as by any stray, and the request waits behind it', () => {
    const queue = known(JOIN);
    queue.strays = [copy(5, { commit: '0'.repeat(40) }), own(6)];
    expect(nextHolder(queue)).toMatchObject({ entry: null, follow: { number: 5 }, deployId: null });
    grant(queue);
    expect(queue.waiting).toHaveLength(1);
    expect(joinQueue(queue, JOIN, 9)).toMatchObject({ kind: 'queued', ahead: 'build 5' });
    release(queue, { kind: 'ended', how: 'passed', build: copy(5, PASSED), sha: SHA, code: null }, 9);
    expect(nextHolder(queue)).toMatchObject({ entry: { deployId: ID } });
  });

  it('keeps a copy among the strays while the request has its turn', () => {
    const queue = known(JOIN);
    queue.strays = [own(5), copy(6)];
    grant(queue);
    expect(queue.holder).toMatchObject({ entry: { deployId: ID } });
    expect(queue.strays).toMatchObject([{ number: 6 }]);
  });

  it('says what a copy deployed, and not that the request asked for it', () => {
    const queue = known(JOIN);
    learn(queue, [copy(4, PASSED)], ['api-deploy']);
    expect(queue.live).toMatchObject([{ sha: SHA, code: null }]);
    const ended = copy(5, { ...PASSED, finishedAt: 200 });
    record(queue, { build: ended, code: null, deployId: ownerOf(queue, ended), place: null, now: 9 });
    expect(queue.live).toMatchObject([{ since: 200, code: null, buildUrl: ended.url }]);
    expect(queue.history).toMatchObject([{ workflowId: '', code: '', build: 5 }]);
  });

  it('takes no copy that ran before for the first build of the request: its own is no second one', () => {
    const queue = known();
    // The request still waits for approval: nobody here knows it.
    const early = copy(4, PASSED);
    record(queue, { build: early, code: null, deployId: ownerOf(queue, early), place: null, now: 9 });
    joinQueue(queue, JOIN, 10);
    grant(queue);
    release(queue, { kind: 'ended', how: 'failed', build: own(5, { state: 'failed', finishedAt: 200 }), sha: SHA, code: ORDER.code }, 201);
    expect(queue.history.map(({ workflowId, build }) => [workflowId, build])).toEqual([
      ['', 4],
      [ID, 5],
    ]);
    expect(isSecond(queue, own(5))).toBe(false);
    expect(isSecond(queue, copy(6))).toBe(true);
    // Also by the next run of the environment.
    const next = openQueue({ ...INPUT, carried: JSON.parse(JSON.stringify(carry(queue))) as EnvironmentInput['carried'] });
    expect([ownerOf(next, own(7)), ownerOf(next, copy(7))]).toEqual([ID, null]);
  });

  it('does not let the end of a copy be the end of the request', () => {
    const queue = known(JOIN);
    grant(queue);
    release(queue, { kind: 'ended', how: 'passed', build: copy(5, PASSED), sha: SHA, code: ORDER.code }, 101);
    expect(queue.ended).toEqual([]);
    expect(queue.history).toMatchObject([{ workflowId: '', code: '' }]);
    expect(joinQueue(queue, JOIN, 102)).toMatchObject({ kind: 'queued', position: 1 });
  });

  it('goes by the id where the request began with an older version', () => {
    const { seal: _seal, ...older } = JOIN;
    const queue = known({ ...older, code: deployCode(ID) });
    queue.strays = [copy(5)];
    expect(nextHolder(queue)).toMatchObject({ entry: { deployId: ID }, follow: null });
  });
});

describe('the target that a build names', () => {
  it.each([
    ['api/production', true],
    ['eu-cluster', true],
    ['', false],
    ['two words', false],
    ['line\nbreak', false],
    ['-api', false],
    ['a'.repeat(200), true],
    ['a'.repeat(201), false],
  ])('%j can be one of ours: %s', (text, can) => {
    expect(parseTarget(text)).toBe(can ? target(text) : null);
  });
});
