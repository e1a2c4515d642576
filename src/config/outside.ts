// What holds for builds that nobody asked Countersign for, by their pipeline. Look-ups, no more.
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import { cancellerOf, cancellerOfPipeline, OUTSIDE_DEFAULT, type Canceller, type OutsidePolicy } from '../policy/outside-policy.ts';
import { findPipeline, type Config } from './config.ts';

export interface Outside {
  readonly policy: OutsidePolicy;
  /** Where it is told. */
  readonly channel: string;
  /** One is enough. */
  readonly cancellers: readonly Canceller[];
}

/** null: the configuration does not know the pipeline. */
export function outsideOf(config: Config, organization: string, slug: string): Outside | null {
  const pipeline = findPipeline(config, organization, slug);
  const environments = environmentsOf(config, organization, slug);
  if (pipeline === null && environments.length === 0) return null;
  const cancellers = environments.map(cancellerOf);
  const different = cancellers.filter((one, place) => cancellers.findIndex((other) => JSON.stringify(other) === JSON.stringify(one)) === place);
  return {
    policy: pipeline?.outside ?? OUTSIDE_DEFAULT,
    channel: environments[0]?.slack.channel ?? pipeline?.blocks?.channel ?? config.slack.channel,
    cancellers: different.length > 0 || pipeline === null ? different : [cancellerOfPipeline(pipeline.repo)],
  };
}

function environmentsOf(config: Config, organization: string, slug: string): readonly EnvironmentPolicy[] {
  return config.services
    .flatMap(({ environments }) => Object.values(environments))
    .filter((policy) => policy.pipeline === slug && policy.organization === organization);
}
