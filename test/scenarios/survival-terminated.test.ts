// An operator ends a request in Temporal: its workflow can say nothing more, and its cards are closed all the same.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, type Acme } from '../support/acme.ts';
import { hasButtons, slackCards } from '../support/invariants.ts';
import { ask, openCard, shows, startCompany } from '../support/survival.ts';

describe('a request whose workflow was ended from outside', () => {
  let acme: Acme;
  beforeAll(async () => {
    acme = await startCompany(['web']);
  });
  afterAll(() => acme.end());

  it('is told as that on both cards once a worker looks, has no button left, and can be tried again', async () => {
    const asked = await ask(acme, 'ann', '/deploy web to production');
    await openCard(acme, asked);
    await acme.product().stop();
    await acme.client.workflow.getHandle(asked.id).terminate('by hand');
    await acme.start();
    await shows(acme, asked, '⚠️ Ended from outside');
    const card = await eventually('its Slack card', () => slackCards(acme.world, asked.id).find(({ text }) => text.includes('nded from outside')));
    expect(hasButtons(card)).toBe(false);

    const [code = ''] = /[0-9A-Z]{4}-[0-9A-Z]{2}/.exec(JSON.stringify(card.blocks)) ?? [];
    await openCard(acme, await ask(acme, 'ann', `/deploy retry ${code}`));
  });
});
