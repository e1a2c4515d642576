// Who asks, may they, and for something this environment takes? Pure.
import { fail, notApplicable, pass, unknown, type Answer, type Question } from './gate.ts';
import { admits, describeMay, hasRole } from '../may.ts';
import { resolveParameters } from '../parameters.ts';
import { groupsOfRule } from '../rule.ts';
import type { MayRule } from '../environment-policy.ts';
import type { GateReason } from '../../../workflows/reasons.ts';

/**
 * A protected environment asks for a mapped requester. Elsewhere an unmapped GitHub user may ask (with write permission, which is the
 * permission gate's business), an unmapped Slack user never: nothing ties that account to any right.
 */
export function judgeIdentity({ policy, facts }: Question): Answer {
  const { requester, requesterState, surface } = facts;
  const reasons: GateReason[] = [];
  if (!requester.mapped && (policy.isProtected || surface === 'slack' || facts.emergency === true)) {
    reasons.push({ code: 'unmapped-requester', surface, environment: policy.environment });
  }
  if (facts.emergency === true && requester.binding === 'email') reasons.push({ code: 'matched-by-email', environment: policy.environment });
  if (!requesterState.known) {
    const unread = unknown('identity', `the account of ${requester.name}`, requesterState.why);
    return reasons.length === 0 ? unread : fail('identity', unread.gate.note, [...reasons, ...unread.reasons]);
  }
  if (!requesterState.value.active) {
    reasons.push({ code: 'inactive-person', name: requester.name, why: requesterState.value.why ?? 'stranger' });
  }
  if (reasons.length > 0) return fail('identity', `${requester.name} can't be answered for`, reasons);
  return pass('identity', requester.mapped ? `${requester.name} is known on both surfaces` : `${requester.name} is known on GitHub only`);
}

export function judgePermission({ policy, facts }: Question): Answer {
  if (facts.emergency === true) return judgeEmergency(policy, facts);
  const { requester, requesterRole, requesterGroups, unreadGroups } = facts;
  // Without a mapping there are no groups, and the role has to be write at least, whatever `may` says.
  const may = requester.mapped ? policy.may.request : { ...policy.may.request, groups: [], approvers: false };
  const approverGroups = groupsOfRule(policy.approvals.tree);
  const admitted = admits({ may, role: requesterRole, groups: requesterGroups, approverGroups, unread: Object.keys(unreadGroups) });
  const needed = describeMay(may);
  if (typeof admitted === 'object' && admitted.unknown === 'group')
    return unknown('permission', `who is in ${admitted.group}`, unreadGroups[admitted.group] ?? 'it has not been read');
  if (!requesterRole.known) {
    if (admitted === 'yes') return pass('permission', `${requester.name} is in a group that may ask`);
    if (admitted !== 'no') return unknown('permission', `the role of ${requester.name} on ${policy.repo}`, requesterRole.why);
    return fail('permission', 'nobody in their groups may ask', [{ code: 'no-permission', needed, found: 'unknown role' }]);
  }
  const found = [requesterRole.value, ...requesterGroups].join(', ');
  if (!requester.mapped && !hasRole(requesterRole.value, 'write')) {
    return fail('permission', `${requester.name} has ${requesterRole.value}`, [{ code: 'no-permission', needed: atLeastWrite(needed), found }]);
  }
  if (admitted !== 'yes') return fail('permission', `${requester.name} has ${found}`, [{ code: 'no-permission', needed, found }]);
  return pass('permission', `${requester.name} has ${found}`);
}

/** Break glass: only whom the environment names, by default nobody. Unmapped accounts are in no group, and no role of theirs counts. */
function judgeEmergency({ may, service, environment, repo, approvals }: Question['policy'], facts: Question['facts']): Answer {
  const { requester, requesterRole, requesterGroups, unreadGroups } = facts;
  const admission = { role: requesterRole, groups: requesterGroups, approverGroups: groupsOfRule(approvals.tree), unread: Object.keys(unreadGroups) };
  const admitted = admits({ ...admission, may: requester.mapped ? (may.emergency ?? NOBODY) : NOBODY });
  if (admitted === 'yes') return pass('permission', `${requester.name} may deploy in an emergency`);
  if (typeof admitted === 'object' && admitted.unknown === 'group')
    return unknown('permission', `who is in ${admitted.group}`, unreadGroups[admitted.group] ?? 'it has not been read');
  if (admitted !== 'no' && !requesterRole.known) return unknown('permission', `the role of ${requester.name} on ${repo}`, requesterRole.why);
  const found = [requesterRole.known ? requesterRole.value : 'unknown role', ...requesterGroups].join(', ');
  const reason = { code: 'no-emergency', service, environment, needed: describeMay(may.emergency ?? NOBODY), found } as const;
  return fail('permission', `${requester.name} has ${found}`, [reason]);
}

const NOBODY: MayRule = { roles: [], groups: [], requester: false, approvers: false };

export function judgeParameters({ policy, facts }: Question): Answer {
  const { values, reasons } = resolveParameters(policy, facts.parameters);
  if (reasons.length > 0) return fail('parameters', reasons.length === 1 ? 'one is wrong' : `${reasons.length} are wrong`, reasons);
  const told = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return told.length === 0 ? notApplicable('parameters', `${policy.environment} takes none`) : pass('parameters', told.join(' '));
}

// `may: read` admits no unmapped account: it says so in the words of the weakest role that does.
function atLeastWrite(needed: readonly string[]): readonly string[] {
  return [...new Set(needed.map((name) => (name === 'read' || name === 'triage' ? 'write' : name)))];
}
