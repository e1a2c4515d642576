// How long a request waits, and what the clock does meanwhile: from the words of the configuration to the rule, and what can be wrong with them. Pure.
import { DEFAULTS } from './defaults.ts';
import type { Draft } from './draft.ts';
import { parseDuration } from './duration.ts';
import { quote, suggest, type Problem } from './problem.ts';
import { DAYS, type WaitingEntry } from './schema-waiting.ts';
import type { Path } from './source.ts';
import { isTimeZone } from '../policy/zone.ts';
import type { ApprovalRule, ReminderRule, WorkingHours } from '../../workflows/vocabulary.ts';

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri'] as const;
const UNDO_MAX_MS = 600_000;
const EXPIRE_MAX_MS = 30 * 86_400_000;

type Waiting = Pick<ApprovalRule, 'remind' | 'escalate' | 'hours' | 'undoMs'>;

/** Only what was written: a rule that says nothing of this keeps its digest. */
export function toWaiting({ remind, escalate, hours, undo }: WaitingEntry): Waiting {
  return {
    ...(remind === undefined ? {} : { remind: remind.map(toReminder) }),
    ...(escalate === undefined ? {} : { escalate: { afterMs: parseDuration(escalate.after), to: escalate.to, may: escalate.may ?? 'call' } }),
    ...(hours === undefined ? {} : { hours: toHours(hours) }),
    ...(undo === undefined ? {} : { undoMs: parseDuration(undo) }),
  };
}

function toReminder(written: string): ReminderRule {
  return written.endsWith('%') ? { share: Number(written.slice(0, -1)) / 100 } : { afterMs: parseDuration(written) };
}

function toHours({ zone, days, from, to }: NonNullable<WaitingEntry['hours']>): WorkingHours {
  return { zone, days: DAYS.flatMap((day, at) => ((days ?? WEEKDAYS).includes(day as never) ? [at] : [])), from: minutesOf(from), to: minutesOf(to) };
}

function minutesOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes;
}

interface Checked {
  readonly draft: Draft;
  readonly rule: WaitingEntry;
  readonly expireMs: number;
  readonly tell: (inner: Path, told: Pick<Problem, 'found' | 'fix'>) => Problem;
}

/** `who`: who would wait. */
export function validateWaiting({
  draft,
  rule,
  who,
  tell,
}: Omit<Checked, 'expireMs'> & { readonly rule: { readonly expire?: string | undefined }; readonly who: string }): readonly Problem[] {
  const expireMs = parseDuration(rule.expire ?? DEFAULTS.expire);
  if (expireMs === 0 || expireMs > EXPIRE_MAX_MS)
    return [tell(['approvals', 'expire'], { found: `${who} would wait ${rule.expire}`, fix: 'Write something between 1s and 30d' })];
  const checked = { draft, rule, expireMs, tell };
  return [...validateRemind(checked), ...validateEscalate(checked), ...validateHours(checked), ...validateUndo(checked)];
}

function validateRemind({ rule, expireMs, tell }: Checked): readonly Problem[] {
  const remind = rule.remind ?? [];
  return remind.flatMap((written, at) => {
    const path = ['approvals', 'remind', at];
    if (remind.indexOf(written) !== at) return [tell(path, { found: `${quote(written)} is listed twice`, fix: 'Take one out' })];
    const reminder = toReminder(written);
    if ('share' in reminder || (reminder.afterMs > 0 && reminder.afterMs < expireMs)) return [];
    return [tell(path, { found: `nobody waits any more after ${written}`, fix: 'Write something shorter than `expire`, and more than nothing' })];
  });
}

function validateEscalate({ draft, rule: { escalate }, expireMs, tell }: Checked): readonly Problem[] {
  if (escalate === undefined) return [];
  const afterMs = parseDuration(escalate.after);
  const isTooLate = afterMs === 0 || afterMs >= expireMs;
  const { groups } = draft.written;
  return [
    ...(isTooLate
      ? [
          tell(['approvals', 'escalate', 'after'], {
            found: `nobody waits any more after ${escalate.after}`,
            fix: 'Write something shorter than `expire`, and more than nothing',
          }),
        ]
      : []),
    ...(groups.includes(escalate.to)
      ? []
      : [tell(['approvals', 'escalate', 'to'], { found: `there is no group ${quote(escalate.to)}`, fix: suggest(escalate.to, groups) })]),
  ];
}

function validateHours({ rule: { hours }, tell }: Checked): readonly Problem[] {
  if (hours === undefined) return [];
  const days = hours.days ?? [];
  const twice = days.findIndex((day, at) => days.indexOf(day) !== at);
  const isBackwards = minutesOf(hours.from) >= minutesOf(hours.to);
  return [
    ...(isTimeZone(hours.zone)
      ? []
      : [tell(['approvals', 'hours', 'zone'], { found: `${quote(hours.zone)} is no time zone`, fix: 'Write its name, such as Europe/Berlin' })]),
    ...(twice === -1 ? [] : [tell(['approvals', 'hours', 'days', twice], { found: `${quote(days[twice])} is listed twice`, fix: 'Take one out' })]),
    ...(isBackwards
      ? [
          tell(['approvals', 'hours', 'to'], {
            found: `${hours.to} is not after ${hours.from}`,
            fix: 'Let the day end after it began, at most at "24:00"',
          }),
        ]
      : []),
  ];
}

function validateUndo({ rule: { undo }, tell }: Checked): readonly Problem[] {
  if (undo === undefined) return [];
  const undoMs = parseDuration(undo);
  if (undoMs > 0 && undoMs <= UNDO_MAX_MS) return [];
  return [tell(['approvals', 'undo'], { found: `the start would wait ${undo}`, fix: 'Write something between 1s and 10m' })];
}
