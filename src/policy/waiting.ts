// How long a request waits and what the clock does meanwhile, as moments. Pure.
import { momentOf, wallTime, type WallTime } from './zone.ts';
import type { WaitingInput, WaitingTimes } from '../../workflows/activities.ts';
import type { Millis, WorkingHours } from '../../workflows/vocabulary.ts';

/** When the request expires, when people are reminded, when others are called; by the clock of the rule. */
export function waitingTimes({ rule, startedAt, extendedMs }: WaitingInput): WaitingTimes {
  const wholeMs = rule.expireMs + extendedMs;
  const after = (ms: Millis): Millis => (rule.hours === undefined ? startedAt + ms : afterWorking(rule.hours, startedAt, ms));
  const expiresAt = after(wholeMs);
  const reminders = (rule.remind ?? []).map((reminder) => after('share' in reminder ? Math.round(wholeMs * reminder.share) : reminder.afterMs));
  const remindAt = [...new Set(reminders)].filter((at) => at < expiresAt).toSorted((one, other) => one - other);
  const escalateAt = rule.escalate === undefined ? null : after(rule.escalate.afterMs);
  return { expiresAt, remindAt, escalateAt: escalateAt !== null && escalateAt < expiresAt ? escalateAt : null };
}

/** The moment at which so much working time has passed since the start. Asked outside of working hours, the clock starts with the next ones. */
export function afterWorking(hours: WorkingHours, startedAt: Millis, workingMs: Millis): Millis {
  const first = wallTime(startedAt, hours.zone);
  let leftMs = workingMs;
  for (let day = 0; day < DAYS_MAX; day += 1) {
    const opening = openingOn(hours, first, day);
    if (opening === null) continue;
    const from = Math.max(opening.from, startedAt);
    const openMs = opening.to - from;
    if (openMs <= 0) continue;
    if (leftMs <= openMs) return from + leftMs;
    leftMs -= openMs;
  }
  // Beyond any expiry that a configuration can ask for.
  return startedAt + DAYS_MAX * DAY_MS;
}

const DAY_MS = 86_400_000;
const DAYS_MAX = 20_000;

interface Opening {
  readonly from: Millis;
  readonly to: Millis;
}

/** The working hours of the n-th day after the first, by the calendar there; null: none. */
function openingOn({ zone, days, from, to }: WorkingHours, { year, month, day, weekday }: WallTime, nth: number): Opening | null {
  if (!days.includes((weekday + nth) % 7)) return null;
  // `Date.UTC` and with it `momentOf` carry the day over into the next months.
  return { from: momentOf({ year, month, day: day + nth, minutes: from }, zone), to: momentOf({ year, month, day: day + nth, minutes: to }, zone) };
}
