// The one table that a run prints.
import type { Comparison, Spread } from './statistics.ts';

export interface Row {
  readonly what: string;
  readonly n: number;
  /** Empty when there is nothing to compare with. */
  readonly baseline: string;
  readonly product: string;
  readonly ratio: string;
  /** Empty: for information. */
  readonly limit: string;
  /** null: for information. */
  readonly holds: boolean | null;
}

const HEAD = ['what', 'n', 'baseline p50 / p95', 'product p50 / p95', 'ratio of medians', 'limit', 'holds'] as const;

export function compared(what: string, { baseline, product, ratio, ratios }: Comparison, limit: number): Row {
  const range = `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)} over ${ratios.length} rounds`;
  return {
    what,
    n: product.n,
    baseline: `${ms(baseline.p50)} / ${ms(baseline.p95)} ms`,
    product: `${ms(product.p50)} / ${ms(product.p95)} ms`,
    ratio: `${ratio.toFixed(2)} (${range})`,
    limit: limit.toFixed(1),
    holds: ratio <= limit,
  };
}

export function counted(what: string, figure: { n: number; product: string; limit: string; holds: boolean }): Row {
  return { what, baseline: '', ratio: '', ...figure };
}

export function information(what: string, n: number, product: string): Row {
  return { what, n, product, baseline: '', ratio: '', limit: '', holds: null };
}

/** A time that no limit is set for. */
export function timed(what: string, { n, p50, p95 }: Spread): Row {
  return information(what, n, `${ms(p50)} / ${ms(p95)} ms`);
}

/** Markdown that reads well in a terminal, too. */
export function tableOf(rows: readonly Row[]): string {
  const cells = rows.map((row) => [row.what, String(row.n), row.baseline, row.product, row.ratio, row.limit, wordOf(row.holds)]);
  const widths = HEAD.map((head, column) => Math.max(head.length, ...cells.map((line) => line[column]?.length ?? 0)));
  const line = (texts: readonly string[]): string => `| ${texts.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  return [line(HEAD), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...cells.map(line)].join('\n');
}

function wordOf(holds: boolean | null): string {
  return holds === null ? '' : holds ? 'yes' : 'NO';
}

const ms = (value: number): string => value.toFixed(1);
