// Temporal carries out what the front door asks, and the answer gets lost: nobody is told that it did not happen, and doing it again
// does nothing twice.
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { freePorts, startProduct, type Product } from '../../src/sim/product.ts';
import { eventually, type Acme } from '../support/acme.ts';
import { openDeafLine, type DeafLine } from '../support/deaf-line.ts';
import { slackCards } from '../support/invariants.ts';
import {
  approvedSha,
  accepted,
  approve,
  broken,
  built,
  click,
  comment,
  deploysOf,
  ended,
  FIRST,
  LAST,
  openCard,
  startCompany,
  told,
  typed,
  type Asked,
} from '../support/survival.ts';

describe('an answer of Temporal that the front door never hears', () => {
  let line: DeafLine;
  let acme: Acme;
  let workers: Product;
  let asked: Asked;

  beforeAll(async () => {
    const temporal = inject('temporalAddress');
    line = await openDeafLine(temporal);
    acme = await startCompany(['web', 'typed'], { args: ['--role', 'web'], env: { TEMPORAL_ADDRESS: line.address } });
    // The workers hear well.
    workers = await startProduct({ env: { ...acme.env(), TEMPORAL_ADDRESS: temporal }, ports: await freePorts(), args: ['--role', 'worker'] });
  });
  afterAll(async () => {
    await workers.kill();
    await acme.end();
    await line.close();
  });

  async function deafly<T>(work: () => Promise<T>): Promise<T> {
    line.loseAnswers();
    try {
      return await work();
    } finally {
      line.hearAgain();
    }
  }

  it('makes a comment a failed delivery, which starts nothing more when it is delivered again', async () => {
    const heard = await deafly(() => comment(acme, 'ann', '/deploy web to production'));
    expect(heard.status).toBe(503);
    asked = heard;
    await openCard(acme, asked);
    await accepted(acme, asked);
    expect(await deploysOf(acme)).toEqual([asked.id]);
    expect(slackCards(acme.world, asked.id)).toHaveLength(1);
  });

  it('leaves a click counted once: its receipt comes by itself, and a second click is told so', async () => {
    await deafly(() => click(acme, 'bea', asked, /^I can't tell whether your click arrived/));
    await told(acme, 'bea', FIRST, 0);
    await click(acme, 'bea', asked, /^You already approved at /);
    await click(acme, 'dan', asked, LAST);
    await ended(acme, asked);
    expect(built(acme, 'web')).toEqual([approvedSha(acme)]);
  });

  it('does not make a typed command say that nothing was started', async () => {
    expect(await deafly(() => typed(acme, 'ann', 'typed@fix-retry-loop to production'))).toMatch(/^I can't tell whether your command arrived/);
    const id = await eventually('the request', async () => (await deploysOf(acme)).find((other) => other !== asked.id));
    await approve(acme, { id });
    await ended(acme, { id });
    expect(built(acme, 'typed')).toEqual([approvedSha(acme)]);
  });

  it('breaks no invariant', async () => {
    expect(await broken(acme, workers.log())).toEqual([]);
  });
});
