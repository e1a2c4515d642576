// The form, where what it looks up breaks.
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { formFor } from '../../src/bot/form.ts';
import type { BotDeps } from '../../src/bot/deps.ts';
import type { FormAsk } from '../../src/bot/front-door.ts';
import { NOTHING_FILLED_IN } from '../../src/render/form-fields.ts';
import { API, configOf, NOW, PEOPLE } from '../policy/given.ts';

const CONFIG = configOf([API]);
const ASK: FormAsk = {
  by: { surface: 'slack', team: 'T1', user: 'U1', name: 'ann' },
  from: { surface: 'slack', team: 'T1', channel: 'C1', user: 'U1' },
  values: NOTHING_FILLED_IN,
};

it('tells whoever waits for it, and ends no process before that: the form opens first', async () => {
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on('unhandledRejection', note);
  const deps = {
    config: CONFIG,
    gateway: { environmentState: async () => Promise.reject(new Error('13 INTERNAL')) },
    directory: { people: async () => PEOPLE, membership: async () => ({ groups: {}, unread: {} }), foresee: async () => null },
    log: pino({ level: 'silent' }),
    now: () => NOW,
  } as unknown as BotDeps;
  const form = formFor(deps, ASK);
  expect(form.now.preview).not.toBeNull();
  await sleep(5);
  process.off('unhandledRejection', note);
  expect(unhandled).toEqual([]);
  await expect(form.later).rejects.toThrow('13 INTERNAL');
});
