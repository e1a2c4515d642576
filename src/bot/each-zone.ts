// What is shown of several zones is read zone by zone: one that is away costs what is its own, and is named.
import type { Unread } from '../render/unread.ts';
import type { OneZone } from '../temporal/one-zone.ts';
import { isTrouble } from '../trouble.ts';
import type { BotDeps } from './deps.ts';

/** What a zone answered, and how much of what is there could not be read. */
export interface ZoneAnswer<T> {
  readonly value: T;
  readonly others: number;
}

/**
 * Asks every zone that has one of these services, about those alone; null: every zone. Throws the first `Trouble` when none answers:
 * nothing is no answer.
 */
export async function inEachZone<T>(
  { zones, log }: Pick<BotDeps, 'zones' | 'log'>,
  services: readonly string[] | null,
  read: (zone: OneZone) => Promise<ZoneAnswer<T>>,
): Promise<{ readonly answers: readonly T[]; readonly unread: Unread }> {
  const asked = services === null ? zones : narrowed(zones, services);
  const ended = await Promise.allSettled(asked.map(read));
  const answers = ended.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  const away = asked.filter((zone, at) => {
    const end = ended[at];
    if (end?.status !== 'rejected') return false;
    if (answers.length === 0 || !isTrouble(end.reason)) throw end.reason;
    log.warn({ err: end.reason, zone: zone.name }, 'a zone could not be read: people are told so');
    return true;
  });
  return {
    answers: answers.map(({ value }) => value),
    unread: {
      zones: away.map((zone) => ({ name: zone.name, services: zone.services })),
      others: answers.reduce((sum, { others }) => sum + others, 0),
    },
  };
}

function narrowed(zones: readonly OneZone[], services: readonly string[]): readonly OneZone[] {
  return zones
    .map((zone) => ({ ...zone, services: zone.services.filter((service) => services.includes(service)) }))
    .filter((zone) => zone.services.length > 0);
}
