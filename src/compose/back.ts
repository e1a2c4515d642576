// The workers: activities wired to the platforms, on one connection that is held for the life of the process.
import type { Logger } from 'pino';
import { createBlockBuildkiteActivities } from '../activities/block-buildkite.ts';
import { createBlockMessages } from '../activities/block-messages.ts';
import { createBlockActivities } from '../activities/blocks.ts';
import { createBuildkiteActivities } from '../activities/buildkite.ts';
import { createDecidingActivities } from '../activities/decide.ts';
import { withFailures } from '../activities/failures.ts';
import { createGroups } from '../activities/groups.ts';
import { withLateFailures } from '../activities/late-failures.ts';
import { createNotifyActivities } from '../activities/notify.ts';
import { createReviewActivities } from '../activities/reviews.ts';
import { createKnownPeople } from '../activities/known-people.ts';
import { createOutsideJudging, createOutsideReading, createOutsideTelling } from '../activities/outside.ts';
import { createPeople } from '../activities/people.ts';
import { withSignsOfLife } from '../activities/signs-of-life.ts';
import type { Config } from '../config/config.ts';
import { loadBundle } from '../temporal/bundle.ts';
import { watchAccess } from '../temporal/access.ts';
import { connectWorker } from '../temporal/connect.ts';
import { createPeers } from '../temporal/peers.ts';
import { startSweeper } from '../temporal/sweeper.ts';
import { createTellOfWaiting } from '../temporal/waiting-builds.ts';
import { startWorkers, type RunningWorkers } from '../temporal/worker.ts';
import { sweepHalted } from './halted-builds.ts';
import { checkBuildkite } from './check-buildkite.ts';
import type { Builder, Platforms } from './platforms.ts';
import { configOfZone } from './task.ts';
import type { ServedZone } from './zones.ts';

export interface Back {
  readonly workers: RunningWorkers;
  /** Temporal refuses our credential: they poll, and are given nothing. */
  isRefused(): boolean;
  close(): Promise<void>;
}

export async function startBack(options: {
  readonly config: Config;
  readonly platforms: Platforms;
  readonly builder: Builder;
  readonly zone: ServedZone;
  readonly log: Logger;
}): Promise<Back> {
  const { platforms, builder, zone, log } = options;
  const { github, slack, metrics } = platforms;
  const { buildkite, requestsPerMinute } = builder;
  const { gateway, environments, address, namespace } = zone;
  const config = configOfZone(options.config, zone.name);
  await checkBuildkite(builder, { now: Date.now, log });
  const now = Date.now;
  const prefix = config.slack.command;
  const people = createPeople({ github, slack, now });
  const known = createKnownPeople({ reviewed: config.people, store: gateway.people, byEmail: { addresses: config.byEmail, slack }, now });
  const groups = createGroups({ config, github, slack, now });
  const facts = { config, github, gateway, people, known, groups, now };
  const deciding = createDecidingActivities(facts);
  const connection = await connectWorker(address);
  const workers = await startWorkers({
    connection,
    namespace,
    bundle: await loadBundle(),
    requestsPerMinute,
    activities: {
      workflows: alive({ ...deciding, ...createBlockActivities(facts, deciding), ...createPeers(environments), ...createOutsideJudging(facts) }),
      buildkite: alive({
        ...createBuildkiteActivities({ buildkite, approvers: approversOf(config, zone.name), now }),
        ...createBlockBuildkiteActivities({ buildkite, config, asApprover: approversOf(config, zone.name) !== null }),
        ...createOutsideReading(buildkite),
      }),
      notify: alive({
        ...createNotifyActivities({ github, slack, gateway, prefix, onEnd: (end) => metrics.deployEnded(end), log, now }),
        ...createReviewActivities({ github, slack, prefix, log, now }),
        ...createBlockMessages({ github, slack, prefix, log, now }),
        ...createOutsideTelling({ slack, prefix, now }),
      }),
    },
  });
  // So that the first click finds it running: at a click there is no time to start it.
  known.read(0).catch((error: unknown) => log.warn({ err: error }, 'links and delegations could not be read yet'));
  const halted = sweepHalted({ config, buildkite, tell: createTellOfWaiting(environments.client), log });
  const sweeper = startSweeper({ client: environments.client, log });
  const access = watchAccess({ connection, namespace, apiKey: address.apiKey, now, log });
  return {
    workers,
    isRefused: () => access.isRefused(),
    close: async () => {
      access.stop();
      sweeper.stop();
      halted.stop();
      workers.stop();
      await workers.done;
      await connection.close();
    },
  };
}

function alive<T extends object>(activities: T): T {
  return withSignsOfLife(withLateFailures(withFailures(activities)));
}

function approversOf({ zones, buildkite }: Config, zone: string): Config['buildkite'] | null {
  return zones[zone]?.actAs === 'approver' ? buildkite : null;
}
