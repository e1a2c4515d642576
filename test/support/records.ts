// Requests that have ended and agree with themselves: their digests are real. And keys that are the same in every run.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { deployCode } from '../../src/ids.ts';
import { planContract, policyDigest } from '../../src/policy/contract.ts';
import type { EndedRequest } from '../../src/record/statement.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Plan } from '../../workflows/vocabulary.ts';
import { productionPolicy } from './policy-examples.ts';
import { ann, approvedByBoth, ASKED, bea, build, dan, first, NOW, plan as example, SHA, status, tally, vote } from './views.ts';

const { workflowId } = first;
const code = deployCode(workflowId);
const terms = { ...example, parameters: { migrate: 'no' }, policyDigest: policyDigest(productionPolicy) };
export const contract = planContract({ ...terms, workflowId });
export const plan: Plan = { ...terms, policy: { ...productionPolicy }, contract };

/** The same plan by another rule: as the policy writes it, and as it was judged when it was planned. */
export function planBy(configured: Plan['rule'], judged: Plan['rule'] = configured): Plan {
  const other = { ...productionPolicy, approvals: configured };
  const digest = policyDigest(other);
  return {
    ...plan,
    rule: judged,
    policy: { ...other },
    policyDigest: digest,
    contract: planContract({ ...terms, policyDigest: digest, workflowId }),
  };
}

const passed = { ...build, state: 'passed', finishedAt: NOW, steps: [] };

/** As its workflow returned it. */
function endedStatus(change: Partial<DeployStatus> = {}): DeployStatus {
  const phase = { kind: 'succeeded', build: passed, at: NOW } as const;
  const votes = [vote(bea, 'slack', 17, { contract }), vote(dan, 'github', 9, { contract })];
  const whole = status(phase, { ...approvedByBoth, plan, votes, tally: tally(bea, dan), build: passed });
  return { ...whole, request: { ...whole.request, code, parameters: { migrate: 'no' } }, ...change };
}

export function ended(change: Partial<DeployStatus> = {}, more: Partial<EndedRequest> = {}): EndedRequest {
  return {
    status: endedStatus(change),
    namespace: 'countersign',
    runId: '0198c0de-0000-4000-8000-00000000000a',
    startedAt: ASKED,
    closedAt: NOW + 2_000,
    granted: { at: NOW - 141_000, approvers: ['Bea', 'Dan'] },
    review: null,
    ...more,
  };
}

const reason = 'the shop is down';
const noApprovals = { ...plan, rule: { ...plan.rule, tree: null } };
const brokenGlass: Plan = {
  ...noApprovals,
  contract: planContract({ ...terms, workflowId, emergency: { reason } }),
  emergency: { reason, review: { kind: 'group', group: 'sre', count: 1 }, remindMs: 3_600_000, tally: tally() },
};
const inEmergency = { plan: brokenGlass, votes: [], tally: { satisfied: true, have: 0, need: 0, tree: null } };
const emergencyStatus = endedStatus({ ...inEmergency, request: { ...endedStatus().request, emergency: { reason } } });
/** Started by nobody's approval, and signed off afterwards. */
export const emergency: EndedRequest = ended(emergencyStatus, {
  granted: { at: NOW - 141_000, approvers: [] },
  review: {
    workflowId: `review:${workflowId}`,
    deploy: emergencyStatus,
    phase: { kind: 'signed', at: NOW + 1_000 },
    votes: [vote(bea, 'slack', -1, { contract: brokenGlass.contract, reason: 'looked at it' })],
    tally: tally(),
    reminders: 0,
  },
});

/** What never got as far as a plan. */
export const refused: EndedRequest = ended(
  {
    plan: null,
    votes: [],
    tally: null,
    build: null,
    phase: { kind: 'refused', reasons: [{ code: 'unknown-service', service: 'ap', known: ['api'] }], gates: [], sha: null },
  },
  { granted: null },
);

/** Not one of ours: a seed that everybody knows. */
function keyOf(seed: number): KeyObject {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}
export const SIGNER = keyOf(7);
export const NEXT_SIGNER = keyOf(8);
export const pemOf = (key: KeyObject): string => key.export({ format: 'pem', type: key.type === 'private' ? 'pkcs8' : 'spki' }).toString();
export const publicOf = (key: KeyObject): KeyObject => createPublicKey(key);

export { ann, bea, dan, SHA };
