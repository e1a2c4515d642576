// A rule as it is written becomes one as policy evaluates it. Pure.
import type { RuleEntry } from './schema-rule.ts';
import type { RuleCondition } from '../../workflows/conditions.ts';
import type { RuleNode } from '../../workflows/vocabulary.ts';

/** A rule as policy evaluates it, or null when an entry says nothing or several things at once. */
export function toRule(entry: RuleEntry): RuleNode | null {
  const said = [entry.all, entry.any, entry.group, entry.auto].filter((part) => part !== undefined);
  if (said.length !== 1) return null;
  const when = entry.when === undefined ? {} : { when: toCondition(entry.when) };
  if (entry.group !== undefined) return { kind: 'group', group: entry.group, count: entry.count ?? 1, ...when };
  if (entry.auto !== undefined) return { kind: 'auto', name: entry.auto, ...when };
  const of = (entry.all ?? entry.any ?? []).map(toRule);
  const nodes = of.filter((node): node is RuleNode => node !== null);
  return nodes.length === of.length ? { kind: entry.all === undefined ? 'any' : 'all', of: nodes, ...when } : null;
}

/** Without the keys that were left out: what is frozen in a plan says nothing by `undefined`. */
function toCondition(when: NonNullable<RuleEntry['when']>): RuleCondition {
  const { size, ...rest } = when;
  return { ...written(rest), ...(size === undefined ? {} : { size: written(size) }) };
}

function written<T extends object>(entry: T): { readonly [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
