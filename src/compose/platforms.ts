// The clients of the three platforms, made from the settings: two for the process, and Buildkite's for each zone whose credential it holds.
import type { Logger } from 'pino';
import type { BuildkiteApi, Quota } from '../buildkite/api.ts';
import { createBuildkite } from '../buildkite/client.ts';
import { createLimiter, type Limiter, type LimiterState } from '../buildkite/limiter.ts';
import { type Pace, paceOf } from '../buildkite/pace.ts';
import { openSharedBucket } from '../buildkite/shared-bucket.ts';
import type { Settings } from '../config/env.ts';
import { createCredentials } from './credentials.ts';
import type { GithubApi } from '../github/api.ts';
import { createGithub } from '../github/client.ts';
import { createMetrics, type Metrics } from '../ops/metrics.ts';
import type { SlackApi } from '../slack/api.ts';
import { createSlack } from '../slack/client.ts';

/** Check runs of ours: not a gate, or they would wait for themselves. */
const OWN_CHECKS = 'countersign/';

export interface Platforms {
  readonly github: GithubApi;
  readonly slack: SlackApi;
  readonly metrics: Metrics;
}

/** What builds for one zone. */
export interface Builder {
  readonly zone: string;
  readonly buildkite: BuildkiteApi;
  readonly limiter: Limiter;
  /** What Buildkite allows our user. */
  readonly requestsPerMinute: number;
  /** When its token runs out; null: never, or nobody has needed it lately. */
  readonly tokenExpiresAt: () => number | null;
}

export function createPlatforms(options: {
  readonly settings: Settings;
  /** Asked when the metrics are read. */
  readonly builders: () => readonly Builder[];
  readonly log: Logger;
  readonly version: string;
}): Platforms {
  const { settings, builders, log, version } = options;
  const now = Date.now;
  return {
    metrics: createMetrics({
      quota: () => lowest(builders()),
      limiter: () => together(builders()),
      tokens: () => builders().map(({ zone, tokenExpiresAt }) => ({ zone, expiresAt: tokenExpiresAt() })),
      version,
    }),
    github: createGithub({
      appId: settings.github.appId,
      privateKey: () => settings.github.privateKey.reveal(),
      baseUrl: settings.github.apiUrl,
      ownCheckPrefix: OWN_CHECKS,
      log,
      now,
    }),
    slack: createSlack({ token: () => settings.slack.botToken.reveal(), apiUrl: settings.slack.apiUrl, log, now }),
  };
}

export function createBuilder(options: {
  readonly settings: Settings;
  readonly zone: string;
  readonly organization: string;
  /** Of the organization's quota, as configured for the zone. */
  readonly keepForOthers: number | undefined;
  readonly metrics: Metrics;
  readonly log: Logger;
}): Builder {
  const { settings, zone, organization, metrics, log } = options;
  const now = Date.now;
  const credential = settings.buildkite.credentials[zone];
  if (credential === undefined) throw new Error(`no Buildkite credential for zone ${zone}`);
  const credentials = createCredentials(credential, { organization, now, log });
  const requestsPerMinute = settings.buildkite.requestsPerMinute[zone] ?? 50;
  const limiter = limiterOf(options, paceOf(requestsPerMinute));
  const baseUrl = settings.buildkite.apiUrl;
  const onAnswer: Metrics['buildkiteAnswered'] = (answer) => metrics.buildkiteAnswered(answer);
  return {
    zone,
    limiter,
    requestsPerMinute,
    buildkite: createBuildkite({ credentials, organization, baseUrl, limiter, log, now, onAnswer }),
    tokenExpiresAt: () => credentials.expiresAt(),
  };
}

/** With Redis one for all processes of the zone. */
function limiterOf({ settings, zone, organization, keepForOthers, log }: Parameters<typeof createBuilder>[0], pace: Pace): Limiter {
  const now = Date.now;
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

/** Of several zones the one with the least left. */
export function lowest(builders: readonly Builder[]): readonly Quota[] {
  const quotas = builders.flatMap(({ limiter }) => limiter.quota());
  const scopes = new Set(quotas.map(({ scope }) => scope));
  return [...scopes].flatMap((scope) =>
    quotas
      .filter((quota) => quota.scope === scope)
      .toSorted((a, b) => a.remaining - b.remaining)
      .slice(0, 1),
  );
}

/** Of several zones the worst. */
export function together(builders: readonly Builder[]): LimiterState {
  const states = builders.map(({ limiter }) => limiter.state());
  const trouble = ({ mode, isGuessed }: LimiterState): number => Number(mode === 'degraded') + Number(isGuessed);
  const [first] = states.toSorted((one, other) => trouble(other) - trouble(one));
  return {
    ...(first ?? { mode: 'own', processes: 0, isGuessed: false, closed: {} }),
    waiting: states.reduce((sum, { waiting }) => sum + waiting, 0),
  };
}
