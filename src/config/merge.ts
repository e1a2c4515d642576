// Defaults under a service's own words, key by key.
import type { EnvironmentEntry } from './schema.ts';

/** Keys that together say one thing: who writes one of them replaces all of them. */
const RULE_KEYS = ['all', 'any', 'group', 'count'];

/** What the environment says, over what the defaults say. Lists and single values are replaced, maps are merged. */
export function mergeEnvironment(defaults: EnvironmentEntry | undefined, own: EnvironmentEntry): EnvironmentEntry {
  if (defaults === undefined) return own;
  const approvals: object = typeof own.approvals === 'object' ? own.approvals : {};
  const mergesRule = RULE_KEYS.some((key) => Object.hasOwn(approvals, key));
  const below = mergesRule && typeof defaults.approvals === 'object' ? { ...defaults, approvals: withoutRule(defaults.approvals) } : defaults;
  const merged = merge(below, own) as EnvironmentEntry;
  // A rule of its own for the review replaces the whole one.
  const review = own.emergency?.review;
  const reviewed = review === undefined ? merged : { ...merged, emergency: { ...merged.emergency, review } };
  // So does one for block steps.
  const { blocks } = own;
  return typeof blocks === 'object' && blocks.approvals !== undefined && typeof reviewed.blocks === 'object'
    ? { ...reviewed, blocks: { ...reviewed.blocks, approvals: blocks.approvals } }
    : reviewed;
}

function withoutRule(approvals: object): object {
  return Object.fromEntries(Object.entries(approvals).filter(([key]) => !RULE_KEYS.includes(key)));
}

function merge(below: unknown, above: unknown): unknown {
  if (above === undefined) return below;
  if (!isMap(below) || !isMap(above)) return above;
  const keys = [...new Set([...Object.keys(below), ...Object.keys(above)])];
  return Object.fromEntries(keys.map((key) => [key, merge(valueOf(below, key), valueOf(above, key))]));
}

const valueOf = (map: Readonly<Record<string, unknown>>, key: string): unknown => (Object.hasOwn(map, key) ? map[key] : undefined);

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
