// The keys of `approvals` that say how long a request waits, and what the clock does meanwhile.
import { z } from 'zod';
import { duration, matching, name, strict, text } from './schema-parts.ts';

/** In the order of `Date.prototype.getUTCDay`. */
export const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;

const reminder = matching(/^(?:[1-9]\d?%|\d{1,5}[smhd])$/, 'a share of the expiry such as 50%, or a duration such as 30m');
const timeOfDay = matching(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/, 'a time such as "09:00", in quotes');

const Escalation = strict({
  after: duration.describe('So long without the last approval.'),
  to: name.describe('The group that is called then.'),
  may: z
    .enum(['call', 'approve'])
    .optional()
    .describe('`approve`: from then on one of them may fill one missing place of any group. Default `call`: they are only called.'),
});

const Hours = strict({
  zone: text.describe('Time zone, such as `Europe/Berlin`.'),
  days: z.array(z.enum(DAYS)).min(1).optional().describe('Default `[mon, tue, wed, thu, fri]`.'),
  from: timeOfDay.describe('When a working day begins there: `"09:00"`.'),
  to: timeOfDay.describe('When it ends: `"17:30"`, at most `"24:00"`.'),
});

export const WAITING = {
  remind: z
    .array(reminder)
    .min(1)
    .max(5)
    .optional()
    .describe(
      'When exactly the people who are still missing are reminded: shares of the expiry, or durations since the request began to wait, such as `[50%, 3h]`. Default: never.',
    ),
  escalate: Escalation.optional().describe('Whom to call when the people who were asked do not answer. Default: nobody.'),
  hours: Hours.optional().describe('Working hours: expiry, reminders and escalation wait in them only. Default: the clock never stops.'),
  undo: duration
    .optional()
    .describe('So long after the last approval the start can still be stopped, by whoever may approve or cancel. Default: it starts at once.'),
};
export type WaitingEntry = {
  readonly [Key in keyof typeof WAITING]?: z.infer<(typeof WAITING)[Key]>;
};
