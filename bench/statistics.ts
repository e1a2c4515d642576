// Medians, percentiles, and how they compare.

export interface Spread {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
}

/** Nearest rank; NaN without samples. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((one, two) => one - two);
  return sorted[Math.max(0, Math.ceil((p / 100) * sorted.length) - 1)] ?? Number.NaN;
}

export function spreadOf(samples: readonly number[]): Spread {
  return { n: samples.length, p50: percentile(samples, 50), p95: percentile(samples, 95) };
}

/** One round of measurements taken in turns, in milliseconds. */
export interface Round {
  readonly baseline: readonly number[];
  readonly product: readonly number[];
}

export interface Comparison {
  readonly baseline: Spread;
  readonly product: Spread;
  /** Median over the rounds of the ratio of the two medians of each round. */
  readonly ratio: number;
  /** The ratio of each round: how far noise moves it. */
  readonly ratios: readonly number[];
}

export function compare(rounds: readonly Round[]): Comparison {
  const ratios = rounds.map(({ baseline, product }) => percentile(product, 50) / percentile(baseline, 50));
  return {
    baseline: spreadOf(rounds.flatMap((round) => round.baseline)),
    product: spreadOf(rounds.flatMap((round) => round.product)),
    ratio: percentile(ratios, 50),
    ratios,
  };
}
