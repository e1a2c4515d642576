// Requests that are ended from outside, on a real server: found, read, and closed on their cards.
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createNotifyActivities, type NotifyDeps } from '../../src/activities/notify.ts';
import { cardMarker } from '../../src/render/marker.ts';
import { createGateway, type Gateway } from '../../src/temporal/gateway.ts';
import { startAttributes } from '../../src/temporal/search-attributes.ts';
import { startSweeper, sweep } from '../../src/temporal/sweeper.ts';
import { Trouble } from '../../src/trouble.ts';
import { farewellId, TASK_QUEUE, type FarewellInput } from '../../workflows/contract.ts';
import { DEPLOY_TIMING, ENVIRONMENT_TIMING } from '../../workflows/timing.ts';
import { deployInput } from '../support/deploy-examples.ts';
import { activitiesOf, createWorld } from '../support/deploy-world.ts';
import { openStage, type Stage } from '../support/temporal-stage.ts';

const log = pino({ level: 'silent' });
const said: string[] = [];
let stage: Stage;
let gateway: Gateway;
let refusals = 0;

/** The two cards of each request can be found; what is said of them is written down. */
const slack: Pick<NotifyDeps['slack'], 'findCard' | 'updateCard' | 'postInThread' | 'permalink'> = {
  async findCard(channel, deployId) {
    if (refusals > 0) {
      refusals -= 1;
      throw new Trouble({ source: 'slack', kind: 'unavailable', doing: 'looking for a card', found: 'slack answered 503' });
    }
    return { channel, ts: deployId };
  },
  updateCard: async ({ ts }, { text, blocks }) =>
    void said.push(`card ${ts}: ${text}${JSON.stringify(blocks).includes('"button"') ? ' [buttons]' : ''}`),
  postInThread: async ({ ts }) => void said.push(`thread ${ts}`),
  permalink: async () => 'https://slack.test/card',
};
const github: Pick<NotifyDeps['github'], 'findComment' | 'updateComment' | 'createComment' | 'react'> = {
  findComment: async (_repo, issue, marker) => (marker === cardMarker('deploy:none') ? null : issue),
  updateComment: async (_repo, comment, markdown) => void said.push(`comment ${comment}: ${markdown.split('\n')[0]}`),
  createComment: async () => said.push('new comment'),
  react: async (_repo, _comment, reaction) => void said.push(`reaction ${reaction}`),
};

beforeAll(async () => {
  stage = await openStage({
    activities(client) {
      gateway = createGateway({ client, timing: ENVIRONMENT_TIMING });
      const deps = { slack, github, gateway, prefix: '/deploy', onEnd: () => undefined, log, now: Date.now } as unknown as NotifyDeps;
      const notify = createNotifyActivities(deps);
      return {
        ...activitiesOf(createWorld({ service: 'api', organization: 'acme', timing: TIMING }), client),
        closeCards: (input: FarewellInput) => notify.closeCards(input),
      };
    },
  });
});
afterAll(() => stage.stop());

const TIMING = { environment: ENVIRONMENT_TIMING, watch: { pollMs: 1_000, slowPollMs: 1_000, slowAfterMs: 1_000 } };

async function waiting(workflowId: string): Promise<string> {
  const input = deployInput(workflowId, DEPLOY_TIMING);
  const typedSearchAttributes = startAttributes(input.request);
  await stage.client.workflow.start('deploy', { workflowId, taskQueue: TASK_QUEUE.workflows, args: [input], typedSearchAttributes });
  await expect.poll(async () => (await gateway.deployStatus(workflowId))?.phase.kind, { timeout: 60_000 }).toBe('waiting');
  return workflowId;
}

/** Ends the request as an operator does, and answers its run. */
async function endOutside(workflowId: string): Promise<string> {
  const handle = stage.client.workflow.getHandle(workflowId);
  const { runId } = await handle.describe();
  await handle.terminate('by hand');
  return runId;
}

const farewellOf = (runId: string) => stage.client.workflow.getHandle(farewellId(runId));
const about = (workflowId: string): readonly string[] => said.filter((words) => words.includes(workflowId));

describe('a request that was ended from outside', () => {
  it('is told as that to whoever asks', async () => {
    const id = await waiting('deploy:github:7:1');
    await endOutside(id);
    // A front door's patience, of which a busy machine may need more.
    const phase = async (): Promise<unknown> => (await gateway.deployStatus(id))?.phase;
    await expect.poll(phase).toEqual({ kind: 'terminated', how: 'terminated', during: 'waiting', at: expect.any(Number) });
    await expect.poll(() => gateway.deployStatus('deploy:github:7:404')).toBeNull();
  });

  it('gets its last word once, on both cards and without buttons, however often it is found', async () => {
    const id = await waiting('deploy:github:7:2');
    const going = await waiting('deploy:github:7:3');
    const runId = await endOutside(id);
    refusals = 1;
    said.length = 0;
    const sweeper = startSweeper({ client: stage.client, log });
    await expect
      .poll(
        () =>
          farewellOf(runId)
            .result()
            .then(
              () => 'over',
              () => 'not yet',
            ),
        { timeout: 60_000 },
      )
      .toBe('over');
    sweeper.stop();
    await sweep(stage.client, new Set());
    expect(about(id)).toEqual([expect.stringMatching(/^card deploy:github:7:2: .*ended from outside.*(?<!\[buttons\])$/i), `thread ${id}`]);
    expect(said.filter((words) => words.startsWith('comment'))).toContainEqual(expect.stringContaining('Ended from outside'));
    expect(said).toContain('reaction -1');
    expect(about(going)).toEqual([]);
  });

  it('is left alone when a later run of it goes on', async () => {
    const id = await waiting('deploy:github:7:4');
    const runId = await endOutside(id);
    await waiting(id);
    said.length = 0;
    await expect
      .poll(
        async () => {
          await sweep(stage.client, new Set());
          return farewellOf(runId)
            .describe()
            .then(
              () => 'found',
              () => 'not yet',
            );
        },
        { timeout: 60_000 },
      )
      .toBe('found');
    await farewellOf(runId).result();
    expect(about(id)).toEqual([]);
  });
});
