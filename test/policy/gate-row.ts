// One gate, one change of the good facts, one expected answer.
import { evaluate } from '../../src/policy/evaluate.ts';
import type { EnvironmentPolicy } from '../../src/policy/environment-policy.ts';
import type { Facts } from '../../src/policy/facts.ts';
import type { Moment } from '../../src/policy/gates/gate.ts';
import type { ReasonCode } from '../../workflows/reasons.ts';
import type { GateName, GateResult } from '../../workflows/vocabulary.ts';
import { commit, comparison, facts, known, MERGE, policy, pullRequest, ref, STRANGER } from './given.ts';

export interface Row {
  readonly what: string;
  readonly gate: GateName;
  readonly policy?: EnvironmentPolicy;
  readonly facts?: Partial<Facts>;
  readonly moment?: Moment;
  readonly state: GateResult['state'];
  readonly reasons?: readonly ReasonCode[];
  readonly note?: RegExp;
}

export function answer(row: Row): Pick<Row, 'state' | 'reasons'> & { readonly note: string } {
  const asked = { ...facts(), ...row.facts };
  const { gates: results, reasons } = evaluate(row.policy ?? policy(), asked, row.moment);
  const result = results.find(({ gate }) => gate === row.gate);
  if (result === undefined) throw new Error(`no gate ${row.gate}`);
  return { state: result.state, note: result.note, reasons: reasons.map(({ code }) => code) };
}

export const OPEN = policy({ isProtected: false, approvals: { ...policy().approvals, tree: null } });
export const refsOnly = (...refs: EnvironmentPolicy['refs']): EnvironmentPolicy => policy({ refs });
export const may = (change: Partial<EnvironmentPolicy['may']['request']>): EnvironmentPolicy =>
  policy({ may: { ...policy().may, request: { roles: [], groups: [], requester: false, approvers: false, ...change } } });
export const merged = {
  pullRequest: known(pullRequest({ state: 'merged', mergeSha: MERGE })),
  ref: known(ref({ sha: MERGE })),
  lastPush: known(null),
};
export const byStranger: Partial<Facts> = { requester: STRANGER, requesterRole: known('write') };

export const plain = { pullRequest: known(null) };
const check = (name: string) => ({ name, url: null });
export const checks = (passed: readonly string[], failed: readonly string[] = [], pending: readonly string[] = []): Partial<Facts> => ({
  checks: known({ passed: passed.map(check), failed: failed.map(check), pending: pending.map(check) }),
});
export const staging = (before: Facts['before'][string]): Partial<Facts> => ({ before: { staging: before } });
export const lost = comparison({ status: 'diverged', lost: [commit('d')] });
