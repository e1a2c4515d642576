// The clients of the three platforms, each made once per process from the settings.
import type { Logger } from 'pino';
import type { BuildkiteApi } from '../buildkite/api.ts';
import { createBuildkite } from '../buildkite/client.ts';
import { createLimiter, type Limiter } from '../buildkite/limiter.ts';
import { paceOf } from '../buildkite/pace.ts';
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

export function createPlatforms({ settings, zone, log, version }: { settings: Settings; zone: string; log: Logger; version: string }): Platforms {
  const now = Date.now;
  const { organization } = settings.buildkite;
  const requestsPerMinute = settings.buildkite.requestsPerMinute[zone] ?? 50;
  const limiter = createLimiter({ organization, now, log, pace: paceOf(requestsPerMinute) });
  const metrics = createMetrics({ quota: () => limiter.quota(), version });
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

function requireCredential(settings: Settings, zone: string): BuildkiteCredential {
  const credential = settings.buildkite.credentials[zone];
  if (credential === undefined) throw new Error(`no Buildkite credential for zone ${zone}`);
  return credential;
}
