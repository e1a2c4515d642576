// The configuration after includes, defaults and checks: what the rest of Countersign reads. Plain data and look-ups.
import type { Person, Target } from '../../workflows/vocabulary.ts';
import type { PipelinePolicy } from '../policy/block-policy.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';

/** A trust zone: one Temporal namespace and one Buildkite organization. */
export interface Zone {
  readonly namespace: string;
  /** Slug. */
  readonly organization: string;
  /** UUID, which outlives the slug. */
  readonly organizationId?: string | undefined;
  /** Of the organization's quota of requests, 0 to 1. */
  readonly keepForOthers?: number | undefined;
  /** In whose name builds are created and their steps unblocked; the bot's unless said. */
  readonly actAs?: 'bot' | 'approver' | undefined;
}

export interface Service {
  readonly name: string;
  readonly aliases: readonly string[];
  /** `owner/name` as written; compared without case. */
  readonly repo: string;
  readonly zone: string;
  readonly environments: Readonly<Record<string, EnvironmentPolicy>>;
  /** Names of the environments in the order of the configuration. */
  readonly order: readonly string[];
}

/** Where the members of a group are written down. Only `people` says them here; the others are read through the API, never frozen. */
export type GroupSource =
  | { readonly kind: 'people'; readonly people: readonly Person[] }
  /** `org`: login of the organization; `slug`: of the team. */
  | { readonly kind: 'github-team'; readonly org: string; readonly slug: string }
  /** `id`: of the user group, `S…`. */
  | { readonly kind: 'slack-group'; readonly id: string };

export interface Config {
  /** `command`: the word of the slash command and of comments, `/deploy` unless configured. */
  readonly slack: { readonly team: string; readonly channel: string; readonly command: string };
  readonly people: readonly Person[];
  /** Who has which address in the workspace, of people whose Slack account nobody wrote down; by address in lower case. Empty unless `matchEmail`. */
  readonly byEmail: ReadonlyMap<string, Person>;
  readonly groups: Readonly<Record<string, GroupSource>>;
  readonly zones: Readonly<Record<string, Zone>>;
  readonly services: readonly Service[];
  /** For builds that Countersign did not start. */
  readonly pipelines: readonly PipelinePolicy[];
  /** By the key of a person: the e-mail address of their Buildkite account, in lower case. */
  readonly buildkite: Readonly<Record<string, string>>;
}

/** The service of this name or alias, without case; null if there is none. */
export function findService(config: Config, name: string): Service | null {
  const wanted = name.toLowerCase();
  const isNamed = (service: Service): boolean => [service.name, ...service.aliases].some((known) => known.toLowerCase() === wanted);
  return config.services.find(isNamed) ?? null;
}

/** The services of a repository (`owner/name`, without case), in the order of the configuration. */
export function servicesOf(config: Config, repo: string): readonly Service[] {
  return config.services.filter((service) => service.repo.toLowerCase() === repo.toLowerCase());
}

/** The policy of one service (by name or alias) in one environment; null if either is unknown. */
export function policyOf(config: Config, service: string, environment: string): EnvironmentPolicy | null {
  const found = findService(config, service);
  if (found === null || !Object.hasOwn(found.environments, environment)) return null;
  return found.environments[environment] ?? null;
}

/** A target and where its builds are. */
export interface EnvironmentPlace {
  readonly target: Target;
  readonly organization: string;
  readonly pipelines: readonly string[];
}

/** A target with every pipeline that builds on it: only all of them together say what runs there and what is live. */
export function placeOf(config: Config, { target, organization, pipeline }: EnvironmentPolicy): EnvironmentPlace {
  const sharing = config.services.flatMap((service) => Object.values(service.environments)).filter((policy) => policy.target === target);
  return { target, organization, pipelines: [...new Set([pipeline, ...sharing.map((policy) => policy.pipeline)])] };
}

/** Environments that come after this one: those whose `after` names it, else the next one in the order of the configuration. */
export function promotesTo(service: Service, environment: string): readonly string[] {
  const asking = service.order.filter((name) => service.environments[name]?.gates.after.some((step) => step.environment === environment));
  if (asking.length > 0) return asking;
  const at = service.order.indexOf(environment);
  return at === -1 ? [] : service.order.slice(at + 1, at + 2);
}

/** The pipeline of this slug in this organization; null where the configuration says nothing of it. */
export function findPipeline(config: Config, organization: string, slug: string): PipelinePolicy | null {
  return config.pipelines.find((pipeline) => pipeline.slug === slug && pipeline.organization === organization) ?? null;
}
