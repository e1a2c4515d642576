// The configuration that stories are played under: Acme's people, and as many services as a file of stories needs.
import type { StepDefinition } from '../../src/sim/buildkite/state.ts';
import { PEOPLE, REPOSITORY } from '../../src/sim/world.ts';

/** Written as in `countersign.yml`. */
export type EnvironmentEntry = Readonly<Record<string, unknown>>;

export interface ServiceEntry {
  readonly repo?: string;
  readonly aliases?: readonly string[];
  readonly environments?: Readonly<Record<string, EnvironmentEntry>>;
  /** What its builds do; one quick step unless given. Its pipeline is called like the service. */
  readonly steps?: readonly StepDefinition[];
  readonly skipQueuedBranchBuilds?: boolean;
}

/** Names of people, or where a platform says who is in it. */
export type GroupEntry = readonly string[] | { readonly githubTeam: string } | { readonly slackGroup: string };

/** One of sre and one of api-owners, in any order. */
export const TWO_GROUPS = {
  all: [
    { group: 'sre', count: 1 },
    { group: 'api-owners', count: 1 },
  ],
} as const;
export const ONE_SRE = { group: 'sre', count: 1 } as const;

/** Staging free, production with one of sre; checks are asked for, as everywhere. */
const USUAL: Readonly<Record<string, EnvironmentEntry>> = {
  staging: { approvals: 'none' },
  production: { approvals: ONE_SRE },
};

export const channelOf = (service: string): string => `C0${service.toUpperCase().replaceAll('-', '')}`;

/** Somebody else than Acme's people, known to the configuration by these accounts. */
export interface Newcomer {
  readonly name: string;
  readonly github: { readonly id: number; readonly login: string };
  readonly slack: string;
}

export interface AtBuildkite {
  /** By name: the e-mail addresses of people's accounts there. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** The section `pipelines`. */
  readonly pipelines?: Readonly<Record<string, unknown>>;
}

/** A file of configuration; every service has a channel of its own, so that stories do not wait for each other's messages. */
export function configOf(
  services: Readonly<Record<string, ServiceEntry>>,
  groups: Readonly<Record<string, GroupEntry>> = {},
  emails: Readonly<Record<string, string>> = {},
  { addresses = {}, pipelines = {} }: AtBuildkite = {},
  newcomers: readonly Newcomer[] = [],
): string {
  const known = Object.values(PEOPLE).flatMap(({ name, github, slack, role }) =>
    github === null || role === 'stranger'
      ? []
      : [{ name, github, ...(emails[name] === undefined ? { slack } : { email: emails[name] }), buildkite: addresses[name] }],
  );
  const people = [...known, ...newcomers];
  const all: Readonly<Record<string, GroupEntry>> = { sre: ['Bea', 'Carl'], 'api-owners': ['Dan'], ...groups };
  // JSON is YAML.
  return JSON.stringify({
    version: 1,
    slack: { team: 'T01ACME', channel: 'C0DEPLOYS', ...(Object.keys(emails).length === 0 ? {} : { matchEmail: true }) },
    people,
    groups: Object.fromEntries(Object.entries(all).map(([name, group]) => [name, Array.isArray(group) ? { people: group } : group])),
    ...(Object.keys(pipelines).length === 0 ? {} : { pipelines }),
    services: Object.fromEntries(Object.entries(services).map(([name, entry]) => [name, serviceOf(name, entry)])),
  });
}

function serviceOf(name: string, { repo = REPOSITORY, aliases = [], environments = USUAL }: ServiceEntry): unknown {
  const withPipelines = Object.entries(environments).map(([environment, entry]) => [environment, { pipeline: name, ...entry }]);
  return { repo, aliases, slack: { channel: channelOf(name) }, environments: Object.fromEntries(withPipelines) };
}
