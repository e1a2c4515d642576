// Lists of acts as in test/model, here on the real workflow on a real server: what the tiny runtime says of tens of thousands, the real one
// says of some.
import { Context } from '@temporalio/activity';
import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { DEPLOY_TIMING } from '../../workflows/timing.ts';
import { stories, type Step, type Story } from '../model/acts.ts';
import { play, type Stage as Played } from '../model/play.ts';
import type { Implementations } from '../model/tiny-runtime.ts';
import { asked } from '../support/asked.ts';
import { deployInput } from '../support/deploy-examples.ts';
import { openStage, type Stage } from '../support/temporal-stage.ts';

const LISTS = 24;
const SEED = 20_261_124;
const SETTLED_WITHIN_MS = 60_000;

/** Time passes as it does, and what can't be read is read again in five seconds: both are left to the tiny runtime. */
function isQuick({ act }: Step): boolean {
  return act.kind !== 'pass' && act.kind !== 'unread' && !(act.kind === 'recheck' && act.says === 'unknown');
}

const worlds = new Map<string, Implementations>();
let stage: Stage;

const NAMES = 'makePlan judgeVote authorise recheck joinQueue readLogTail postSlackCard postGithubCard announce tellRequester sendReceipt';

/** Whose activity it is, its workflow says. */
const activities = Object.fromEntries(
  NAMES.split(' ').map((name) => [
    name,
    (input: never): unknown => {
      const implementation = worlds.get(Context.current().info.workflowExecution?.workflowId ?? '')?.[name];
      if (implementation === undefined) throw new Error(`no activity ${name}`);
      return implementation(input);
    },
  ]),
);

function playedOn(client: Client, id: string): Played {
  const handle = client.workflow.getHandle(id);
  const at = Date.now();
  return {
    at,
    isClosed: (error) => error instanceof WorkflowNotFoundError || error instanceof WorkflowUpdateFailedError,
    async eventually(check) {
      const giveUpAt = Date.now() + SETTLED_WITHIN_MS;
      for (;;) {
        try {
          return await check();
        } catch (error) {
          if (Date.now() > giveUpAt) throw error;
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
      }
    },
    async start(activities) {
      worlds.set(id, activities);
      const args = [deployInput(id, DEPLOY_TIMING, { askedAt: at })];
      await client.workflow.start('deploy', { workflowId: id, taskQueue: TASK_QUEUE.workflows, args });
      const underWay: Promise<void>[] = [];
      return {
        update: (name, input) => handle.executeUpdate(name, { args: [input] }),
        signal: (name, input) => void underWay.push(handle.signal(name, input).catch(() => undefined)),
        query: (name) => asked(() => handle.query(name)),
        settle: async () => void (await Promise.all(underWay.splice(0))),
        pass: async () => undefined,
        now: Date.now,
      };
    },
  };
}

beforeAll(async () => {
  stage = await openStage({ activities: () => activities });
});
afterAll(() => stage.stop());

describe('the real workflow', () => {
  const lists: readonly Story[] = fc
    .sample(stories({ length: 14, joined: false }), { numRuns: LISTS, seed: SEED })
    .map((story) => ({ ...story, steps: story.steps.filter(isQuick) }));

  it.concurrent.each(lists.map((story, at) => ({ story, at })))('agrees with the reference model in list $at', async ({ story, at }) => {
    const { revision } = await play(story, playedOn(stage.client, `deploy:github:7:${at}`));
    expect(revision).toBeGreaterThan(0);
  });
});
