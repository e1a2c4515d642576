// SIGTERM in the middle of a burst of deliveries: what was begun is answered, what was not begun has no effect, and the process ends in order.
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery } from '../../src/sim/github/webhooks.ts';
import { REPOSITORY } from '../../src/sim/world.ts';
import { githubDeployId } from '../../workflows/contract.ts';
import type { Acme } from '../support/acme.ts';
import { accepted, broken, deploysOf, ended, startCompany } from '../support/survival.ts';

const REPOSITORY_ID = 7001;
const DELIVERIES = 18;
const EVERY_MS = 60;
/** The burst goes on around it. */
const SIGTERM_AFTER = 8;

describe('SIGTERM under load', () => {
  let acme: Acme;
  let missed: readonly Delivery[];
  beforeAll(async () => {
    acme = await startCompany(['web']);
    const { github, pullRequest } = acme.world;
    // Written while GitHub's deliveries get lost, so that they can be sent from here, where the fate of each connection is seen.
    github.loseWebhooks(DELIVERIES);
    for (let i = 0; i < DELIVERIES; i += 1) await github.comment(REPOSITORY, pullRequest, 'ann', '/deploy plan web to production');
    missed = github.deliveries.filter(({ event, statusCode }) => event === 'issue_comment' && statusCode !== 200);
  });
  afterAll(() => acme.end());

  const idOf = ({ payload }: Delivery): string =>
    githubDeployId(REPOSITORY_ID, (JSON.parse(payload) as { readonly comment: { readonly id: number } }).comment.id);

  it('answers what it accepted, refuses the rest, and ends with 0', async () => {
    expect(missed).toHaveLength(DELIVERIES);
    const url = `${acme.product().url}/api/github/webhooks`;
    let stopped: Promise<number | null> = Promise.resolve(null);
    const fates: Promise<Fate>[] = [];
    for (const [i, delivery] of missed.entries()) {
      if (i === SIGTERM_AFTER) stopped = acme.product().stop();
      fates.push(send(url, delivery));
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
    expect(await stopped).toBe(0);
    const all = await Promise.all([...fates, ...missed.slice(0, 1).map((delivery) => send(url, delivery))]);
    // 503: a busy Temporal did not say in time whether it has begun.
    const [accepted = [], unclear = []] = [200, 503].map((fate) => missed.filter((_delivery, i) => all[i] === fate).map(idOf));
    expect(new Set(all.filter((fate) => fate !== 503))).toEqual(new Set([200, 'refused']));
    // Nothing was begun without an answer either.
    const begun = await deploysOf(acme);
    expect(begun.filter((id) => !unclear.includes(id)).toSorted()).toEqual(accepted.toSorted());
  });

  it('leaves nothing undone: what was accepted is answered afterwards, what was refused can be delivered again', async () => {
    await acme.start();
    for (const { guid } of missed) await accepted(acme, { guid });
    await Promise.all(missed.map((delivery) => ended(acme, { id: idOf(delivery) })));
    expect(await deploysOf(acme)).toHaveLength(DELIVERIES);
    expect(await broken(acme)).toEqual([]);
  });
});

/** The status of the answer; `refused`: no connection, or one that nobody had taken from the system's line when the door closed. */
type Fate = number | 'refused';
const REFUSED = ['ECONNREFUSED', 'ECONNRESET'];

function send(url: string, { requestHeaders, payload }: Delivery): Promise<Fate> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', headers: { ...requestHeaders }, agent: false }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve(answer.statusCode ?? 0));
      answer.once('error', reject);
    });
    sent.once('error', (error: NodeJS.ErrnoException) => (REFUSED.includes(error.code ?? '') ? resolve('refused') : reject(error)));
    sent.end(payload);
  });
}
