// Durations and times of day in words. All times are UTC and say so; Slack shows them in each reader's own zone.
import { isTimeZone, wallTime } from '../policy/zone.ts';
import type { Millis } from '../../workflows/vocabulary.ts';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `12 s`, `2 min 10 s`, `35 min`, `3 h 40 min`, `2 d 4 h`: two units at most, no seconds from ten minutes on. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 600) return units([Math.floor(seconds / 60), 'min'], [seconds % 60, 's']);
  const minutes = Math.round(seconds / 60);
  if (minutes < 24 * 60) return units([Math.floor(minutes / 60), 'h'], [minutes % 60, 'min']);
  const hours = Math.round(minutes / 60);
  return units([Math.floor(hours / 24), 'd'], [hours % 24, 'h']);
}

function units(...parts: readonly (readonly [number, string])[]): string {
  const told = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount} ${unit}`);
  return told.length === 0 ? `0 ${parts.at(-1)?.[1] ?? 's'}` : told.join(' ');
}

/** `18:00 UTC`, with the day when it is not today: `24 Nov 18:00 UTC`. */
export function clock(at: Millis, now: Millis, to: 'minutes' | 'seconds' = 'minutes'): string {
  const date = new Date(at);
  const seconds = to === 'seconds' ? `:${two(date.getUTCSeconds())}` : '';
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())}${seconds} UTC`;
  return isSameDay(at, now) ? time : `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}${yearUnless(date, now)} ${time}`;
}

/** `in 3 h 40 min`, `12 min ago`, `now`. */
export function away(at: Millis, now: Millis): string {
  if (Math.abs(at - now) < 1_000) return 'now';
  return at > now ? `in ${duration(at - now)}` : `${duration(now - at)} ago`;
}

/** Slack's date token: shown in the reader's own zone (https://docs.slack.dev/messaging/formatting-message-text#date-formatting). */
export function slackDate(at: Millis, now: Millis, to: 'minutes' | 'seconds' = 'minutes'): string {
  const time = to === 'seconds' ? '{time_secs}' : '{time}';
  const format = isSameDay(at, now) ? time : `{date_short_pretty} ${time}`;
  return `<!date^${Math.floor(at / 1_000)}^${format}|${clock(at, now, to)}>`;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `Mon 30 Nov 12:00` by the clocks on the wall of a time zone; null: there is no such zone here. */
export function clockIn(zone: string, at: Millis): string | null {
  if (!isTimeZone(zone)) return null;
  const { weekday, day, month, minutes } = wallTime(at, zone);
  return `${DAYS[weekday] ?? ''} ${day} ${MONTHS[month - 1] ?? ''} ${timeOfDay(minutes)}`;
}

/** `09:00`, from minutes since midnight. */
export function timeOfDay(minutes: number): string {
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** `Mon to Fri`, `Mon, Wed`; 0 is Sunday. */
export function weekdays(days: readonly number[]): string {
  const week = [1, 2, 3, 4, 5, 6, 0].filter((day) => days.includes(day));
  const names = week.map((day) => DAYS[day] ?? '');
  const isRun = week.length > 2 && week.every((day, at) => at === 0 || (day + 6) % 7 === week[at - 1]);
  return isRun ? `${names[0] ?? ''} to ${names.at(-1) ?? ''}` : names.join(', ');
}

function isSameDay(a: Millis, b: Millis): boolean {
  return Math.floor(a / 86_400_000) === Math.floor(b / 86_400_000);
}

function yearUnless(date: Date, now: Millis): string {
  const year = date.getUTCFullYear();
  return year === new Date(now).getUTCFullYear() ? '' : ` ${year}`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
