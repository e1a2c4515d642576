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
}

/** `unknown`: only the role could admit this person, and it could not be read. */
export function admits({ may, role, groups, approverGroups }: Admission): 'yes' | 'no' | 'unknown' {
  const admitted = [...may.groups, ...(may.approvers ? approverGroups : [])];
  if (groups.some((group) => admitted.includes(group))) return 'yes';
  if (may.roles.length === 0) return 'no';
  if (!role.known) return 'unknown';
  return may.roles.some((least) => hasRole(role.value, least)) ? 'yes' : 'no';
}

/** This role or a stronger one; a rule that says `none` admits nobody. */
export function hasRole(role: Role, least: Role): boolean {
  return least !== 'none' && ROLES.indexOf(role) >= ROLES.indexOf(least);
}

/** Who is admitted, in the words of the configuration. */
export function describeMay(may: MayRule): readonly string[] {
  return [...(may.requester ? ['requester'] : []), ...(may.approvers ? ['approvers'] : []), ...may.roles, ...may.groups];
}
