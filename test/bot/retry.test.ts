// `retry`: the same again, whatever it was.
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createBot } from '../../src/bot/bot.ts';
import type { BotDeps } from '../../src/bot/deps.ts';
import type { DeployRequest } from '../../workflows/vocabulary.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { configOf, NOW, policy } from '../policy/given.ts';
import { EXAMPLES } from '../support/examples.ts';
import { CODE } from '../support/views.ts';

async function retried(old: DeployStatus): Promise<DeployRequest | undefined> {
  const started: DeployRequest[] = [];
  const bot = createBot({
    config: configOf([
      {
        name: 'api',
        aliases: [],
        repo: 'acme/api',
        zone: 'default',
        environments: { production: policy({ service: 'api' }) },
        order: ['production'],
      },
    ]),
    gateway: {
      findByCode: async () => ({ workflowId: old.workflowId, code: CODE, open: false, startedAt: NOW }),
      deployStatus: async () => old,
      startDeploy: async (_id: string, request: DeployRequest) => void started.push(request),
    },
    metrics: { command: () => undefined, vote: () => undefined },
    log: pino({ level: 'silent' }),
    now: () => NOW,
  } as unknown as BotDeps);
  const by = { surface: 'slack', team: 'T1', user: 'U1', name: 'ann' } as const;
  await bot.command({
    key: 'deploy:slack:T1:2',
    text: `retry ${CODE}`,
    by,
    at: NOW,
    from: { surface: 'slack', team: 'T1', channel: 'C1', user: 'U1' },
  });
  return started[0];
}

const { rejected } = EXAMPLES.rejected;
const { planned } = EXAMPLES.planned;

it('of a request is a request', async () => {
  expect(await retried(rejected)).toMatchObject({ service: 'api', environment: 'production', dryRun: false, retryOf: { code: CODE } });
});

it('of what only asked what would happen asks that again', async () => {
  expect(planned.request.dryRun).toBe(true);
  expect(await retried(planned)).toMatchObject({ service: 'api', dryRun: true });
  expect(await retried({ ...rejected, request: planned.request })).toMatchObject({ dryRun: true });
});
