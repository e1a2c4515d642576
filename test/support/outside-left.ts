// Builds that nobody asked for, in stories about requests: read as they are at Buildkite, told to the test. Those that are about their
// message have test/workflows/outside.test.ts.
import type { Client } from '@temporalio/client';
import { claimOf } from '../../src/buildkite/outside.ts';
import { createOutsideGateway } from '../../src/temporal/outside.ts';
import { endOf } from '../../workflows/build-facts.ts';
import type { OutsideJudging, OutsideReading, OutsideTelling } from '../../workflows/outside-activities.ts';
import type { OutsideStatus } from '../../workflows/outside-contract.ts';
import type { World } from './deploy-world.ts';

export interface Strangers {
  /** Messages, one for each build. */
  readonly posts: OutsideStatus[];
  /** How often Buildkite was asked about one. */
  reads: number;
  /** How often a request was asked whether one is its own, by a workflow. */
  asks: number;
}

export function outsideLeft(
  { builds, strangers }: Pick<World, 'builds' | 'strangers'>,
  client: Client,
): OutsideReading & Pick<OutsideJudging, 'askClaimed'> & OutsideTelling {
  return {
    async readOutside({ number }) {
      strangers.reads += 1;
      const build = builds.find((one) => one.number === number);
      if (build === undefined) throw new Error(`there is no build ${number}`);
      const { uuid, pipeline, url, commit, state } = build;
      const claim = claimOf(build);
      const facts = { uuid, number, pipeline, url, commit, state, branch: 'main', source: 'api', isOver: endOf(build) !== null };
      return { ...facts, startedBy: 'Sly', rebuiltFrom: null, code: null, isMarked: claim !== null, ...(claim === null ? {} : { claim }) };
    },
    async askClaimed(build) {
      strangers.asks += 1;
      return createOutsideGateway(client).askClaimed(build);
    },
    async postOutside(status) {
      strangers.posts.push(status);
      return { channel: 'C0PAY', ts: String(strangers.posts.length), url: null };
    },
    updateOutside: async () => undefined,
  };
}
