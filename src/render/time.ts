// Durations and times of day in words. All times are UTC and say so; Slack shows them in each reader's own zone.
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
export function clock(at: Millis, now: Millis): string {
  const date = new Date(at);
  const time = `${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`;
  return isSameDay(at, now) ? time : `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''}${yearUnless(date, now)} ${time}`;
}

/** `in 3 h 40 min`, `12 min ago`, `now`. */
export function away(at: Millis, now: Millis): string {
  if (Math.abs(at - now) < 1_000) return 'now';
  return at > now ? `in ${duration(at - now)}` : `${duration(now - at)} ago`;
}

/** Slack's date token: shown in the reader's own zone (https://docs.slack.dev/messaging/formatting-message-text#date-formatting). */
export function slackDate(at: Millis, now: Millis): string {
  const format = isSameDay(at, now) ? '{time}' : '{date_short_pretty} {time}';
  return `<!date^${Math.floor(at / 1_000)}^${format}|${clock(at, now)}>`;
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
