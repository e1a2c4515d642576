// While somebody is away, somebody else acts in their groups. Pure.
import type { Membership } from './membership.ts';
import { isSamePerson } from './people.ts';
import type { Delegation } from '../../workflows/people-contract.ts';
import type { Person } from '../../workflows/vocabulary.ts';

/**
 * The groups with delegates as members of the groups of those who are away: of their own groups only, so that nobody passes on what was
 * passed to them. A delegate stays the human they are: who may not approve this request may not for somebody else, either. `people`:
 * everybody whose accounts are tied together now; who is not among them neither delegates nor stands in.
 */
export function withStandIns(membership: Membership, delegations: readonly Delegation[], people: readonly Person[]): Membership {
  const present = delegations.flatMap(({ from, to }) => {
    const away = people.find((person) => isSamePerson(person, from));
    const standIn = people.find((person) => isSamePerson(person, to));
    return away === undefined || standIn === undefined ? [] : [{ away, standIn }];
  });
  const groups = Object.entries(membership.groups).map(([name, members]) => {
    const isMember = (person: Person): boolean => members.some((member) => member.mapped && isSamePerson(member, person));
    const added = present.filter(({ away, standIn }) => isMember(away) && !isMember(standIn));
    const newcomers = [...new Map(added.map(({ standIn }) => [standIn.key, standIn])).values()];
    return { name, members: [...members, ...newcomers], standIns: added.map(({ away, standIn }) => [standIn.key, away.name] as const) };
  });
  return {
    groups: Object.fromEntries(groups.map(({ name, members }) => [name, members])),
    unread: membership.unread,
    standIns: Object.fromEntries(groups.map(({ name, standIns }) => [name, Object.fromEntries(standIns)])),
  };
}
