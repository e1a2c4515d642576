import { describe, expect, it } from 'vitest';
import { deployCode } from '../../src/ids.ts';
import type { EnvironmentInput, Join } from '../../workflows/contract.ts';
import { carry, endTurn, hold, joinQueue, learn, nextHolder, openQueue, placeOf, putBack, release, type Queue } from '../../workflows/queue.ts';
import { noteReview, record } from '../../workflows/records.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import { ORDER } from '../support/build-order.ts';
import { buildOf, grant, INPUT, queueOf } from '../support/queues.ts';

const { sha: SHA } = ORDER;
const joinOf = (deployId: string, turn = 1): Join => ({
  deployId,
  code: deployCode(deployId),
  turn,
  service: 'api',
  environment: 'production',
  sha: SHA,
  organization: 'acme',
  pipeline: 'api-deploy',
});
const ended = (number: number, change: Partial<BuildFacts> = {}): BuildFacts => buildOf(number, { state: 'passed', finishedAt: number, ...change });
const waiting = (...ids: readonly string[]): Queue => queueOf(...ids.map((id) => joinOf(id)));

describe('the queue of a target', () => {
  it('answers a join by request and turn, however often it is asked', () => {
    const queue = waiting('a', 'b');
    expect(joinQueue(queue, joinOf('b'), 9)).toEqual({ kind: 'queued', position: 2, ahead: deployCode('a') });
    grant(queue);
    expect(joinQueue(queue, joinOf('a'), 9)).toEqual({ kind: 'running' });
    release(queue, { kind: 'ended', how: 'passed', build: ended(5), sha: SHA, code: deployCode('a') }, 9);
    expect(joinQueue(queue, joinOf('a'), 9)).toEqual({ kind: 'ended', how: 'passed', build: ended(5) });
    expect(joinQueue(queue, joinOf('a', 2), 9)).toMatchObject({ kind: 'queued', position: 2 });
  });

  it('lets a newer turn of a request replace its older one', () => {
    const queue = waiting('a', 'b');
    expect(joinQueue(queue, joinOf('a', 2), 0)).toMatchObject({ kind: 'queued', position: 2 });
    expect(queue.waiting.map(({ deployId, turn }) => [deployId, turn])).toEqual([
      ['b', 1],
      ['a', 2],
    ]);
  });

  it('puts builds that run already first, unless their request waits and can adopt them', () => {
    const queue = waiting('a', 'b');
    queue.strays = [buildOf(7)];
    expect(nextHolder(queue)).toMatchObject({ entry: null, follow: { number: 7 } });
    expect(placeOf(queue, joinOf('a'))).toEqual({ position: 1, ahead: 'build 7' });
    queue.strays = [buildOf(7, { deployId: 'b' })];
    expect(nextHolder(queue)).toMatchObject({ entry: { deployId: 'b' }, follow: null });
  });

  it('grants the same turn again after an abnormal end', () => {
    const queue = waiting('a', 'b');
    grant(queue);
    putBack(queue);
    expect(nextHolder(queue)).toMatchObject({ entry: { deployId: 'a', turn: 1 } });
    expect(queue.waiting).toHaveLength(2);
  });

  it('keeps a newer turn waiting when an older build of the request ends', () => {
    const queue = waiting();
    hold(queue, { entry: { ...joinOf('a', 2), joinedAt: 0 }, follow: null, deployId: 'a', since: 0 });
    release(queue, { kind: 'not-built', why: 'claim-refused' }, 9, 1);
    expect(queue.holder).toBeNull();
    expect(nextHolder(queue)).toMatchObject({ entry: { deployId: 'a', turn: 2 } });
  });

  it('remembers ends once, and only a later passed build changes what is live', () => {
    const queue = waiting();
    record(queue, { build: ended(5), code: null, deployId: 'a', place: null, now: 9 });
    record(queue, { build: ended(4), code: null, deployId: 'b', place: null, now: 9 });
    record(queue, { build: ended(6, { state: 'failed' }), code: null, deployId: 'c', place: null, now: 9 });
    record(queue, { build: ended(5), code: null, deployId: 'a', place: null, now: 9 });
    expect(queue.history.map(({ build }) => build)).toEqual([4, 6, 5]);
    expect(queue.live).toMatchObject([{ since: 5, buildUrl: 'https://buildkite.test/5' }]);
  });

  it('remembers what is live of each service on a target that several share', () => {
    const queue = waiting();
    record(queue, { build: ended(5), code: null, deployId: 'a', place: null, now: 9 });
    record(queue, { build: ended(6), code: null, deployId: 'b', place: { service: 'web', environment: 'production' }, now: 9 });
    record(queue, { build: ended(4, { service: 'web' }), code: null, deployId: 'c', place: null, now: 9 });
    expect(queue.live.map(({ service, buildUrl }) => [service, buildUrl])).toEqual([
      ['api', 'https://buildkite.test/5'],
      ['web', 'https://buildkite.test/6'],
    ]);
    expect(queue.history.map(({ service, build }) => [service, build])).toEqual([
      ['api', 5],
      ['web', 6],
      ['web', 4],
    ]);
  });

  it('learns from one list what is live of each service, and what holds the target', () => {
    const queue = waiting();
    const running = buildOf(8);
    learn(queue, [running, ended(7, { service: 'web' }), ended(6), ended(5)], ['api-deploy']);
    expect(queue.live.map(({ service, since }) => [service, since])).toEqual([
      ['api', 6],
      ['web', 7],
    ]);
    expect(queue.strays).toEqual([running]);
    expect(queue.known).toBe(true);
  });

  it.each<[string, Partial<BuildFacts>]>([
    ['names no full commit', { commit: 'HEAD' }],
    ['says of no service', { service: null }],
    ['says of no environment', { environment: null }],
  ])('takes no build for live that %s', (_what, change) => {
    const queue = waiting();
    record(queue, { build: ended(5, change), code: null, deployId: null, place: null, now: 9 });
    learn(queue, [ended(6, change)], ['api-deploy']);
    expect(queue.live).toEqual([]);
  });

  it('survives the hand-over to the next run', () => {
    const queue = waiting('a', 'b', 'c');
    grant(queue);
    endTurn(queue, { deployId: 'c', turn: 1, how: 'not-built', build: null });
    const carried: unknown = JSON.parse(JSON.stringify(carry(queue)));
    const next = openQueue({ ...INPUT, carried: carried as EnvironmentInput['carried'] });
    expect(next).toEqual(queue);
  });
});

describe('an emergency', () => {
  const urgent = (id: string): Join => ({ ...joinOf(id), emergency: true });

  it('goes before everybody but earlier emergencies, and disturbs no holder', () => {
    const queue = waiting('holder', 'a', 'b');
    grant(queue);
    expect(joinQueue(queue, urgent('first'), 0)).toEqual({ kind: 'queued', position: 1, ahead: deployCode('holder') });
    expect(joinQueue(queue, urgent('second'), 0)).toMatchObject({ position: 2 });
    expect(joinQueue(queue, joinOf('c'), 0)).toMatchObject({ position: 5 });
    expect(queue.waiting.map(({ deployId }) => deployId)).toEqual(['first', 'second', 'a', 'b', 'c']);
    expect(queue.holder?.deployId).toBe('holder');
  });

  it('is remembered with its reason, and so is what became of its review, across runs', () => {
    const queue = waiting('one');
    grant(queue);
    const asked = { requester: 'Ann', approvers: [], emergency: { reason: 'down' } };
    release(queue, { kind: 'ended', how: 'passed', build: ended(7), sha: SHA, code: 'code', asked }, 9);
    const again = openQueue({ ...INPUT, carried: carry(queue) });
    expect(again.history).toMatchObject([{ requester: 'Ann', emergency: { reason: 'down', review: { state: 'owed' } } }]);
    noteReview(again, { deployId: 'somebody else', review: { state: 'signed', by: ['Bea'], reason: null, at: 10 } });
    expect(again.live[0]?.emergency?.review).toEqual({ state: 'owed' });
    noteReview(again, { deployId: 'one', review: { state: 'disputed', by: ['Bea'], reason: 'why?', at: 10 } });
    expect(again.history[0]?.emergency?.review).toMatchObject({ state: 'disputed', by: ['Bea'] });
    expect(again.live[0]?.emergency?.review).toMatchObject({ state: 'disputed' });
  });
});
