// Front door and workers as two processes, of which one goes.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts, startProduct, type Product } from '../../src/sim/product.ts';
import { PEOPLE } from '../../src/sim/world.ts';
import type { Acme } from '../support/acme.ts';
import { approvedSha, ask, broken, built, click, ended, FIRST, LAST, openCard, startCompany, told, type Asked } from '../support/survival.ts';

describe('front door and workers as two processes', () => {
  let acme: Acme;
  let workers: Product;
  let asked: Asked;
  const runs: Product[] = [];

  async function startWorkers(): Promise<void> {
    workers = await startProduct({ env: acme.env(), ports: await freePorts(), args: ['--role', 'worker'] });
    runs.push(workers);
  }

  beforeAll(async () => {
    acme = await startCompany(['web', 'api'], { args: ['--role', 'web'] });
    await startWorkers();
  });
  afterAll(async () => {
    await workers.kill();
    await acme.end();
  });

  it('record a click while the workers are dead, and judge it once when they are back, however often Slack sends it', async () => {
    asked = await ask(acme, 'ann', '/deploy web to production');
    await click(acme, 'bea', asked, FIRST);
    await openCard(acme, asked);
    await workers.kill();
    const before = acme.world.slack.ephemerals(PEOPLE.dan.slack).length;
    await click(acme, 'dan', asked, /^Your click is recorded and will be judged as soon as I am back/);
    await acme.world.slack.replay(2, 'parallel');
    await startWorkers();
    await told(acme, 'dan', LAST, before);
    await ended(acme, asked);
    expect(built(acme, 'web')).toEqual([approvedSha(acme)]);
    const receipts = acme.world.slack.ephemerals(PEOPLE.dan.slack).filter(({ text }) => LAST.test(text));
    expect(receipts.map(({ via }) => via)).toEqual(['chat.postEphemeral']);
  });

  it('take votes again as soon as a killed front door is back', async () => {
    asked = await ask(acme, 'ann', '/deploy api to production');
    await click(acme, 'bea', asked, FIRST);
    const card = await openCard(acme, asked);
    await acme.kill();
    const missed = await acme.world.slack.click(PEOPLE.dan.slack, card.ts, 'countersign:approve');
    expect(missed.problem).toBe('dispatch_failed');
    await acme.start();
    await click(acme, 'dan', asked, LAST);
    await ended(acme, asked);
    expect(built(acme, 'api')).toEqual([approvedSha(acme)]);
  });

  it('break no invariant', async () => {
    expect(await broken(acme, runs.map((run) => run.log()).join(''))).toEqual([]);
  });
});
