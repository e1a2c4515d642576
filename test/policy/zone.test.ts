import { describe, expect, test } from 'vitest';
import { isTimeZone, momentOf, wallTime } from '../../src/policy/zone.ts';

const at = (iso: string): number => Date.parse(iso);
const iso = (moment: number): string => new Date(moment).toISOString();

describe('the clocks on the wall', () => {
  test.each([
    ['Europe/Berlin', '2026-01-15T12:00:00Z', 15, 4, '13:00'],
    ['Europe/Berlin', '2026-07-15T12:00:00Z', 15, 3, '14:00'],
    ['Asia/Kolkata', '2026-07-15T20:00:00Z', 16, 4, '01:30'],
    ['America/New_York', '2026-07-15T02:00:00Z', 14, 2, '22:00'],
    ['Pacific/Chatham', '2026-07-15T12:00:00Z', 16, 4, '00:45'],
    ['UTC', '2026-12-31T23:59:59Z', 31, 4, '23:59'],
  ])('in %s at %s', (zone, moment, day, weekday, time) => {
    const wall = wallTime(at(moment), zone);
    const minutes = `${String(Math.floor(wall.minutes / 60)).padStart(2, '0')}:${String(wall.minutes % 60).padStart(2, '0')}`;
    expect([wall.day, wall.weekday, minutes]).toEqual([day, weekday, time]);
  });

  test.each([
    ['winter', 'Europe/Berlin', [2026, 1, 15, 540], '2026-01-15T08:00:00.000Z'],
    ['summer', 'Europe/Berlin', [2026, 7, 15, 540], '2026-07-15T07:00:00.000Z'],
    ['the morning after the spring change', 'Europe/Berlin', [2026, 3, 29, 540], '2026-03-29T07:00:00.000Z'],
    ['a time that the spring change leaves out', 'Europe/Berlin', [2026, 3, 29, 150], '2026-03-29T01:00:00.000Z'],
    ['the last minute before it', 'Europe/Berlin', [2026, 3, 29, 119], '2026-03-29T00:59:00.000Z'],
    ['a time that comes twice in autumn: the first', 'Europe/Berlin', [2026, 10, 25, 150], '2026-10-25T00:30:00.000Z'],
    ['the morning after the autumn change', 'Europe/Berlin', [2026, 10, 25, 540], '2026-10-25T08:00:00.000Z'],
    ['half an hour off', 'Asia/Kolkata', [2026, 7, 15, 540], '2026-07-15T03:30:00.000Z'],
    ['a change of half an hour', 'Australia/Lord_Howe', [2026, 10, 4, 135], '2026-10-03T15:30:00.000Z'],
    ['midnight at the end of a day', 'America/New_York', [2026, 3, 8, 1440], '2026-03-09T04:00:00.000Z'],
    ['a day beyond the end of the month', 'Europe/Berlin', [2026, 1, 33, 540], '2026-02-02T08:00:00.000Z'],
  ] as const)('%s', (_what, zone, [year, month, day, minutes], moment) => {
    expect(iso(momentOf({ year, month, day, minutes }, zone))).toBe(moment);
  });

  test('and back, for moments all over two years and around the world', () => {
    for (const zone of ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata', 'Australia/Sydney', 'America/Sao_Paulo']) {
      for (let moment = at('2026-01-01T00:00:00Z'); moment < at('2028-01-01T00:00:00Z'); moment += 5 * 3_600_000) {
        const back = momentOf(wallTime(moment, zone), zone);
        // A time that comes twice is the first of the two.
        expect([0, -3_600_000]).toContain(back - moment);
      }
    }
  });
});

test.each([
  ['Europe/Berlin', true],
  ['Asia/Kolkata', true],
  ['UTC', true],
  ['Europe/Berlim', false],
  ['+02:00', false],
  ['', false],
])('%s is a time zone: %s', (name, is) => expect(isTimeZone(name)).toBe(is));
