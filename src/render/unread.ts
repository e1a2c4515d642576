// What could not be read, in words: nobody takes a part for all of it. Pure.
import { plural } from './facts.ts';
import { code, listed, say } from './inline.ts';
import type { Inline } from './inline.ts';

export interface Unread {
  /** Zones of which nothing could be read, each with those of its services that were asked about. */
  readonly zones: readonly { readonly name: string; readonly services: readonly string[] }[];
  /** Requests, reviews and steps that are there, and could not be read. */
  readonly others: number;
}

export const isAllRead = ({ zones, others }: Unread): boolean => zones.length === 0 && others === 0;

/** `missing`: what would be shown of a zone; one line each. Empty when everything was read. */
export function unreadLines({ zones, others }: Unread, missing: string): readonly Inline[] {
  const away = zones.map(({ name, services }) => {
    const those = services.length === 0 ? [] : say` (${listed(services.map(code), 5)})`;
    return say`❓ Zone ${code(name)}${those} can't be read just now: ${missing} there is missing here.`;
  });
  const more = others === 0 ? [] : [say`❓ ${plural(others, 'more open request')} can't be read just now.`];
  return [...away, ...more];
}
