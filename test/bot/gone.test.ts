// A button outlives what it stands under: the history of a request is kept for a time only.
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createBot } from '../../src/bot/bot.ts';
import type { BotDeps } from '../../src/bot/deps.ts';
import type { Click } from '../../src/bot/front-door.ts';
import { deployCode } from '../../src/ids.ts';

const DEPLOY = 'deploy:slack:T1:1900.77.aa';
const CLICK = {
  key: 'k',
  by: { surface: 'slack', team: 'T1', user: 'U1', name: 'ann' },
  at: 0,
  from: { surface: 'slack', team: 'T1', channel: 'C1', user: 'U1' },
  deployId: DEPLOY,
  contract: null,
  sha: null,
  reason: null,
} as const;

const nothing = async (): Promise<null> => null;
const bot = createBot({
  gateway: { act: async () => ({ kind: 'over' }), deployStatus: nothing, reviewStatus: nothing },
  metrics: { command: () => undefined, vote: () => undefined },
  log: pino({ level: 'silent' }),
} as unknown as BotDeps);

it.each<Click['act'] | 'details'>(['approve', 'reject', 'cancel', 'keep', 'sign', 'dispute', 'details'])(
  'names a request of which nothing is kept by the code that people know: %s',
  async (act) => {
    const reply = await (act === 'details' ? bot.details(DEPLOY) : bot.act({ ...CLICK, act }));
    expect(reply).toEqual({ kind: 'refused', reasons: [{ code: 'unknown-request', named: deployCode(DEPLOY) }] });
  },
);
