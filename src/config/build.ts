// A checked draft becomes the configuration that the rest of Countersign reads: every default filled in.
import { toBlocks, toPipeline } from './build-blocks.ts';
import { toRule } from './build-rule.ts';
import type { Config, GroupSource, Service, Zone } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import { DEFAULT_ZONE, type Draft, type DraftService } from './draft.ts';
import { parseDuration } from './duration.ts';
import { placeEnvironment } from './placed.ts';
import type { EnvironmentEntry, GroupEntry } from './schema.ts';
import { toWaiting } from './waiting.ts';
import { githubPersonKey, target } from '../ids.ts';
import { parseRefRule } from '../policy/ref-rule.ts';
import { ROLES, type EnvironmentPolicy, type Gates, type MayRule, type OnGithub } from '../policy/environment-policy.ts';
import type { ApprovalRule, Person } from '../../workflows/vocabulary.ts';

/** `slack` is present and `draft` has no problems. */
export function buildConfig(draft: Draft, slack: NonNullable<Draft['slack']>): Config {
  const people = draft.people.map(({ entry }) => toPerson(entry, slack.team));
  const byName = new Map(people.map((person) => [person.name, person]));
  const members = (names: readonly string[]): readonly Person[] => names.flatMap((name) => byName.get(name) ?? []);
  return {
    slack: { team: slack.team, channel: slack.channel, command: slack.command ?? DEFAULTS.command },
    people,
    byEmail: new Map(
      draft.people.flatMap(({ entry }) => (entry.email === undefined ? [] : [[entry.email.toLowerCase(), toPerson(entry, slack.team)]])),
    ),
    groups: mapValues(draft.groups, (group) => toGroup(group, members)),
    zones: mapValues(draft.zones, toZone),
    services: draft.services.map((service) => toService(service, draft, slack.channel)),
    pipelines: draft.pipelines.map((pipeline) => toPipeline(pipeline, draft, slack.channel)),
    buildkite: Object.fromEntries(
      draft.people.flatMap(({ entry: { github, buildkite } }) =>
        buildkite === undefined ? [] : [[githubPersonKey(github.id), buildkite.toLowerCase()]],
      ),
    ),
  };
}

/** What must not be deployed to twice at once, unless configured. */
export function targetOf(service: string, environment: string, entry: EnvironmentEntry): string {
  return entry.target ?? `${service}/${environment}`;
}

function toZone({ temporal, buildkite: { keepForOthers, ...buildkite } }: Draft['zones'][string]): Zone {
  const keep = keepForOthers === undefined ? {} : { keepForOthers: Number(keepForOthers.replace('%', '')) / 100 };
  return { namespace: temporal.namespace, ...buildkite, ...keep };
}

function toPerson({ name, github, slack }: Draft['people'][number]['entry'], team: string): Person {
  const { id, login } = github;
  return { key: githubPersonKey(id), name, mapped: true, github: { id, login }, slack: slack === undefined ? null : { team, user: slack } };
}

function toGroup({ people, githubTeam, slackGroup }: GroupEntry, members: (names: readonly string[]) => readonly Person[]): GroupSource {
  if (slackGroup !== undefined) return { kind: 'slack-group', id: slackGroup };
  if (githubTeam === undefined) return { kind: 'people', people: members(people ?? []) };
  const [org = '', slug = ''] = githubTeam.split('/');
  return { kind: 'github-team', org, slug };
}

function toService(service: DraftService, draft: Draft, channel: string): Service {
  const { name, entry } = service;
  const order = Object.keys(entry.environments);
  const policies = order.map((environment) => {
    const { merged } = placeEnvironment(draft, service, environment);
    return [environment, toPolicy({ service, environment, merged, draft, channel })] as const;
  });
  return {
    name,
    aliases: entry.aliases ?? [],
    repo: entry.repo,
    zone: entry.zone ?? DEFAULT_ZONE,
    environments: Object.fromEntries(policies),
    order,
  };
}

interface Placed {
  readonly service: DraftService;
  readonly environment: string;
  readonly merged: EnvironmentEntry;
  readonly draft: Draft;
  readonly channel: string;
}

function toPolicy({ service: { name, entry }, environment, merged, draft, channel }: Placed): EnvironmentPolicy {
  const zone = entry.zone ?? DEFAULT_ZONE;
  return {
    service: name,
    aliases: entry.aliases ?? [],
    environment,
    zone,
    repo: entry.repo,
    organization: draft.zones[zone]?.buildkite.organization ?? '',
    pipeline: merged.pipeline ?? '',
    target: target(targetOf(name, environment, merged)),
    environmentUrl: merged.url ?? null,
    refs: (merged.refs ?? DEFAULTS.refs).map(parseRefRule),
    may: {
      request: toMay(merged.may?.request ?? DEFAULTS.may.request),
      cancel: toMay(merged.may?.cancel ?? DEFAULTS.may.cancel),
      extend: toMay(merged.may?.extend ?? DEFAULTS.may.extend),
      ...(merged.may?.emergency === undefined ? {} : { emergency: toMay(merged.may.emergency) }),
    },
    gates: toGates(merged.gates ?? {}),
    parameters: Object.entries(merged.parameters ?? {}).map(([parameter, rule]) => ({
      name: parameter,
      choices: rule.choices,
      default: rule.default ?? null,
    })),
    approvals: toApprovals(merged.approvals),
    github: toGithub({ service: name, repo: entry.repo, environment, merged, draft }),
    ...toEmergency(merged),
    ...(merged.blocks === undefined ? {} : { blocks: merged.blocks === 'none' ? 'none' : toBlocks(merged.blocks) }),
    isProtected: merged.approvals !== 'none',
    slack: { channel: entry.slack?.channel ?? channel, also: entry.slack?.also ?? [] },
  };
}

function toApprovals(approvals: EnvironmentEntry['approvals']): ApprovalRule {
  const rule = approvals === undefined || approvals === 'none' ? {} : approvals;
  // The requester never counts, whether the list names it or not.
  const exclude = [...new Set([...DEFAULTS.exclude, ...(rule.exclude ?? [])])];
  return {
    tree: toRule(rule),
    exclude,
    expireMs: parseDuration(rule.expire ?? DEFAULTS.expire),
    onPush: { keep: rule.onPush?.keep === 'requester' ? 'requester' : null, small: rule.onPush?.small ?? null },
    onClose: rule.onClose ?? DEFAULTS.onClose,
    onMerge: rule.onMerge ?? DEFAULTS.onMerge,
    ...(rule.stepUp === undefined ? {} : { stepUp: rule.stepUp }),
    ...toWaiting(rule),
  };
}

interface Shown {
  readonly service: string;
  readonly repo: string;
  readonly environment: string;
  readonly merged: EnvironmentEntry;
  readonly draft: Draft;
}

function toGithub({ service, repo, environment, merged, draft }: Shown): OnGithub {
  const { check, deployments } = { ...DEFAULTS.github, ...merged.github };
  const isAlone = draft.services.every(({ name, entry }) => name === service || entry.repo.toLowerCase() !== repo.toLowerCase());
  return { check: check ?? true, deployments: deployments === false ? null : isAlone ? environment : `${service}-${environment}` };
}

function toEmergency({ may, emergency }: EnvironmentEntry): Pick<EnvironmentPolicy, 'emergency'> {
  const review = emergency?.review === undefined ? null : toRule(emergency.review);
  if (may?.emergency === undefined || review === null) return {};
  const { skip, remind } = DEFAULTS.emergency;
  return { emergency: { skip: emergency?.skip ?? skip, review, remindMs: parseDuration(emergency?.remind ?? remind) } };
}

function toGates(gates: NonNullable<EnvironmentEntry['gates']>): Gates {
  const checks = gates.checks ?? DEFAULTS.checks;
  return {
    checks: checks === 'none' ? null : checks,
    review: gates.review ?? false,
    upToDate: gates.upToDate ?? false,
    keepsLive: gates.keepsLive ?? false,
    after: Object.entries(gates.after ?? {}).map(([environment, soak]) => ({ environment, soakMs: parseDuration(soak) })),
  };
}

function toMay(who: readonly string[]): MayRule {
  const isRole = (word: string): boolean => ROLES.some((role) => role === word);
  return {
    roles: ROLES.filter((role) => who.includes(role)),
    groups: who.filter((word) => !isRole(word) && word !== 'requester' && word !== 'approvers'),
    requester: who.includes('requester'),
    approvers: who.includes('approvers'),
  };
}

function mapValues<From, To>(map: Readonly<Record<string, From>>, change: (value: From) => To): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, change(value)]));
}
