// The workers: activities wired to the platforms, on one connection that is held for the life of the process.
import type { Logger } from 'pino';
import { createBuildkiteActivities } from '../activities/buildkite.ts';
import { createDecidingActivities } from '../activities/decide.ts';
import { withFailures } from '../activities/failures.ts';
import { createNotifyActivities } from '../activities/notify.ts';
import { createPeople } from '../activities/people.ts';
import type { Config } from '../config/config.ts';
import { loadBundle } from '../temporal/bundle.ts';
import { connectWorker, type TemporalAddress } from '../temporal/connect.ts';
import type { EnvironmentClient } from '../temporal/environments.ts';
import type { Gateway } from '../temporal/gateway.ts';
import { createPeers } from '../temporal/peers.ts';
import { startWorkers, type RunningWorkers } from '../temporal/worker.ts';
import type { Platforms } from './platforms.ts';

export interface Back {
  readonly workers: RunningWorkers;
  close(): Promise<void>;
}

export async function startBack(options: {
  readonly config: Config;
  readonly platforms: Platforms;
  readonly gateway: Gateway;
  readonly environments: EnvironmentClient;
  readonly temporal: { readonly address: TemporalAddress; readonly namespace: string };
  readonly log: Logger;
}): Promise<Back> {
  const { config, platforms, gateway, environments, temporal, log } = options;
  const { github, slack, buildkite } = platforms;
  const now = Date.now;
  const people = createPeople({ github, slack, now });
  const deciding = createDecidingActivities({ config, github, gateway, people, now });
  const connection = await connectWorker(temporal.address);
  const workers = await startWorkers({
    connection,
    namespace: temporal.namespace,
    bundle: await loadBundle(),
    activities: {
      workflows: withFailures({ ...deciding, ...createPeers(environments) }),
      buildkite: withFailures(createBuildkiteActivities({ buildkite, now })),
      notify: withFailures(createNotifyActivities({ github, slack, prefix: config.slack.command, log, now })),
    },
  });
  return {
    workers,
    close: async () => {
      workers.stop();
      await workers.done;
      await connection.close();
    },
  };
}
