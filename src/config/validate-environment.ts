// The checks of one environment. Pure.
import { toRule } from './build-rule.ts';
import { problemAt, type Draft } from './draft.ts';
import type { PlacedEnvironment } from './placed.ts';
import { quote, suggest, type Problem } from './problem.ts';
import type { RuleEntry } from './schema-rule.ts';
import { validateBlocks } from './validate-blocks.ts';
import { validateEmergency } from './validate-emergency.ts';
import { validateRule, type Tell, type Told } from './validate-rule.ts';
import type { WaitingEntry } from './schema-waiting.ts';
import { toWaiting, validateWaiting } from './waiting.ts';
import { ROLES } from '../policy/environment-policy.ts';
import { escalatedRule } from '../policy/escalation.ts';
import { countAlternatives } from '../policy/matching.ts';
import { groupsOfRule, unsatisfiable } from '../policy/rule.ts';
import { githubPersonKey } from '../ids.ts';
import type { Person } from '../../workflows/vocabulary.ts';

/** Words that `may` understands by themselves. */
export const RESERVED_GROUPS: readonly string[] = [...ROLES, 'requester', 'approvers'];

export function validateEnvironment(draft: Draft, placed: PlacedEnvironment): readonly Problem[] {
  const tell: Tell = (inner, told) => {
    const { source, path } = placed.origin(inner);
    return problemAt(source, path, told);
  };
  const { environment } = placed;
  const missing = { found: 'no `pipeline` is given, here or in defaults', fix: 'Write the slug of the Buildkite pipeline: `pipeline: api-deploy`' };
  return [
    ...(placed.isWritten('pipeline') ? [] : [tell(['pipeline'], missing)]),
    ...validateRefs(placed, tell),
    ...validateMay(draft, placed, tell),
    ...validateParameters(placed, tell),
    ...validateEmergency(placed, { draft, tell, possible: (rule, told) => validatePossible(draft, rule, told) }),
    ...validateEnvironmentBlocks(draft, placed, tell),
    ...(!placed.isWritten('approvals')
      ? [
          tell(['approvals'], {
            found: `nothing says who approves ${environment}`,
            fix: 'Write a rule such as `approvals: { group: sre, count: 1 }`, or `approvals: none`',
          }),
        ]
      : validateApprovals(draft, placed, tell)),
  ];
}

function validateEnvironmentBlocks(draft: Draft, { merged }: PlacedEnvironment, tell: Tell): readonly Problem[] {
  if (merged.blocks === undefined || merged.blocks === 'none') return [];
  return validateBlocks(merged.blocks, { draft, at: ['blocks'], tell });
}

const STARS_MAX = 4;

function validateRefs({ merged }: PlacedEnvironment, tell: Tell): readonly Problem[] {
  return validatePatterns(merged.refs ?? [], (at, told) => tell(['refs', at], told));
}

function validatePatterns(patterns: readonly string[], tell: (at: number, told: Told) => Problem): readonly Problem[] {
  return patterns.flatMap((pattern, at) => {
    if (patterns.indexOf(pattern) !== at) return [tell(at, { found: `${quote(pattern)} is listed twice`, fix: 'Take one out' })];
    const stars = pattern.split(/\*+/).length - 1;
    return stars <= STARS_MAX ? [] : [tell(at, { found: `${quote(pattern)} has ${stars} wildcards`, fix: `Use at most ${STARS_MAX}` })];
  });
}

function validateMay({ written }: Draft, { merged }: PlacedEnvironment, tell: Tell): readonly Problem[] {
  const words = [...RESERVED_GROUPS.filter((word) => word !== 'none'), ...written.groups];
  return (['request', 'cancel', 'extend', 'emergency'] as const).flatMap((act) => {
    const who = merged.may?.[act];
    if (who === undefined) return [];
    if (who.length === 0) return [tell(['may', act], { found: 'nobody is listed', fix: 'List repository roles or groups' })];
    return who.flatMap((word, at) => {
      if (!words.includes(word))
        return [tell(['may', act, at], { found: `${quote(word)} is neither a role nor a group`, fix: suggest(word, words) })];
      if ((act !== 'request' && act !== 'emergency') || word !== 'requester') return [];
      return [tell(['may', act, at], { found: 'whoever asks is the requester', fix: 'List repository roles or groups' })];
    });
  });
}

function validateParameters({ merged }: PlacedEnvironment, tell: Tell): readonly Problem[] {
  return Object.entries(merged.parameters ?? {}).flatMap(([name, { choices, default: fallback }]) => {
    const twice = choices.findIndex((choice, at) => choices.indexOf(choice) !== at);
    return [
      ...(twice === -1
        ? []
        : [tell(['parameters', name, 'choices', twice], { found: `${quote(choices[twice])} is listed twice`, fix: 'Take one out' })]),
      ...(fallback === undefined || choices.includes(fallback)
        ? []
        : [tell(['parameters', name, 'default'], { found: `${quote(fallback)} is not among the choices`, fix: suggest(fallback, choices) })]),
    ];
  });
}

const ALTERNATIVES_MAX = 64;

function validateApprovals(draft: Draft, { merged, environment }: PlacedEnvironment, tell: Tell): readonly Problem[] {
  if (merged.approvals === undefined || merged.approvals === 'none') return [];
  const problems = validateWaiting({ draft, rule: merged.approvals, who: 'requests', tell });
  const patterns = validatePatterns(merged.approvals.onPush?.small?.files ?? [], (at, told) =>
    tell(['approvals', 'onPush', 'small', 'files', at], told),
  );
  const wrong = [...patterns, ...validateRule({ entry: merged.approvals, inner: ['approvals'], draft, tell })];
  if (wrong.length > 0) return [...problems, ...wrong];
  return [
    ...problems,
    ...validatePossible(draft, merged.approvals, (told) => tell(['approvals'], { ...told, found: `${told.found} on ${environment}` })),
  ];
}

export function validatePossible({ groups, people }: Draft, approvals: RuleEntry & WaitingEntry, tell: (told: Told) => Problem): readonly Problem[] {
  const tree = toRule(approvals);
  if (tree === null) return [];
  const escalated = escalatedRule({ tree, exclude: [], expireMs: 0, ...toWaiting(approvals) });
  const alternatives = countAlternatives(escalated.tree ?? tree);
  if (alternatives > ALTERNATIVES_MAX)
    return [tell({ found: `the rule has ${alternatives} ways to be satisfied`, fix: `Keep them to ${ALTERNATIVES_MAX}` })];
  const known = new Map(people.map(({ entry }) => [entry.name, toMember(entry)]));
  // A group that is broken, or names somebody who is not there, has been told already. Who is in a team or a user group is known when it is read.
  const isWhole = (name: string): boolean => Object.hasOwn(groups, name) && groups[name]?.people?.every((person) => known.has(person)) === true;
  if (!groupsOfRule(tree).every(isWhole)) return [];
  const members = Object.entries(groups).map(([name, group]) => [name, (group.people ?? []).flatMap((person) => known.get(person) ?? [])] as const);
  const impossible = unsatisfiable({ rule: { tree, exclude: [], expireMs: 0 }, groups: Object.fromEntries(members), excluded: new Set() });
  if (impossible === null) return [];
  const { group, needed, could } = impossible;
  const found = `the rule can never be satisfied: it asks for ${needed} of ${quote(group)}, where ${could} could be had, since nobody fills two places`;
  return [tell({ found, fix: 'Ask for fewer, or add people to the group' })];
}

function toMember({ name, github }: Draft['people'][number]['entry']): Person {
  return { key: githubPersonKey(github.id), name, mapped: true, github, slack: null };
}
