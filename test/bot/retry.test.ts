// `retry`: the same again, whatever it was.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createBot } from '../../src/bot/bot.ts';
import type { BotDeps } from '../../src/bot/deps.ts';
import type { Reply } from '../../src/render/reply.ts';
import type { DeployRequest, ReplyTo } from '../../workflows/vocabulary.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { API, configOf, NOW } from '../policy/given.ts';
import { EXAMPLES } from '../support/examples.ts';
import { CODE } from '../support/views.ts';

const IN_SLACK: ReplyTo = { surface: 'slack', team: 'T1', channel: 'C1', user: 'U1' };

interface Retried {
  readonly reply: Reply;
  readonly request: DeployRequest | undefined;
}

async function retried(old: DeployStatus, from: ReplyTo = IN_SLACK): Promise<Retried> {
  const started: DeployRequest[] = [];
  const bot = createBot({
    config: configOf([API]),
    gateway: {
      findByCode: async () => ({ workflowId: old.workflowId, code: CODE, open: false, startedAt: NOW }),
      deployStatus: async () => old,
      startReply: async () => undefined,
      startDeploy: async (_id: string, request: DeployRequest) => void started.push(request),
    },
    metrics: { command: () => undefined, vote: () => undefined },
    log: pino({ level: 'silent' }),
    now: () => NOW,
  } as unknown as BotDeps);
  const by = { surface: 'slack', team: 'T1', user: 'U1', name: 'ann' } as const;
  const text = from.surface === 'slack' ? `retry ${CODE}` : `/deploy retry ${CODE}`;
  const reply = await bot.command({ key: 'deploy:slack:T1:2', text, by, at: NOW, from });
  return { reply, request: started[0] };
}

const { rejected } = EXAMPLES.rejected;
const { planned } = EXAMPLES.planned;

it('of a request is a request', async () => {
  const { request } = await retried(rejected);
  expect(request).toMatchObject({ service: 'api', environment: 'production', dryRun: false, retryOf: { code: CODE } });
});

it('of what only asked what would happen asks that again', async () => {
  expect(planned.request.dryRun).toBe(true);
  expect((await retried(planned)).request).toMatchObject({ service: 'api', dryRun: true });
  expect((await retried({ ...rejected, request: planned.request })).request).toMatchObject({ dryRun: true });
});

describe('of what named no branch, tag or commit', () => {
  const { origin, ref } = rejected.request;
  if (origin.surface !== 'github') throw new Error('the example is asked for on a pull request');
  const unplanned = { ...rejected, plan: null };

  it('means the same pull request there, merged or not, and its branch elsewhere', async () => {
    expect(ref).toEqual({ kind: 'head' });
    expect((await retried(rejected, { ...origin, comment: 5 })).request?.ref).toEqual({ kind: 'head' });
    expect((await retried(rejected)).request?.ref).toEqual({ kind: 'named', name: 'fix-retry' });
    expect((await retried(rejected, { ...origin, issue: 43 })).request?.ref).toEqual({ kind: 'named', name: 'fix-retry' });
  });

  it('is not asked for elsewhere where it had no plan: it would be another commit', async () => {
    expect((await retried(unplanned, { ...origin, comment: 5 })).request?.ref).toEqual({ kind: 'head' });
    const inSlack = { ...unplanned, request: { ...rejected.request, origin: IN_SLACK } };
    expect((await retried(inSlack)).request?.ref).toEqual({ kind: 'head' });
    for (const [old, from] of [
      [unplanned, IN_SLACK],
      [unplanned, { ...origin, issue: 43 }],
      [inSlack, origin],
    ] as const) {
      // oxfmt-ignore
      const { request, reply } = await retried(old, from);
      expect(request).toBeUndefined();
      expect(reply).toEqual({
        kind: 'refused',
        reasons: [{ code: 'retry-elsewhere', other: CODE, service: 'api', environment: 'production' }],
      });
    }
  });
});
