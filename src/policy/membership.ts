// Groups as they were read just now, and what could not be read of them. Pure.
import type { Groups } from './people.ts';

export interface Membership {
  readonly groups: Groups;
  /** By name, why a group could not be read. It is unknown who is in it, which is not nobody. */
  readonly unread: Readonly<Record<string, string>>;
  /** By group: who is in it in the place of somebody who is away (by key), and that person's name. */
  readonly standIns?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** One reason for each of these groups that could not be read; empty when all were. */
export function whyUnread(
  groups: readonly string[],
  unread: Membership['unread'],
): readonly { readonly code: 'unreadable'; readonly what: string; readonly why: string }[] {
  return groups.flatMap((group) => {
    const why = Object.hasOwn(unread, group) ? unread[group] : undefined;
    return why === undefined ? [] : [{ code: 'unreadable', what: `who is in ${group}`, why }];
  });
}
