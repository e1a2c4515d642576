import { describe, expect, test } from 'vitest';
import { afterWorking, waitingTimes } from '../../src/policy/waiting.ts';
import type { ApprovalRule, WorkingHours } from '../../workflows/vocabulary.ts';
import { GROUP } from './given.ts';

const HOUR = 3_600_000;
const at = (iso: string): number => Date.parse(iso);
const iso = (moment: number): string => new Date(moment).toISOString().slice(0, 16);
const BERLIN: WorkingHours = { zone: 'Europe/Berlin', days: [1, 2, 3, 4, 5], from: 540, to: 1_020 };

describe('working time', () => {
  test.each([
    ['on a working day', BERLIN, '2026-11-24T09:00', 2, '2026-11-24T11:00'],
    ['to the end of the day, not to the morning after', BERLIN, '2026-11-24T14:00', 2, '2026-11-24T16:00'],
    ['over the night', BERLIN, '2026-11-24T14:00', 4, '2026-11-25T10:00'],
    ['asked on Friday at 17:50, it starts on Monday', BERLIN, '2026-11-27T16:50', 4, '2026-11-30T12:00'],
    ['asked on Friday at 16:50, ten minutes are used up', BERLIN, '2026-11-27T15:50', 4, '2026-11-30T11:50'],
    ['asked on Saturday', BERLIN, '2026-11-28T10:00', 1, '2026-11-30T09:00'],
    ['asked before the day begins', BERLIN, '2026-11-24T03:00', 1, '2026-11-24T09:00'],
    ['over the weekend of the spring change', BERLIN, '2026-03-27T15:00', 2, '2026-03-30T08:00'],
    ['over the weekend of the autumn change', BERLIN, '2026-10-23T14:00', 2, '2026-10-26T09:00'],
    ['on the short Sunday itself', { ...BERLIN, days: [0], from: 0, to: 360 }, '2026-03-28T22:00', 5, '2026-03-29T04:00'],
    ['on the long Sunday itself', { ...BERLIN, days: [0], from: 0, to: 360 }, '2026-10-24T21:00', 7, '2026-10-25T05:00'],
    ['in India', { ...BERLIN, zone: 'Asia/Kolkata' }, '2026-11-24T11:00', 1, '2026-11-25T04:00'],
    ['in New York, where it is still yesterday', { ...BERLIN, zone: 'America/New_York' }, '2026-11-24T02:00', 1, '2026-11-24T15:00'],
    ['one day a week', { ...BERLIN, days: [3], from: 600, to: 660 }, '2026-11-24T10:00', 3, '2026-12-09T10:00'],
    ['around the clock is calendar time', { ...BERLIN, days: [0, 1, 2, 3, 4, 5, 6], from: 0, to: 1_440 }, '2026-03-28T12:00', 48, '2026-03-30T12:00'],
  ])('%s', (_what, hours, from, spent, to) => {
    expect(iso(afterWorking(hours, at(`${from}:00Z`), spent * HOUR))).toBe(to);
  });

  test('is as long as it says, for every start in a year', () => {
    // In steps of 97 minutes, so that starts fall everywhere.
    for (let start = at('2026-01-01T00:00:00Z'); start < at('2027-01-01T00:00:00Z'); start += 97 * 60_000) {
      const half = afterWorking(BERLIN, start, 5 * HOUR);
      expect(afterWorking(BERLIN, half, 5 * HOUR)).toBe(afterWorking(BERLIN, start, 10 * HOUR));
      expect(half).toBeGreaterThanOrEqual(start + 5 * HOUR);
    }
  });

  test('ends, however little of it there is', () => {
    const little: WorkingHours = { zone: 'Europe/Berlin', days: [3], from: 600, to: 601 };
    expect(afterWorking(little, at('2026-01-01T00:00:00Z'), 30 * 24 * HOUR)).toBeGreaterThan(at('2040-01-01T00:00:00Z'));
  });
});

describe('a wait', () => {
  const rule: ApprovalRule = { tree: GROUP('sre'), exclude: ['requester'], expireMs: 4 * HOUR };
  const startedAt = at('2026-11-24T09:00:00Z');
  const told = (change: Partial<ApprovalRule>, extendedMs = 0): unknown => {
    const { expiresAt, remindAt, escalateAt } = waitingTimes({ rule: { ...rule, ...change }, startedAt, extendedMs });
    return [iso(expiresAt), remindAt.map(iso), escalateAt === null ? null : iso(escalateAt)];
  };

  test.each<[string, Partial<ApprovalRule>, number, unknown]>([
    ['that says nothing else', {}, 0, ['2026-11-24T13:00', [], null]],
    ['with reminders', { remind: [{ share: 0.8 }, { share: 0.5 }] }, 0, ['2026-11-24T13:00', ['2026-11-24T11:00', '2026-11-24T12:12'], null]],
    ['with one after half an hour', { remind: [{ afterMs: HOUR / 2 }] }, 0, ['2026-11-24T13:00', ['2026-11-24T09:30'], null]],
    ['with two at once: one', { remind: [{ afterMs: 2 * HOUR }, { share: 0.5 }] }, 0, ['2026-11-24T13:00', ['2026-11-24T11:00'], null]],
    ['with one that comes too late: none', { remind: [{ afterMs: 4 * HOUR }] }, 0, ['2026-11-24T13:00', [], null]],
    ['extended: shares are of the whole', { remind: [{ share: 0.5 }] }, 2 * HOUR, ['2026-11-24T15:00', ['2026-11-24T12:00'], null]],
    ['that escalates', { escalate: { afterMs: HOUR, to: 'oncall', may: 'call' } }, 0, ['2026-11-24T13:00', [], '2026-11-24T10:00']],
    ['that escalates too late', { escalate: { afterMs: 4 * HOUR, to: 'oncall', may: 'call' } }, 0, ['2026-11-24T13:00', [], null]],
    [
      'in working hours',
      { hours: { ...BERLIN, to: 660 }, remind: [{ share: 0.5 }], escalate: { afterMs: 3 * HOUR, to: 'oncall', may: 'call' } },
      0,
      ['2026-11-26T09:00', ['2026-11-25T09:00'], '2026-11-25T10:00'],
    ],
  ])('%s', (_what, change, extendedMs, expected) => expect(told(change, extendedMs)).toEqual(expected));
});
