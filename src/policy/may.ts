// Who may do something: repository roles, groups, or the people of the request. Default deny. Pure.
import { ROLES, type MayRule, type Role } from './environment-policy.ts';
import type { Read } from './facts.ts';

export interface Admission {
  readonly may: MayRule;
  readonly role: Read<Role>;
  /** Groups of the person. */
  readonly groups: readonly string[];
  /** Groups of the approval rule: their members are the approvers. */
  readonly approverGroups: readonly string[];
  /** Groups that could not be read: the person may be in them. */
  readonly unread: readonly string[];
}

export type Admitted = 'yes' | 'no' | { readonly unknown: 'role' } | { readonly unknown: 'group'; readonly group: string };

/** `unknown`: what could admit this person, by role or by group, could not be read. */
export function admits({ may, role, groups, approverGroups, unread }: Admission): Admitted {
  const admitted = [...may.groups, ...(may.approvers ? approverGroups : [])];
  if (groups.some((group) => admitted.includes(group))) return 'yes';
  if (role.known && may.roles.some((least) => hasRole(role.value, least))) return 'yes';
  if (!role.known && may.roles.length > 0) return { unknown: 'role' };
  const group = unread.find((name) => admitted.includes(name));
  return group === undefined ? 'no' : { unknown: 'group', group };
}

/** This role or a stronger one; a rule that says `none` admits nobody. */
export function hasRole(role: Role, least: Role): boolean {
  return least !== 'none' && ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Who is admitted, in the words of the configuration. */
export function describeMay(may: MayRule): readonly string[] {
  return [...(may.requester ? ['requester'] : []), ...(may.approvers ? ['approvers'] : []), ...may.roles, ...may.groups];
}
