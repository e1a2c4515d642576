// The clients of the three platforms, each made once per process from the settings.
import type { Logger } from 'pino';
import type { BuildkiteApi } from '../buildkite/api.ts';
import { createBuildkite } from '../buildkite/client.ts';
import { createLimiter, type Limiter } from '../buildkite/limiter.ts';
import { type Pace, paceOf } from '../buildkite/pace.ts';
import { openSharedBucket } from '../buildkite/shared-bucket.ts';
import type { Settings } from '../config/env.ts';
import type { BuildkiteCredential } from '../config/buildkite-credential.ts';
import { createCredentials } from './credentials.ts';
import type { GithubApi } from '../github/api.ts';
import { createGithub } from '../github/client.ts';
import { createMetrics, type Metrics } from '../ops/metrics.ts';
import type { SlackApi } from '../slack/api.ts';
import { createSlack } from '../slack/client.ts';

/** Check runs of ours: not a gate, or they would wait for themselves. */
export const OWN_CHECKS = 'countersign/';

export interface Platforms {
  readonly github: GithubApi;
  readonly slack: SlackApi;
  readonly buildkite: BuildkiteApi;
  readonly limiter: Limiter;
  /** What Buildkite allows our user. */
  readonly requestsPerMinute: number;
  readonly metrics: Metrics;
}

export function createPlatforms(options: {
  readonly settings: Settings;
  readonly zone: string;
  /** Of the organization's quota, as configured for the zone. */
  readonly keepForOthers: number | undefined;
  readonly log: Logger;
  readonly version: string;
}): Platforms {
  const { settings, zone, log, version } = options;
  const now = Date.now;
  const { organization } = settings.buildkite;
  const requestsPerMinute = settings.buildkite.requestsPerMinute[zone] ?? 50;
  const limiter = limiterOf(options, paceOf(requestsPerMinute));
  const metrics = createMetrics({ quota: () => limiter.quota(), limiter: () => limiter.state(), version });
  return {
    limiter,
    metrics,
    requestsPerMinute,
    github: createGithub({
      appId: settings.github.appId,
      privateKey: () => settings.github.privateKey.reveal(),
      baseUrl: settings.github.apiUrl,
      ownCheckPrefix: OWN_CHECKS,
      log,
      now,
    }),
    slack: createSlack({ token: () => settings.slack.botToken.reveal(), apiUrl: settings.slack.apiUrl, log, now }),
    buildkite: createBuildkite({
      credentials: createCredentials(requireCredential(settings, zone), { organization, now, log }),
      organization,
      baseUrl: settings.buildkite.apiUrl,
      limiter,
      log,
      now,
      onAnswer: (answer) => metrics.buildkiteAnswered(answer),
    }),
  };
}

/** With Redis one for all processes of the zone. */
function limiterOf({ settings, zone, keepForOthers, log }: Parameters<typeof createPlatforms>[0], pace: Pace): Limiter {
  const now = Date.now;
  const { organization } = settings.buildkite;
  const url = settings.redisUrl;
  const shared = url === null ? null : openSharedBucket({ url: () => url.reveal(), owner: `${organization}:${zone}`, pace, now, log });
  return createLimiter({
    organization,
    now,
    log,
    pace,
    ...(keepForOthers === undefined ? {} : { keepForOthers }),
    ...(shared === null ? {} : { shared }),
  });
}

function requireCredential(settings: Settings, zone: string): BuildkiteCredential {
  const credential = settings.buildkite.credentials[zone];
  if (credential === undefined) throw new Error(`no Buildkite credential for zone ${zone}`);
  return credential;
}
