// What the sweep does about builds that wait, in every round, on a real server.
import type { Client } from '@temporalio/client';
import { expect, it } from 'vitest';
import { createTellOfWaiting } from '../../src/temporal/waiting-builds.ts';
import { blockStatus } from '../../workflows/block-contract.ts';
import { useHalts } from '../support/block-stage.ts';

const current = useHalts(async () => undefined);
/** Some time before the tests. */
const LONG_AGO = Date.now() - 3_600_000;

const state = async (): Promise<string> => (await current().handle.describe()).status.name;
const run = async (): Promise<string> => (await current().handle.describe()).runId;

it('a build whose approval goes on is left in peace: Buildkite is not asked once more', async () => {
  const story = current();
  await story.start();
  await story.until('waiting');
  await story.cast('bea');
  const [before, { reads }] = [await run(), story.world];
  await story.swept(LONG_AGO);
  expect(await run()).toBe(before);
  expect((await story.status()).votes).toHaveLength(1);
  expect(story.world.reads).toBe(reads);
});

it('an approval that was ended from outside is asked for again, from the beginning', async () => {
  const story = current();
  await story.start();
  await story.until('waiting');
  await story.cast('bea');
  await story.handle.terminate();
  await story.swept(LONG_AGO);
  expect(await story.until('waiting')).toMatchObject({ votes: [], tally: { have: 0 } });
  await story.cast('bea');
  await story.cast('carl');
  expect(await story.end()).toEqual({ steps: [{ label: 'release', how: 'unblocked' }] });
});

it('so is one that was ended before anybody looked at the build', async () => {
  const story = current();
  await story.startAndEnd();
  await story.swept(LONG_AGO);
  expect((await story.until('waiting')).votes).toEqual([]);
});

it.each([
  ['in a later round', false],
  ['by a process that has just started', true],
])('what was decided is not asked once more, though it was ended from outside: %s', async (_when, isNews) => {
  const story = current();
  story.world.expireMs = 200;
  await story.start();
  await story.until('expired');
  await story.waitFor('its card', () => story.world.posted.length > 0);
  await story.handle.terminate();
  await story.swept(LONG_AGO, isNews);
  expect(await state()).toBe('TERMINATED');
  expect(story.world.posted).toEqual(['job-release']);
});

it('what waits since after the decision is another step', async () => {
  const story = current();
  story.world.expireMs = 200;
  await story.start();
  await story.until('expired');
  await story.handle.terminate();
  await story.swept(Date.now() + 60_000);
  expect(await state()).toBe('RUNNING');
});

it('what has come to its end is told of as news only', async () => {
  const story = current();
  await story.start();
  await story.until('waiting');
  await story.cast('bea');
  await story.cast('carl');
  await story.end();
  await story.swept(LONG_AGO);
  expect(await state()).toBe('COMPLETED');
  await story.swept(Date.now(), true);
  // Looked at, and found not to wait.
  await story.waitFor('another look', async () => (await state()) === 'COMPLETED' && story.world.reads > 2);
});

it('what came to its end since it was looked at is not opened again', async () => {
  const story = current();
  const { client, workflowId } = story.handle;
  await story.start();
  await story.until('waiting');
  await story.cast('bea');
  await story.cast('carl');
  await story.end();
  // Seen as it was a moment ago, between somebody's ending it and starting it again.
  const workflow = {
    getHandle: (id: string) => ({
      describe: async () => ({ status: { name: 'TERMINATED' } }),
      query: () => client.getHandle(id).query(blockStatus),
    }),
    start: client.start.bind(client),
  };
  const tell = createTellOfWaiting({ workflow, connection: client.connection } as unknown as Client);
  const [, organization = '', uuid = ''] = workflowId.split(':');
  await tell({ build: { organization, pipeline: 'api-release', number: 7, uuid }, since: LONG_AGO, isNews: false });
  expect(await state()).toBe('COMPLETED');
});
