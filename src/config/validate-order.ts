// The order of environments (`after`): every step exists, and somebody can be first. Pure.
import { keysAt, problemAt } from './draft.ts';
import type { PlacedEnvironment } from './placed.ts';
import { quote, suggest, type Problem } from './problem.ts';

export function validateOrder(placed: readonly PlacedEnvironment[]): readonly Problem[] {
  return placed.flatMap((environment) => {
    const siblings = placed.filter(({ service }) => service === environment.service);
    return stepsOf(environment).flatMap((step) => validateStep(environment, step, siblings));
  });
}

function validateStep(placed: PlacedEnvironment, step: string, siblings: readonly PlacedEnvironment[]): readonly Problem[] {
  const { service, environment } = placed;
  const { source, path } = placed.origin(['gates', 'after', step]);
  if (step === environment) return [problemAt(source, path, { found: `${environment} can't come after itself`, fix: 'Take it out' })];
  const others = keysAt(service.source.value, ['services', service.name, 'environments']).filter((name) => name !== environment);
  if (!others.includes(step)) {
    return [problemAt(source, path, { found: `service ${quote(service.name)} has no environment ${quote(step)}`, fix: suggest(step, others) })];
  }
  if (!comesAfter(step, environment, siblings)) return [];
  const found = `${environment} comes after ${step}, and ${step} after ${environment}: neither could ever be first`;
  return [problemAt(source, path, { found, fix: 'Take one of the steps out' })];
}

function comesAfter(environment: string, other: string, siblings: readonly PlacedEnvironment[]): boolean {
  const before = new Set<string>();
  const open = [environment];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const placed = siblings.find((sibling) => sibling.environment === name);
    const steps = placed === undefined ? [] : stepsOf(placed).filter((step) => !before.has(step));
    for (const step of steps) before.add(step);
    open.push(...steps);
  }
  return before.has(other);
}

function stepsOf({ merged }: PlacedEnvironment): readonly string[] {
  return Object.keys(merged.gates?.after ?? {});
}
