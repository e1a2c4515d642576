// What the clock does while a request waits: until when, by which clock, who is called when nobody answers.
import type { ApprovalRule } from '../../workflows/vocabulary.ts';
import { join, listed, named, say, strong, time, until } from './inline.ts';
import type { Inline } from './inline.ts';
import { clockIn, duration, timeOfDay, weekdays } from './time.ts';
import type { Fact, PhaseOf, View } from './view.ts';

const PEOPLE_MAX = 5;

export function clockFacts({ status }: View, phase: PhaseOf<'waiting'>): readonly Fact[] {
  const hours = status.plan?.rule.hours;
  const parts: Inline[] = [[until(phase.expiresAt)]];
  if (hours !== undefined) {
    const there = clockIn(hours.zone, phase.expiresAt);
    parts.push(...(there === null ? [] : [say`${there} in ${hours.zone}`]), hoursWords(hours));
  }
  if (phase.extendedMs !== undefined) {
    const by = phase.extendedBy === undefined ? [] : say`, by ${named(phase.extendedBy)}`;
    parts.push(say`extended by ${duration(phase.extendedMs)}${by}`);
  }
  const expires: Fact = { label: 'Expires', value: join(parts, ' · ') };
  const escalation = escalationWords(status, phase);
  return escalation === null ? [expires] : [expires, { label: 'Escalation', value: escalation }];
}

/** `only Mon to Fri, 09:00 to 17:00, counts`. */
export function hoursWords({ days, from, to }: NonNullable<ApprovalRule['hours']>): Inline {
  return say`only ${weekdays(days)}, ${timeOfDay(from)} to ${timeOfDay(to)}, counts`;
}

function escalationWords({ escalated, plan }: View['status'], { escalateAt }: PhaseOf<'waiting'>): Inline | null {
  if (escalated !== undefined) {
    const who = escalated.people.length === 0 ? [] : say` (${listed(escalated.people.map(named), PEOPLE_MAX)})`;
    const what = escalated.may === 'approve' ? ': one of them may fill one missing place' : ', who may not approve it themselves';
    return say`called at ${time(escalated.at)}: ${strong(escalated.group)}${who}${what}`;
  }
  const to = plan?.rule.escalate?.to;
  return escalateAt == null || to === undefined ? null : say`${strong(to)}, at ${time(escalateAt)}`;
}
