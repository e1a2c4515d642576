// The zones that a process serves: where Temporal is for each, and the gateway that reaches them all.
import type { Client } from '@temporalio/client';
import type { Config } from '../config/config.ts';
import type { Settings } from '../config/env.ts';
import { zoneSuffix } from '../config/secret-rules.ts';
import { createGatewayAcross, zonesAlone, type ZoneLine } from '../temporal/across-zones.ts';
import { createClient, readTemporalAddress, type TemporalAddress } from '../temporal/connect.ts';
import type { EnvironmentClient } from '../temporal/environments.ts';
import { createGateway, type Gateway } from '../temporal/gateway.ts';
import type { OneZone } from '../temporal/one-zone.ts';
import { serviceOfPipeline } from '../../workflows/block-contract.ts';
import { BUILD_TIMING, ENVIRONMENT_TIMING, type EnvironmentTiming } from '../../workflows/timing.ts';

export interface ServedZone {
  readonly name: string;
  readonly organization: string;
  readonly address: TemporalAddress;
  readonly namespace: string;
  readonly client: Client;
  readonly environments: EnvironmentClient;
  readonly gateway: Gateway;
}

/** null: no variable and no profile says where Temporal is. Throws `Trouble` (invalid). */
export function addressOf(env: Readonly<Record<string, string | undefined>>, settings: Settings, zone: string): TemporalAddress | null {
  const key = settings.temporal.apiKeys[zone] ?? null;
  return readTemporalAddress(env, { suffix: zoneSuffix(zone), apiKey: key === null ? null : () => key.reveal() });
}

/** Where the zone lives: what a variable says of `default`, else what the configuration says. */
export function namespaceOf(config: Config, zone: string, address: Pick<TemporalAddress, 'namespace'>): string {
  const written = config.zones[zone]?.namespace ?? 'default';
  return zone === 'default' ? (address.namespace ?? written) : written;
}

export function openZone(options: {
  readonly name: string;
  readonly isHome: boolean;
  readonly config: Config;
  readonly settings: Settings;
  readonly address: TemporalAddress;
}): ServedZone {
  const { name, isHome, config, settings, address } = options;
  const namespace = namespaceOf(config, name, address);
  const client = createClient(address, namespace);
  const environments = { client, timing: environmentTiming(settings, name) };
  const organization = config.zones[name]?.organization ?? settings.buildkite.organization;
  return { name, organization, address, namespace, client, environments, gateway: createGateway(environments, isHome) };
}

/** Two zones of one namespace would be none. */
export function sameNamespace(zones: readonly ServedZone[]): readonly [ServedZone, ServedZone] | null {
  for (const [at, zone] of zones.entries()) {
    const other = zones.slice(0, at).find(({ namespace, address }) => namespace === zone.namespace && address.address === zone.address.address);
    if (other !== undefined) return [other, zone];
  }
  return null;
}

/** The zones as one, and each by itself. */
export interface Reach {
  readonly gateway: Gateway;
  readonly zones: readonly OneZone[];
}

export function reachOf(config: Config, [home, ...others]: readonly [ServedZone, ...ServedZone[]]): Reach {
  const lines = [lineOf(config, home), ...others.map((zone) => lineOf(config, zone))] as const;
  return { gateway: createGatewayAcross(lines), zones: zonesAlone(lines) };
}

function lineOf(config: Config, { name, gateway }: ServedZone): ZoneLine {
  const services = config.services.filter(({ zone }) => zone === name);
  const policies = services.flatMap(({ environments }) => Object.values(environments));
  return {
    name,
    gateway,
    services: services.map((service) => service.name),
    targets: policies.map(({ target }) => target),
    repositories: services.map(({ repo }) => repo.toLowerCase()),
    pipelines: config.pipelines
      .filter(({ zone }) => zone === name)
      .map(({ organization, slug }) => serviceOfPipeline({ organization, pipeline: slug })),
    builds: ({ organization, pipeline }) => policies.some((policy) => policy.organization === organization && policy.pipeline === pipeline),
  };
}

/** Without webhooks of Buildkite builds are polled from the start. */
function environmentTiming({ buildkite }: Settings, zone: string): EnvironmentTiming {
  const silentMs = (buildkite.webhookTokens[zone] ?? []).length > 0 ? BUILD_TIMING.silentMs : 0;
  return { ...ENVIRONMENT_TIMING, build: { ...BUILD_TIMING, silentMs } };
}
