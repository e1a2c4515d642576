// Time zones: what the clocks on the wall say there, and when they say it. From the platform's own database of zones; pure.
import type { Millis } from '../../workflows/vocabulary.ts';

/** A moment by the clocks on the wall. */
export interface WallTime {
  readonly year: number;
  /** 1 is January. */
  readonly month: number;
  readonly day: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** Since midnight. */
  readonly minutes: number;
}

/** Whether the platform knows a time zone of this name. */
export function isTimeZone(name: string): boolean {
  // Offsets such as +02:00 are accepted by some platforms; they know nothing of summer.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

export function wallTime(at: Millis, zone: string): WallTime {
  const local = new Date(at + offsetAt(at, zone));
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
    minutes: local.getUTCHours() * 60 + local.getUTCMinutes(),
  };
}

/**
 * When the clocks there say this. A time that comes twice (they are set back) is the first of the two; one that never comes (they are
 * set forward over it) is the moment of the change.
 */
export function momentOf({ year, month, day, minutes }: Omit<WallTime, 'weekday'>, zone: string): Millis {
  const wanted = Date.UTC(year, month - 1, day, 0, minutes);
  // Half a day to either side no two changes are near: one of the offsets before and after is the right one.
  const before = offsetAt(wanted - HALF_DAY_MS, zone);
  const after = offsetAt(wanted + HALF_DAY_MS, zone);
  const early = wanted - before;
  if (offsetAt(early, zone) === before) return early;
  const late = wanted - after;
  return offsetAt(late, zone) === after ? late : changeBetween(late, early, zone);
}

const HALF_DAY_MS = 43_200_000;

/** The first moment with the later offset; `from` still has the earlier one. */
function changeBetween(from: Millis, to: Millis, zone: string): Millis {
  const before = offsetAt(from, zone);
  let [low, high] = [from, to];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle, zone) === before) low = middle;
    else high = middle;
  }
  return high;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** By how much the clocks there are ahead of UTC. */
function offsetAt(at: Millis, zone: string): Millis {
  let format = formats.get(zone);
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    formats.set(zone, format);
  }
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  const whole = Math.floor(at / 1_000) * 1_000;
  return Date.UTC(year, month - 1, day, hour, minute, second) - whole;
}
