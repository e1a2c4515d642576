// A build that nobody asked for: told once, cancelled by whoever may or by policy, looked after until it has ended.
import { ApplicationFailure } from '@temporalio/activity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { deployCode } from '../../src/ids.ts';
import { createOutsideGateway } from '../../src/temporal/outside.ts';
import { cancel, type Receipt } from '../../workflows/contract.ts';
import type { OutsideJudging, OutsideReading, OutsideTelling } from '../../workflows/outside-activities.ts';
import { outsideId, type Claimed, type OutsideBuild, type OutsideInput, type OutsideStatus } from '../../workflows/outside-contract.ts';
import { PEOPLE, personOf, slackReply, voteOf, type Name } from '../support/deploy-examples.ts';
import { outsideBuild, outsideInput } from '../support/outside-examples.ts';
import { patiently } from '../support/patiently.ts';
import { storeHistory } from '../support/record-history.ts';
import { replayed } from '../support/replay.ts';
import { openStage, type Stage } from '../support/temporal-stage.ts';

const VERSION = process.env['RECORD_HISTORIES'];

describe('a build that nobody asked for', () => {
  let stage: Stage;
  let build: OutsideBuild | null = null;
  let posts: OutsideStatus[] = [];
  let edits: OutsideStatus[] = [];
  let cancels = 0;
  /** What the request says that a build names, and then goes on saying; null: it can't be asked. */
  let says: (Claimed | null)[] = [];
  let reads = 0;
  let count = 0;
  let uuid = '';

  beforeAll(async () => {
    const activities: OutsideReading & OutsideJudging & OutsideTelling & { readonly cancelBuild: () => Promise<void> } = {
      async readOutside() {
        reads += 1;
        if (build === null) throw ApplicationFailure.create({ type: 'NotFound', message: 'no such build', nonRetryable: true });
        return build;
      },
      async authoriseOutside({ by }) {
        const person = personOf(by);
        return person.key === PEOPLE.zoe.key
          ? { kind: 'refused', reasons: [{ code: 'may-not-cancel', allowed: ['approvers'] }] }
          : { kind: 'allowed', person };
      },
      async askClaimed() {
        const said = says.length > 1 ? says.shift() : says[0];
        if (said == null) throw new Error('the request is stuck');
        return said;
      },
      async postOutside(status) {
        posts.push(status);
        return { channel: 'C0PAY', ts: '1', url: null };
      },
      updateOutside: async ({ status }) => void edits.push(status),
      async cancelBuild() {
        cancels += 1;
        if (build !== null) build = { ...build, state: 'canceled', isOver: true };
      },
    };
    stage = await openStage({ activities: () => activities });
  });
  afterAll(() => stage.stop());
  beforeEach(() => {
    count += 1;
    uuid = `0199aaaa-0000-7000-8000-${String(count).padStart(12, '0')}`;
    build = outsideBuild(uuid);
    [posts, edits, cancels, says, reads] = [[], [], 0, [], 0];
  });

  const id = (): string => outsideId('acme', uuid);
  const TIMING = { lookMs: 60_000, lookMaxMs: 60_000, leaveMs: 120_000, askMs: 50, askMaxMs: 50, doubtMs: 60_000 };
  const start = (change: Partial<OutsideInput> = {}): Promise<void> =>
    patiently(() => createOutsideGateway(stage.client).start({ ...outsideInput(uuid), timing: TIMING, ...change }));
  const end = (): Promise<OutsideStatus | null> => stage.client.workflow.getHandle(id()).result();
  const changed = (): Promise<void> =>
    patiently(() => createOutsideGateway(stage.client).changed({ organization: 'acme', pipeline: 'api-deploy', uuid }));
  async function click(name: Name): Promise<Receipt> {
    const { key, by, at } = voteOf(name, 'slack');
    return stage.client.workflow
      .getHandle(id())
      .executeUpdate(cancel, { args: [{ key, by, at, replyTo: slackReply(name), reason: null }], updateId: key });
  }
  async function told(): Promise<void> {
    await expect.poll(() => posts.length, { timeout: 60_000 }).toBe(1);
  }

  async function replays(name: string): Promise<void> {
    const history = await replayed(stage, id());
    if (VERSION !== undefined) await storeHistory(`${VERSION}.${name}.outside`, id(), history);
  }

  it('is told once, refuses whoever may not cancel it, and is cancelled by whoever may', async () => {
    await start();
    await start();
    await told();
    expect(await click('zoe')).toMatchObject({ kind: 'refused', reasons: [{ code: 'may-not-cancel' }] });
    expect(cancels).toBe(0);
    expect(await click('bea')).toEqual({ kind: 'cancelling', build: 34 });
    await expect.poll(() => edits.at(-1)?.phase.kind, { timeout: 60_000 }).toBe('cancelling');
    await changed();
    expect((await end())?.phase).toMatchObject({ kind: 'ended', state: 'canceled', cancelled: true, by: { name: 'bea' } });
    expect([posts.length, cancels, edits.at(-1)?.phase.kind]).toEqual([1, 1, 'ended']);
    await replays('outside');
  });

  it('that is to be cancelled by policy is, and is told as cancelled', async () => {
    await start({ policy: 'cancel' });
    await told();
    await changed();
    expect((await end())?.phase).toMatchObject({ kind: 'ended', cancelled: true, by: null });
    expect(posts[0]?.phase.kind).toBe('cancelling');
  });

  it('that ends by itself loses its button', async () => {
    await start();
    await told();
    build = { ...outsideBuild(uuid), state: 'passed', isOver: true };
    await changed();
    expect((await end())?.phase).toMatchObject({ kind: 'ended', state: 'passed', cancelled: false });
    expect(await click('bea').catch((error: unknown) => (error instanceof Error ? error.name : ''))).toBe('WorkflowNotFoundError');
  });

  const CLAIM = { deployId: 'deploy:github:7:1', code: deployCode('deploy:github:7:1'), commit: 'c0ffee', target: 'api/production' };
  const claiming = (): OutsideBuild => ({ ...outsideBuild(uuid), isMarked: true, claim: CLAIM });

  it.each<[string, (Claimed | null)[], Claimed]>([
    ['is not its own', ['not-its-own'], 'not-its-own'],
    ['does not exist', ['no-such-request'], 'no-such-request'],
    ['never comes to know', ['not-known-yet'], 'not-known-yet'],
    ['can’t be asked', [null], 'not-known-yet'],
  ])('that names a request that %s (%j) is told as that, and cancelled by nobody but people', async (_what, answers, said) => {
    [build, says] = [claiming(), answers];
    await start({ policy: 'cancel', claim: CLAIM, timing: { ...TIMING, doubtMs: 100 } });
    await told();
    expect([posts[0]?.claim, posts[0]?.phase.kind, cancels]).toEqual([{ code: CLAIM.code, said }, 'running', 0]);
    await click('bea');
    await changed();
    expect((await end())?.phase).toMatchObject({ kind: 'ended', cancelled: true });
  });

  it('that names a request that did not know at first is told once it does', async () => {
    [build, says] = [claiming(), ['not-known-yet', null, 'not-its-own']];
    await start({ claim: CLAIM });
    await told();
    expect(posts[0]?.claim).toEqual({ code: CLAIM.code, said: 'not-its-own' });
    build = { ...claiming(), state: 'passed', isOver: true };
    await changed();
    await end();
    await replays('claimed');
  });

  it('of which people were told that its request does not know yet loses its button once that does', async () => {
    [build, says] = [claiming(), ['not-known-yet']];
    await start({ claim: CLAIM, timing: { ...TIMING, doubtMs: 0 } });
    await told();
    expect(posts[0]?.claim).toEqual({ code: CLAIM.code, said: 'not-known-yet' });
    says = ['its-own'];
    await changed();
    expect((await end())?.phase.kind).toBe('claimed');
    expect([edits.at(-1)?.phase.kind, cancels]).toEqual(['claimed', 0]);
  });

  it('that its request knows only once the build was read is told to nobody', async () => {
    [build, says] = [claiming(), ['not-known-yet', 'its-own']];
    await start({ claim: CLAIM, timing: { ...TIMING, doubtMs: 0 } });
    await end();
    expect([posts.length, reads]).toEqual([0, 1]);
  });

  it.each<[string, (Claimed | null)[]]>([
    ['at once', ['its-own']],
    ['a moment later', ['not-known-yet', null, 'its-own']],
  ])('that its request knows as its own, %s, is not even read', async (_when, answers) => {
    [build, says] = [claiming(), answers];
    await start({ claim: CLAIM });
    expect(await end()).toBeNull();
    expect([posts.length, reads]).toEqual([0, 0]);
  });

  it.each<[string, OutsideInput['why'], Claimed, boolean]>([
    ['only the read shows it, and it is', { kind: 'step', step: 'deploy' }, 'its-own', false],
    ['only the read shows it', { kind: 'step', step: 'deploy' }, 'not-its-own', true],
    ['its token says something odd, and it is', { kind: 'attestation', reason: 'other-branch' }, 'its-own', false],
    ['its token says something odd', { kind: 'attestation', reason: 'other-branch' }, 'not-its-own', true],
  ])('is asked about at the request that it names when %s', async (_what, why, said, isTold) => {
    [build, says] = [{ ...claiming(), state: 'passed', isOver: true }, [said]];
    await start({ why });
    await end();
    expect(posts.map(({ claim }) => claim?.said)).toEqual(isTold ? [said] : []);
  });

  it.each<[string, () => OutsideBuild | null, OutsideInput['why']]>([
    ['is not there', () => null, { kind: 'dedicated' }],
    ['turns out to have been asked for, by a worker of before', () => ({ ...outsideBuild(uuid), isMarked: true }), { kind: 'step', step: 'deploy' }],
    ['is another than the token says', () => outsideBuild('other'), { kind: 'attestation', reason: 'no-request' }],
    ['is ours, and its token says something odd', () => ({ ...outsideBuild(uuid), isMarked: true }), { kind: 'attestation', reason: 'other-branch' }],
  ])('that %s is told to nobody', async (_what, is, why) => {
    build = is();
    await start({ why });
    await end();
    expect([posts.length, cancels]).toEqual([0, 0]);
  });

  it('that only carries the marks of a request is told, and cancelled by nobody but people', async () => {
    build = { ...outsideBuild(uuid), isMarked: true };
    await start({ policy: 'cancel', why: { kind: 'attestation', reason: 'other-build' } });
    await told();
    expect([posts[0]?.phase.kind, cancels]).toEqual(['running', 0]);
    await click('bea');
    await changed();
    expect((await end())?.phase).toMatchObject({ kind: 'ended', cancelled: true });
  });

  it('that runs for days is left at last', async () => {
    await start({ timing: { lookMs: 100, lookMaxMs: 200, leaveMs: 500 } });
    expect((await end())?.phase.kind).toBe('left');
    expect(edits.at(-1)?.phase.kind).toBe('left');
  });
});
