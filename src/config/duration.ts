const UNITS = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** `30m`, `4h`, `2d`, `45s`. */
export const DURATION_PATTERN = /^\d{1,5}[smhd]$/;

/** Milliseconds of a duration such as `30m`. Throws for text that does not match `DURATION_PATTERN`. */
export function parseDuration(text: string): number {
  const unit = text.at(-1);
  if (!DURATION_PATTERN.test(text) || (unit !== 's' && unit !== 'm' && unit !== 'h' && unit !== 'd')) throw new Error(`not a duration: ${text}`);
  return Number(text.slice(0, -1)) * UNITS[unit];
}
