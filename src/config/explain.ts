// `countersign config explain api production`: what holds there, and where each part of it was written.
import { buildConfig } from './build.ts';
import { findService } from './config.ts';
import { DEFAULTS } from './defaults.ts';
import type { Loading } from './draft.ts';
import { loadDraft } from './load.ts';
import { placeEnvironment, type PlacedEnvironment } from './placed.ts';
import { suggest, type Problem } from './problem.ts';
import type { Path } from './source.ts';

export interface ExplainedValue {
  /** `gates.checks` */
  readonly path: string;
  /** As it would be written in YAML. */
  readonly value: string;
  /** `countersign.yml:12`, `built-in default`. */
  readonly from: string;
}
export type Explained =
  | { readonly kind: 'explained'; readonly values: readonly ExplainedValue[] }
  | { readonly kind: 'unknown'; readonly found: string; readonly fix: string }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** The effective settings of one service (by name or alias) in one environment. */
export function explainConfig({
  loading,
  service,
  environment,
}: {
  readonly loading: Loading;
  readonly service: string;
  readonly environment: string;
}): Explained {
  const checked = loadDraft(loading);
  if (checked.kind === 'problems') return checked;
  const config = buildConfig(checked.draft, checked.slack);
  const found = findService(config, service);
  const names = config.services.map(({ name }) => name);
  if (found === null) return { kind: 'unknown', found: `there is no service "${service}"`, fix: suggest(service, names) };
  if (!found.order.includes(environment)) {
    return { kind: 'unknown', found: `service "${found.name}" has no environment "${environment}"`, fix: suggest(environment, found.order) };
  }
  const written = checked.draft.services.find(({ name }) => name === found.name);
  if (written === undefined) throw new Error(`service ${found.name} was built from nothing`);
  return { kind: 'explained', values: explainPlaced(placeEnvironment(checked.draft, written, environment)) };
}

/** A table for a terminal. */
export function describeExplained(values: readonly ExplainedValue[]): string {
  const widthOf = (column: 'path' | 'value'): number => Math.min(60, Math.max(...values.map((value) => value[column].length)));
  const [path, value] = [widthOf('path'), widthOf('value')];
  return values.map((line) => `${line.path.padEnd(path)}  ${line.value.padEnd(value)}  ${line.from}`).join('\n');
}

function explainPlaced(placed: PlacedEnvironment): readonly ExplainedValue[] {
  return leaves(withDefaults(placed), []).map(({ path, value }) => {
    const { source, path: at, from } = placed.origin(path);
    const where = from === 'built-in' ? 'built-in default' : `${source.file}:${source.lineOf(at)}${from === 'defaults' ? ' (defaults)' : ''}`;
    return { path: path.join('.'), value: written(value), from: where };
  });
}

function withDefaults({ merged, service, environment }: PlacedEnvironment): Readonly<Record<string, unknown>> {
  const approvals = merged.approvals === undefined || merged.approvals === 'none' ? merged.approvals : withRuleDefaults(merged.approvals);
  return {
    pipeline: merged.pipeline,
    url: merged.url,
    target: merged.target ?? `${service.name}/${environment}`,
    refs: merged.refs ?? DEFAULTS.refs,
    may: { ...DEFAULTS.may, ...merged.may },
    gates: { checks: DEFAULTS.checks, review: false, upToDate: false, keepsLive: false, ...merged.gates },
    parameters: merged.parameters,
    github: { ...DEFAULTS.github, ...merged.github },
    approvals,
    blocks: typeof merged.blocks === 'object' ? { onExpire: DEFAULTS.onExpire, ...merged.blocks } : merged.blocks,
    emergency: merged.emergency === undefined ? undefined : { ...DEFAULTS.emergency, ...merged.emergency },
  };
}

function withRuleDefaults(approvals: object): object {
  const { exclude, expire, onClose, onMerge } = DEFAULTS;
  return { exclude, expire, onClose, onMerge, ...approvals };
}

function leaves(value: unknown, path: Path): readonly { readonly path: Path; readonly value: unknown }[] {
  if (value === undefined) return [];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [{ path, value }];
  return Object.entries(value).flatMap(([key, inside]) => leaves(inside, [...path, key]));
}

function written(value: unknown): string {
  if (typeof value === 'string')
    return /^[\w./:@-]+$/.test(value) && !/^(?:yes|no|true|false|on|off|\d.*)$/i.test(value) ? value : JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(written).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([key, inside]) => `${key}: ${written(inside)}`)
    .join(', ')} }`;
}
