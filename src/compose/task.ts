// What this process is to do, from its words and variables: its role, the zones it serves, its settings and configuration; or every problem.
import { parseArgs } from 'node:util';
import type { Config } from '../config/config.ts';
import { DEFAULT_ZONE } from '../config/draft.ts';
import { configPathOf, homeZone, readSettings, type Settings } from '../config/env.ts';
import { loadConfig } from '../config/load.ts';
import { suggest, type Problem } from '../config/problem.ts';
import { problemOf, type Variables } from '../config/read-secret.ts';
import { readFile } from '../config/read-file.ts';
import { secretsOfOthers } from '../config/secret-rules.ts';

export type Role = 'all' | 'web' | 'worker';

export interface Task {
  readonly role: Role;
  /** The home zone first, if it is one of them; a worker serves one. */
  readonly zones: readonly [string, ...string[]];
  /** Of the whole installation: the zone that writes to people about their accounts. */
  readonly home: string;
  readonly settings: Settings;
  /** A worker's names what is in its zone, and nothing else. */
  readonly config: Config;
}

export type ReadTask =
  | { readonly kind: 'task'; readonly task: Task }
  | { readonly kind: 'problems'; readonly role: Role; readonly problems: readonly Problem[] };

export function readTask(words: readonly string[], env: Variables): ReadTask {
  const { values } = parseArgs({ args: [...words], options: { role: { type: 'string', default: 'all' }, zone: { type: 'string' } } });
  const { role, zone } = values;
  if (role !== 'all' && role !== 'web' && role !== 'worker') {
    return {
      kind: 'problems',
      role: 'all',
      problems: [problemOf('--role', `found "${role}"`, 'Write --role web or --role worker, or leave it out for both')],
    };
  }
  if (zone !== undefined && role !== 'worker') {
    return { kind: 'problems', role, problems: [problemOf('--zone', 'it is for workers', 'Write --role worker before it, or leave it out')] };
  }
  const loaded = loadConfig({ path: configPathOf(env), read: readFile, home: homeZone(env) });
  const used = loaded.kind === 'config' ? zonesOf(loaded.config) : ([DEFAULT_ZONE] as const);
  const zones = role === 'worker' ? ([zone ?? DEFAULT_ZONE] as const) : used;
  const read = readSettings(env, readFile, { zones, builds: role !== 'web' });
  const problems = [...(read.kind === 'problems' ? read.problems : []), ...(loaded.kind === 'problems' ? loaded.problems : [])];
  if (loaded.kind === 'config') {
    const { config } = loaded;
    if (role === 'worker') problems.push(...wrongZone(zones[0], used), ...secretsOfOthers(env, Object.keys(config.zones), zones[0]));
    if (read.kind === 'settings') problems.push(...creatorsWithoutExchange(config, read.settings));
  }
  if (read.kind === 'problems' || loaded.kind === 'problems' || problems.length > 0) return { kind: 'problems', role, problems };
  const config = role === 'worker' ? configOfZone(loaded.config, zones[0]) : loaded.config;
  return { kind: 'task', task: { role, zones, home: used[0], settings: read.settings, config } };
}

/** Zones in which something is deployed; `default` first, if it is one of them. */
function zonesOf({ services, pipelines }: Config): readonly [string, ...string[]] {
  const used = new Set([...services, ...pipelines].map(({ zone }) => zone));
  const [first = DEFAULT_ZONE, ...others] = [...used].toSorted((one, other) => Number(other === DEFAULT_ZONE) - Number(one === DEFAULT_ZONE));
  return [first, ...others];
}

/** The configuration as the workers of a zone see it: a request for anything else names a service that does not exist. */
export function configOfZone(config: Config, zone: string): Config {
  return {
    ...config,
    services: config.services.filter((service) => service.zone === zone),
    pipelines: config.pipelines.filter((pipeline) => pipeline.zone === zone),
  };
}

function wrongZone(zone: string, used: readonly string[]): readonly Problem[] {
  if (used.includes(zone)) return [];
  return [problemOf('--zone', `nothing is deployed in zone "${zone}"`, suggest(zone, used))];
}

function creatorsWithoutExchange({ zones }: Config, { buildkite }: Settings): readonly Problem[] {
  return Object.entries(buildkite.credentials)
    .filter(([zone, { kind }]) => zones[zone]?.actAs === 'approver' && kind !== 'exchange')
    .map(([zone]) =>
      problemOf(
        `zones.${zone}.buildkite.actAs`,
        'nobody can be acted as with this credential',
        'Set up an OAuth token exchange (BUILDKITE_OAUTH_…), or leave it out',
      ),
    );
}
