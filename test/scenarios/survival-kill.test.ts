// The product is killed once, in the middle of everything: while one request waits for a vote, while two creates are under way, while a
// build runs of which no webhook will ever tell. Started again, it brings each to its end.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/sim/http.ts';
import { eventually, type Acme } from '../support/acme.ts';
import { slackCards } from '../support/invariants.ts';
import {
  accepted,
  approve,
  approvedSha,
  ask,
  broken,
  built,
  buildsOf,
  click,
  FIRST,
  LAST,
  deploysOf,
  ended,
  pipelineOf,
  shows,
  startCompany,
  type Asked,
} from '../support/survival.ts';

const SERVICES = ['half-signed', 'running', 'sent', 'not-sent'] as const;
type Service = (typeof SERVICES)[number];
const LONG_MS = 300_000;

describe('the product, killed in the middle of everything and started again,', () => {
  let acme: Acme;
  const asked = {} as Record<Service, Asked>;

  beforeAll(async () => {
    acme = await startCompany(SERVICES);
    for (const service of SERVICES) asked[service] = await ask(acme, 'ann', `/deploy ${service} to production`);
    await letItRun();
    await Promise.all([holdTheCreate('sent', { kind: 'commit-then-hang' }), holdTheCreate('not-sent', { kind: 'hang' })]);
    await click(acme, 'bea', asked['half-signed'], FIRST);
    await acme.kill();
    await acme.start();
  }, LONG_MS);
  afterAll(() => acme.end());

  /** No webhook tells of its build, which ends only by hand. */
  async function letItRun(): Promise<void> {
    const { buildkite } = acme.world;
    buildkite.webhookFaults({ lose: (_event, build) => build.pipeline.slug === pipelineOf('running') });
    buildkite.hold(pipelineOf('running'));
    await approve(acme, asked.running);
    await shows(acme, asked.running, '🚚');
  }

  /** Comes back when Buildkite has the request, whose answer never comes. */
  async function holdTheCreate(service: Service, effect: FaultEffect): Promise<void> {
    const { buildkite } = acme.world;
    buildkite.hold(pipelineOf(service));
    buildkite.fault({ method: 'POST', path: buildsOf(service), times: 1, effect });
    await approve(acme, asked[service]);
    await eventually('the create', () => creates(service) === 1);
  }

  const creates = (service: Service): number =>
    acme.world.buildkite.requests.filter(({ method, path }) => method === 'POST' && buildsOf(service).test(path)).length;

  /** What was built when the request has come to its end. */
  async function builtInTheEnd(service: Service): Promise<readonly string[]> {
    await ended(acme, asked[service]);
    return built(acme, service);
  }

  it('starts nothing twice when every comment is delivered again', async () => {
    for (const service of SERVICES) await accepted(acme, asked[service]);
    expect((await deploysOf(acme)).toSorted()).toEqual(SERVICES.map((service) => asked[service].id).toSorted());
    for (const service of SERVICES) expect(slackCards(acme.world, asked[service].id)).toHaveLength(1);
  });

  it('remembers the first vote, and takes the second', async () => {
    await click(acme, 'bea', asked['half-signed'], /^You already approved at /);
    await click(acme, 'dan', asked['half-signed'], LAST);
    expect(await builtInTheEnd('half-signed')).toEqual([approvedSha(acme)]);
  });

  it('adopts the build whose creation it never heard of', { timeout: LONG_MS }, async () => {
    await shows(acme, asked.sent, '🚚');
    acme.world.buildkite.release(pipelineOf('sent'));
    expect(await builtInTheEnd('sent')).toEqual([approvedSha(acme)]);
    expect(creates('sent')).toBe(1);
  });

  it('creates once, after it has looked, what never reached Buildkite', { timeout: LONG_MS }, async () => {
    acme.world.buildkite.release(pipelineOf('not-sent'));
    expect(await builtInTheEnd('not-sent')).toEqual([approvedSha(acme)]);
    expect(creates('not-sent')).toBe(2);
  });

  it('follows the running build without a webhook', { timeout: LONG_MS }, async () => {
    acme.world.buildkite.finish(pipelineOf('running'), 1, 'passed');
    expect(await builtInTheEnd('running')).toEqual([approvedSha(acme)]);
  });

  it('breaks no invariant', async () => {
    expect(await broken(acme)).toEqual([]);
  });
});
