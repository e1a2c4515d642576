// Whatever Buildkite answers to the create, or does not answer: one build. The waits are real (nothing may be created again before it is
// proven absent), so all of it happens at once, each on a target of its own.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/sim/http.ts';
import type { Acme } from '../support/acme.ts';
import { approve, approvedSha, ask, built, buildsOf, ended, broken, pipelineOf, shows, startCompany, type Asked } from '../support/survival.ts';

interface Unclear {
  readonly service: string;
  readonly what: string;
  readonly fault: FaultEffect;
  /** How often Buildkite is asked to create it. */
  readonly creates: 1 | 2;
}

const CASES: readonly Unclear[] = [
  { service: 'silence-after', what: 'is carried out and never answered', fault: { kind: 'commit-then-hang' }, creates: 1 },
  { service: 'silence-before', what: 'gets lost without an answer', fault: { kind: 'hang' }, creates: 2 },
  { service: 'cut-before', what: 'is cut before it was carried out', fault: { kind: 'cut' }, creates: 2 },
  { service: 'cut-after', what: 'is cut after it was carried out', fault: { kind: 'commit-then-cut' }, creates: 1 },
  {
    service: 'html',
    what: 'is answered by a page of a proxy with status 200',
    fault: { kind: 'commit-then-body', body: '<html><h1>Bad gateway</h1></html>' },
    creates: 1,
  },
  {
    service: 'half',
    what: 'is answered by half of the JSON',
    fault: { kind: 'commit-then-body', body: '{"id":"019339a1-', contentType: 'application/json' },
    creates: 1,
  },
  { service: 'error', what: 'is carried out and answered 500', fault: { kind: 'commit-then-status', status: 500 }, creates: 1 },
];
/** Its create goes well, and then no webhook arrives at all. */
const UNHEARD = 'unheard';

describe('a create without a clear answer', () => {
  let acme: Acme;
  const asked = new Map<string, Asked>();
  /** Services of whose builds no webhook tells. */
  const unheard = new Set<string>([UNHEARD, ...CASES.map(({ service }) => service)]);

  beforeAll(async () => {
    acme = await startCompany([UNHEARD, ...CASES.map(({ service }) => service)]);
    const { buildkite } = acme.world;
    // One of them is told by a webhook what its answer did not say.
    unheard.delete('error');
    buildkite.webhookFaults({ lose: (_event, build) => [...unheard].some((service) => build.pipeline.slug === pipelineOf(service)) });
    for (const { service, fault } of CASES) {
      buildkite.fault({ method: 'POST', path: buildsOf(service), times: 1, effect: fault });
      // Its build must not end before somebody follows it.
      buildkite.hold(pipelineOf(service));
    }
    for (const service of [UNHEARD, ...CASES.map((one) => one.service)]) {
      const request = await ask(acme, 'ann', `/deploy ${service} to production`);
      asked.set(service, request);
      await approve(acme, request);
    }
    // Eight requests and sixteen approvals, one after the other.
  }, 400_000);
  afterAll(() => acme.end());

  it.each(CASES)('that $what leads to one build', { timeout: 300_000 }, async ({ service, creates }) => {
    const request = asked.get(service);
    if (request === undefined) throw new Error(`nobody asked for ${service}`);
    await shows(acme, request, '🚚');
    unheard.delete(service);
    acme.world.buildkite.finish(pipelineOf(service), 1, 'passed');
    await ended(acme, request);
    expect(built(acme, service)).toEqual([approvedSha(acme)]);
    const asks = acme.world.buildkite.requests.filter(({ method, path }) => method === 'POST' && buildsOf(service).test(path));
    expect(asks).toHaveLength(creates);
    await shows(acme, request, '✅');
  });

  it('and a build of which no webhook ever tells is followed to its end', { timeout: 300_000 }, async () => {
    const request = asked.get(UNHEARD);
    if (request === undefined) throw new Error('nobody asked');
    await ended(acme, request);
    expect(built(acme, UNHEARD)).toEqual([approvedSha(acme)]);
    await shows(acme, request, '✅');
  });

  it('breaks no invariant', async () => {
    expect(await broken(acme)).toEqual([]);
  });
});
