// Parameters of a request: only values that the configuration lists. Pure.
import type { ParameterRule } from './environment-policy.ts';
import type { GateReason } from '../../workflows/reasons.ts';

export interface ResolvedParameters {
  /** With defaults filled in; complete only when there are no reasons. */
  readonly values: Readonly<Record<string, string>>;
  readonly reasons: readonly GateReason[];
}

/** Every problem of the given parameters, and the values with defaults filled in. */
export function resolveParameters(
  policy: { readonly parameters: readonly ParameterRule[] },
  given: Readonly<Record<string, string>>,
): ResolvedParameters {
  const rules = policy.parameters;
  const known = rules.map((rule) => rule.name);
  const reasons: GateReason[] = Object.keys(given)
    .filter((name) => !known.includes(name))
    .map((name) => ({ code: 'unknown-parameter', name, known }));
  const values: [string, string][] = [];
  for (const { name, choices: allowed, default: fallback } of rules) {
    const value = Object.hasOwn(given, name) ? given[name] : (fallback ?? undefined);
    if (value === undefined) reasons.push({ code: 'missing-parameter', name, allowed });
    else if (!allowed.includes(value)) reasons.push({ code: 'bad-parameter', name, value, allowed });
    else values.push([name, value]);
  }
  return { values: Object.fromEntries(values), reasons };
}
