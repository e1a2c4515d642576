// A build that waits at block steps. Every story is replayed from its history right after it was played.
import { describe, expect, it } from 'vitest';
import { change, tallyOf, useHalts, type HaltStory } from '../support/block-stage.ts';
import { FIELDS, job } from '../support/block-views.ts';
import { PEOPLE } from '../support/deploy-examples.ts';
import { storeHistory } from '../support/record-history.ts';
import { replayed } from '../support/replay.ts';

const VERSION = process.env['RECORD_HISTORIES'];
const current = useHalts(async (stage, workflowId, test) => {
  const history = await replayed(stage, workflowId);
  const words = test
    .toLowerCase()
    .replaceAll(/[^a-z ]/g, '')
    .split(' ');
  if (VERSION !== undefined) await storeHistory(`${VERSION}.block-${words.slice(0, 6).join('-')}.block`, workflowId, history);
});

async function open(member: string | null = null): Promise<HaltStory> {
  const story = current();
  story.world.members = member === null ? {} : { [PEOPLE.carl.key]: member };
  await story.start();
  await story.until('waiting');
  return story;
}

describe('a build that waits', () => {
  it('goes on once everybody whom it takes has approved, and not before', async () => {
    const story = await open('user-1');
    expect(await story.cast('ann')).toMatchObject({ kind: 'refused', reasons: [{ code: 'started-it' }] });
    expect(await story.cast('bea')).toMatchObject({ kind: 'counted', have: 1, need: 2, last: false, unblocks: 7 });
    expect(story.world.unblocked).toEqual([]);
    expect(await story.cast('carl')).toMatchObject({ kind: 'counted', have: 2, last: true });
    expect(await story.end()).toEqual({ steps: [{ label: 'release', how: 'unblocked' }] });
    expect(story.world.unblocked).toMatchObject([{ jobId: 'job-release', unblocker: 'user-1', fields: {} }]);
    expect(story.world.posted).toEqual(['job-release']);
    expect(story.world.told.at(-1)).toMatchObject({ news: 'ended', status: { phase: { kind: 'unblocked', by: 'Countersign' } } });
  });

  it('counts votes that come together one after the other, and asks Buildkite once', async () => {
    const story = await open();
    const votes = await Promise.all([story.cast('bea'), story.cast('carl'), story.cast('dan')]);
    expect(votes.filter(({ kind }) => kind === 'counted')).toHaveLength(2);
    await story.end();
    expect(story.world.unblocked).toHaveLength(1);
  });

  it('counts a word that came late, by Signal, once, and answers it', async () => {
    const story = await open();
    const given = { key: 'the-key' };
    await story.late('bea', given);
    await story.late('bea', given);
    await story.waitFor('the receipt', () => story.world.receipts.length > 0);
    expect(story.world.receipts).toMatchObject([{ act: 'approve', receipt: { kind: 'counted', have: 1 } }]);
    expect((await story.status()).votes).toHaveLength(1);
  });

  it('is cancelled when somebody rejects it, with a reason', async () => {
    const story = await open();
    expect(await story.cast('bea', { kind: 'reject' })).toMatchObject({ reasons: [{ code: 'reason-needed' }] });
    expect(await story.cast('bea', { kind: 'reject', reason: 'no backup' })).toEqual({ kind: 'block-rejected', build: 7, step: 'release' });
    expect(await story.end()).toEqual({ steps: [{ label: 'release', how: 'rejected' }] });
    expect([story.world.cancelled, story.world.unblocked]).toEqual([[7], []]);
  });

  it('takes an approval back while others are missing', async () => {
    const story = await open();
    await story.cast('bea');
    expect(await story.withdraw('bea')).toEqual({ kind: 'withdrawn', have: 0, need: 2 });
    expect(await story.cast('carl')).toMatchObject({ have: 1, last: false });
    expect(story.world.unblocked).toEqual([]);
  });

  it('asks for one step after the other, each with votes of its own', async () => {
    const story = current();
    story.world.build = { ...story.world.build, manual: [job('canary'), job('everybody')] };
    await story.start();
    const { contract } = await story.until('waiting');
    await story.cast('bea');
    await story.cast('carl');
    await story.waitFor('the second step', async () => (await story.status()).job.label === 'everybody');
    expect(await story.status()).toMatchObject({ votes: [], phase: { kind: 'waiting' } });
    expect(await story.cast('bea', { contract })).toMatchObject({ reasons: [{ code: 'other-step', step: 'everybody' }] });
    expect(await story.cast('bea', { at: Date.now() - 60_000 })).toMatchObject({ reasons: [{ code: 'other-step' }] });
    await story.cast('bea');
    await story.cast('carl');
    expect((await story.end()).steps.map(({ how }) => how)).toEqual(['unblocked', 'unblocked']);
    expect(story.world.unblocked.map(({ jobId }) => jobId)).toEqual(['job-canary', 'job-everybody']);
  });

  it('leaves alone what the policy leaves to Buildkite, and goes on to the next step once that is done', async () => {
    const story = current();
    story.world.isLeft = (label) => label === 'notes';
    story.world.build = { ...story.world.build, manual: [job('notes'), job('release')] };
    await story.start();
    await story.waitFor('a look', () => story.world.reads > 0);
    change(story.world, 'job-notes', { state: 'unblocked' });
    await story.seen();
    expect((await story.until('waiting')).job.label).toBe('release');
    await story.waitFor('its card', () => story.world.posted.length > 0);
    expect(story.world.posted).toEqual(['job-release']);
  });

  it('is none of our business when it does not wait any more', async () => {
    const story = current();
    story.world.build = { ...story.world.build, blocked: false, state: 'running' };
    await story.start();
    expect(await story.end()).toEqual({ steps: [] });
    expect([story.world.posted, story.world.reads]).toEqual([[], 1]);
  });
});

describe('what happens at Buildkite meanwhile', () => {
  it('somebody unblocks it there: the card says who, and no vote is taken any more', async () => {
    const story = await open();
    await story.cast('bea');
    change(story.world, 'job-release', { state: 'unblocked', unblockedBy: { id: 'u9', name: 'Dan', person: null } });
    await story.seen();
    await story.end();
    expect(story.world.told.at(-1)).toMatchObject({ news: 'ended', status: { phase: { kind: 'unblocked-elsewhere', by: 'Dan' } } });
    expect(story.world.unblocked).toEqual([]);
  });

  it('somebody was faster than our request: it is read who', async () => {
    const story = await open('user-1');
    story.world.unblock = () => {
      change(story.world, 'job-release', { state: 'unblocked', unblockedBy: { id: 'u9', name: 'Dan', person: null } });
      return { kind: 'not-blocked' };
    };
    await story.cast('bea');
    await story.cast('carl');
    expect((await story.end()).steps).toEqual([{ label: 'release', how: 'unblocked-elsewhere' }]);
  });

  it('our own answer got lost: what is found unblocked by whom we named is ours', async () => {
    const story = await open('user-1');
    let tries = 0;
    story.world.unblock = () => {
      tries += 1;
      if (tries > 1) return { kind: 'not-blocked' };
      change(story.world, 'job-release', { state: 'unblocked', unblockedBy: { id: 'user-1', name: 'Carl', person: null } });
      throw new Error('cut');
    };
    await story.cast('bea');
    await story.cast('carl');
    expect((await story.end()).steps).toEqual([{ label: 'release', how: 'unblocked' }]);
    expect(tries).toBe(2);
  });

  it('whoever is named is no member any more: then the token’s own user is', async () => {
    const story = await open('user-1');
    const { unblock } = story.world;
    story.world.unblock = (ask) => (ask.unblocker === null ? unblock(ask) : { kind: 'no-such-member' });
    await story.cast('bea');
    await story.cast('carl');
    expect((await story.end()).steps).toEqual([{ label: 'release', how: 'unblocked' }]);
    expect(story.world.unblocked.map(({ unblocker }) => unblocker)).toEqual(['user-1', null]);
  });

  it('Buildkite refuses: the card says so, and the build is left there', async () => {
    const story = await open();
    story.world.unblock = () => ({ kind: 'refused', answer: 'Forbidden' });
    await story.cast('bea');
    await story.cast('carl');
    expect((await story.until('not-unblocked')).phase).toMatchObject({ answer: 'Forbidden' });
    expect(await story.cast('dan')).toMatchObject({ reasons: [{ code: 'step-over', how: 'not-unblocked' }] });
  });

  it('the build ends: the card says how', async () => {
    const story = await open();
    story.world.build = { ...story.world.build, state: 'canceled', blocked: false, isOver: true, manual: [job('release', { state: 'canceled' })] };
    await story.seen();
    expect((await story.end()).steps).toEqual([{ label: 'release', how: 'gone' }]);
  });
});

describe('what a step asks', () => {
  const asking = async (): Promise<HaltStory> => {
    current().world.fields = FIELDS;
    return open();
  };
  const fields = { 'release-name': 'Ada', stream: 'beta' };

  it('is filled in by the first who approves, and approved by the others', async () => {
    const story = await asking();
    expect(await story.cast('bea')).toMatchObject({ reasons: [{ code: 'bad-field', field: 'Name of the release' }] });
    expect(await story.cast('bea', { fields })).toMatchObject({ kind: 'counted', have: 1 });
    expect(await story.cast('carl')).toMatchObject({ kind: 'counted', last: true });
    await story.end();
    expect(story.world.unblocked).toMatchObject([{ fields }]);
  });

  it('takes everybody’s approval again when somebody fills in something else', async () => {
    const story = await asking();
    const { contract } = await story.status();
    await story.cast('bea', { fields, contract });
    expect(await story.cast('carl', { fields, contract })).toMatchObject({ reasons: [{ code: 'other-values', by: 'bea' }] });
    expect(await story.cast('carl', { fields: { 'release-name': 'Eve' } })).toMatchObject({ kind: 'counted', have: 1, last: false });
    expect(await story.status()).toMatchObject({
      voided: { people: ['bea'], why: 'other-values', by: 'carl' },
      filled: { values: { 'release-name': 'Eve' } },
    });
    expect(story.world.unblocked).toEqual([]);
    expect(await story.cast('bea')).toMatchObject({ last: true });
    await story.end();
    expect(story.world.unblocked).toMatchObject([{ fields: { 'release-name': 'Eve' } }]);
  });

  it('is not approved by words that were written before it was filled in otherwise', async () => {
    const story = await asking();
    const written = Date.now();
    await story.waitFor('time to pass', () => Date.now() > written + 1_100);
    await story.cast('bea', { fields });
    expect(await story.cast('carl', { at: written })).toMatchObject({ reasons: [{ code: 'other-values', by: 'bea' }] });
    expect(await story.cast('carl')).toMatchObject({ kind: 'counted', last: true });
    await story.end();
  });
});

describe('time', () => {
  it('reminds whoever is missing, and cancels what nobody approved, where the policy says so', async () => {
    const story = current();
    Object.assign(story.world, { expireMs: 60_000, remindMs: 20_000, onExpire: 'cancel' });
    await story.start();
    await story.until('waiting');
    await story.waitFor('its card', () => story.world.posted.length > 0);
    await story.skipTime();
    expect((await story.end()).steps).toEqual([{ label: 'release', how: 'expired' }]);
    expect(story.world.cancelled).toEqual([7]);
    expect(story.world.told.map(({ news }) => news)).toEqual(['reminder', 'ended']);
  });

  it('leaves it at Buildkite otherwise, asks no second time, and closes when it is unblocked there', async () => {
    const story = current();
    story.world.expireMs = 200;
    await story.start();
    await story.until('expired');
    await story.seen();
    await story.waitFor('another look', () => story.world.reads > 1);
    expect(await story.cast('bea')).toMatchObject({ reasons: [{ code: 'step-over', how: 'expired' }] });
    change(story.world, 'job-release', { state: 'unblocked' });
    await story.seen();
    expect((await story.end()).steps).toEqual([{ label: 'release', how: 'expired' }]);
    expect([story.world.posted, story.world.cancelled]).toEqual([['job-release'], []]);
  });

  it('holds nothing up while no message arrives', async () => {
    const story = current();
    story.world.isMute = true;
    await story.start();
    await story.until('waiting');
    await story.cast('bea');
    await story.cast('carl');
    await story.waitFor('the unblocking', () => story.world.unblocked.length === 1);
    story.world.isMute = false;
    await story.end();
    expect(story.world.posted).toEqual(['job-release']);
  });
});

describe('what went wrong', () => {
  it('keeps nobody from being asked: without its reminders it expires all the same', async () => {
    const story = current();
    Object.assign(story.world, { hasNoClock: true, remindMs: 100, expireMs: 60_000 });
    await story.start();
    const { phase, openedAt } = await story.until('waiting');
    expect(phase).toEqual({ kind: 'waiting', expiresAt: openedAt + 60_000, remindAt: [] });
    await story.cast('bea');
    await story.cast('carl');
    expect((await story.end()).steps).toEqual([{ label: 'release', how: 'unblocked' }]);
  });

  it('with one step is told before people are asked about the next: a step that the build has no more is waited for no longer', async () => {
    const story = await open();
    story.world.build = { ...story.world.build, manual: [job('publish')] };
    await story.seen();
    await story.waitFor('the next step', async () => (await story.status()).job.label === 'publish');
    await story.cast('bea');
    await story.cast('carl');
    expect((await story.end()).steps).toEqual([
      { label: 'release', how: 'gone' },
      { label: 'publish', how: 'unblocked' },
    ]);
  });
});

describe('the last look before it goes on', () => {
  it('takes away votes that do not count any more, and waits for others', async () => {
    const story = await open();
    const { world } = story;
    world.recheck = (votes) => ({
      kind: 'void',
      votes: [{ by: PEOPLE.bea, why: 'left-group', detail: 'sre' }],
      tally: tallyOf(world, votes.slice(1)),
    });
    await story.cast('bea');
    await story.cast('carl');
    await story.waitFor('the void vote', async () => (await story.status()).voided !== null);
    expect(await story.status()).toMatchObject({ phase: { kind: 'waiting' }, votes: [{ by: { name: 'carl' } }], tally: { have: 1 } });
    expect(world.unblocked).toEqual([]);
    world.recheck = (_votes, tally) => ({ kind: 'good', tally });
    expect(await story.cast('dan')).toMatchObject({ last: true });
    await story.end();
    expect(world.unblocked).toHaveLength(1);
  });

  it('is taken again while something can not be read, and an approval may be taken back meanwhile', async () => {
    const story = await open();
    const { world } = story;
    world.recheck = () => ({ kind: 'unknown', what: 'who is in sre' });
    await story.cast('bea');
    await story.cast('carl');
    expect((await story.until('unblocking')).phase).toMatchObject({ unread: 'who is in sre' });
    expect(await story.withdraw('carl')).toEqual({ kind: 'withdrawn', have: 1, need: 2 });
    await story.until('waiting');
    world.recheck = (_votes, tally) => ({ kind: 'good', tally });
    await story.cast('dan');
    await story.end();
    expect(world.unblocked).toHaveLength(1);
  });

  it('is taken again when Buildkite could not be asked for a while', async () => {
    current().world.unblockMs = 1_500;
    const story = await open();
    const { world } = story;
    const { unblock } = world;
    world.unblock = () => {
      world.recheck = (votes) => ({
        kind: 'void',
        votes: [{ by: PEOPLE.bea, why: 'left-group', detail: 'sre' }],
        tally: tallyOf(world, votes.slice(1)),
      });
      throw new Error('buildkite answered 503');
    };
    await story.cast('bea');
    await story.cast('carl');
    await story.waitFor('the void vote', async () => (await story.status()).voided !== null);
    Object.assign(world, { unblock, recheck: (_votes: unknown, tally: unknown) => ({ kind: 'good', tally }) });
    expect(await story.status()).toMatchObject({ phase: { kind: 'waiting' }, tally: { have: 1 } });
    expect(await story.cast('dan')).toMatchObject({ last: true });
    expect((await story.end()).steps).toEqual([{ label: 'release', how: 'unblocked' }]);
  });

  it('names whoever approved last then, not whoever took it back meanwhile', async () => {
    const story = current();
    const { world } = story;
    world.members = Object.fromEntries([PEOPLE.bea, PEOPLE.carl].map(({ key }) => [key, `user-of-${key}`]));
    await story.start();
    await story.until('waiting');
    const good = world.recheck;
    world.recheck = () => ({ kind: 'unknown', what: 'who is in sre' });
    await story.cast('bea');
    await story.cast('carl');
    await story.until('unblocking');
    world.need = 1;
    await story.withdraw('carl');
    world.recheck = good;
    await story.end();
    expect(world.unblocked).toMatchObject([{ unblocker: `user-of-${PEOPLE.bea.key}` }]);
  });

  it('that never succeeds lets nothing go on', async () => {
    const story = current();
    story.world.expireMs = 800;
    story.world.recheck = () => ({ kind: 'unknown', what: 'who is in sre' });
    await story.start();
    await story.until('waiting');
    await story.cast('bea');
    await story.cast('carl');
    await story.until('expired');
    expect(story.world.unblocked).toEqual([]);
  });
});
