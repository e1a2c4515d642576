// The fault suite in small: the benchmark's part `faults` plays the same with a hundred deploys, and counts.
import { isDeepStrictEqual } from 'node:util';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeNamespace } from '../support/acme.ts';
import { playPassed, playUnclear, playWebhooks, UNCLEAR_KINDS } from '../support/fault-plays.ts';
import { openFaultStage, type FaultStage, type Requests } from '../support/fault-stage.ts';
import { quietRuntime } from '../support/temporal-stage.ts';

const PER_KIND = 4;

describe('Buildkite at its worst', () => {
  let stage: FaultStage;
  beforeAll(async () => {
    quietRuntime();
    const address = inject('temporalAddress');
    const namespace = `faults-${process.pid}`;
    const connection = await Connection.connect({ address });
    await makeNamespace(connection, address, namespace);
    await connection.close();
    stage = await openFaultStage({ address, namespace, hears: true });
  });
  afterAll(() => stage.close());

  it('answers unclearly to every create: as many builds as deploys, and everybody is told right', async () => {
    const outcomes = await playUnclear(stage, PER_KIND);
    expect(Object.keys(outcomes)).toEqual(UNCLEAR_KINDS);
    for (const outcome of Object.values(outcomes)) {
      expect(outcome).toMatchObject({ deploys: PER_KIND, builds: PER_KIND, right: PER_KIND, held: 0 });
      // Nobody looks for a build whose create was answered.
      expect(outcome.requests.look).toBeGreaterThanOrEqual(PER_KIND);
    }
  });

  it.each(['lost', 'late-doubled-shuffled'] as const)('whose webhooks are %s: every end is told right, and nothing afterwards', async (weather) => {
    const outcome = await playWebhooks(stage, weather, PER_KIND);
    expect(outcome).toMatchObject({ deploys: PER_KIND, builds: PER_KIND, right: PER_KIND, held: 0, late: 0 });
    expect(outcome.requests.poll).toBeGreaterThan(0);
  });

  it('costs a passed deploy its create, one read, one annotation, and one look at a target that nobody knew', async () => {
    const least = { create: PER_KIND, list: PER_KIND, read: PER_KIND, annotate: PER_KIND, look: 0, log: 0, poll: 0 };
    const costs: Requests[] = [];
    // Where a busy machine lets an answer or a webhook be late, it is asked for once more, and rightly.
    for (let round = 1; round <= 4 && !costs.some((cost) => isDeepStrictEqual(cost, least)); round += 1) {
      const { requests, right } = await playPassed(stage, PER_KIND, `passed-${round}`);
      expect(right).toBe(PER_KIND);
      costs.push(requests);
    }
    expect(costs).toContainEqual(least);
  });
});
