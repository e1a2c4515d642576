// The words of the decision log. Values come from a history: their shapes are those of `workflows/contract.ts`. Pure.
import type { PlanResult, Recheck } from '../../../workflows/activities.ts';
import type { Attestation, BuildToken } from '../../../workflows/attest-contract.ts';
import type { BuildReport } from '../../../workflows/build-contract.ts';
import type { CastVote, Claim, DeployInput, HeadChange, LateAct, Receipt } from '../../../workflows/contract.ts';
import type { Account } from '../../../workflows/vocabulary.ts';

export interface Told {
  readonly sign: string;
  readonly text: string;
  readonly detail: string | null;
}

const nameOf = (by: Account): string => (by.surface === 'github' ? by.login : by.name);
const placeOf = ({ surface }: Account): string => (surface === 'github' ? 'on the pull request' : 'in Slack');

export function toldByStart(input: unknown): Told {
  const { request } = input as DeployInput;
  return {
    sign: '📝',
    text: `${nameOf(request.requester)} asks for ${request.service} → ${request.environment}, ${placeOf(request.requester)}`,
    detail: `code ${request.code}`,
  };
}

/** What an activity answered, if it belongs to the decision; null for all others. */
export function toldByActivity(name: string, result: unknown): Told | null {
  if (name === 'makePlan') return toldByPlan(result as PlanResult);
  if (name === 'recheck') return toldByRecheck(result as Recheck);
  return null;
}

function toldByPlan(result: PlanResult): Told {
  if (result.kind === 'refused') return { sign: '⛔', text: 'Refused at the gate', detail: result.reasons.map(({ code }) => code).join(', ') };
  const { plan } = result;
  const asked = plan.gates.filter(({ state }) => state !== 'not-applicable');
  const passed = asked.filter(({ state }) => state === 'pass');
  return {
    sign: '🧭',
    text: `Plan ${plan.revision}: ${plan.sha.slice(0, 7)} “${plan.title}”, ${passed.length} of ${asked.length} gates pass`,
    detail: `contract ${plan.contract.slice(0, 8)} · policy ${plan.policyDigest.slice(0, 8)} · needs ${plan.tally.need} ${plan.tally.need === 1 ? 'vote' : 'votes'}`,
  };
}

function toldByRecheck(result: Recheck): Told {
  switch (result.kind) {
    case 'good':
      return { sign: '🔎', text: 'Everything read again: still good', detail: null };
    case 'gates':
      return { sign: '⛔', text: 'Everything read again: a gate says no', detail: result.reasons.map(({ code }) => code).join(', ') };
    case 'void':
      return {
        sign: '↩️',
        text: 'Everything read again: a vote no longer counts',
        detail: result.votes.map(({ by, why }) => `${by.name}: ${why}`).join(', '),
      };
    case 'unknown':
      return { sign: '❔', text: `Everything read again: ${result.what} can’t be read`, detail: null };
  }
}

const VERBS = { withdraw: 'withdraws', cancel: 'cancels', extend: 'asks for more time', keep: 'goes back' } as const;

/** An act with its receipt. */
export function toldByUpdate(name: string, input: unknown, outcome: unknown): Told | null {
  if (name === 'claimStart') return toldByClaim(outcome as Claim);
  if (name === 'attest') return toldByAttestation(input as BuildToken, outcome as Attestation);
  if (name !== 'castVote' && name !== 'castReview' && name !== 'withdraw' && name !== 'cancel' && name !== 'extend' && name !== 'keep') return null;
  const act = input as CastVote;
  const verb = name === 'castVote' || name === 'castReview' ? `${act.kind}s` : VERBS[name];
  const receipt = outcome as Receipt | undefined;
  const { sign, text } = receiptWords(receipt);
  return { sign, text: `${nameOf(act.by)} ${verb} ${placeOf(act.by)}: ${text}`, detail: `receipt ${act.key}` };
}

function receiptWords(receipt: Receipt | undefined): Pick<Told, 'sign' | 'text'> {
  switch (receipt?.kind) {
    case 'counted':
      return { sign: '✍️', text: `counted, ${receipt.have} of ${receipt.need}` };
    case 'refused':
      return { sign: '🚫', text: `not counted, ${receipt.reasons.map(({ code }) => code).join(', ')}` };
    case 'withdrawn':
      return { sign: '↩️', text: `taken back, ${receipt.have} of ${receipt.need}` };
    case 'to-confirm':
      return { sign: '⏳', text: 'kept until it is confirmed on GitHub' };
    case 'signed':
      return { sign: '✍️', text: `signed off, ${receipt.have} of ${receipt.need}` };
    case 'disputed':
      return { sign: '⚠️', text: 'disputed' };
    case 'block-rejected':
    case 'rejected':
      return { sign: '✋', text: 'rejected' };
    case 'cancelled':
      return { sign: '✋', text: `cancelled while ${receipt.during}` };
    case 'cancelling':
      return { sign: '✋', text: `Buildkite is asked to cancel build ${receipt.build ?? ''}` };
    case 'keeping':
      return { sign: '↩️', text: `back to ${receipt.sha.slice(0, 7)}` };
    case 'extended':
      return { sign: '⏱', text: 'extended' };
    case undefined:
      return { sign: '❔', text: 'no receipt' };
  }
}

function toldByClaim(claim: Claim): Told {
  if (claim.kind === 'no') return { sign: '⛔', text: `At its turn: no (${claim.reason})`, detail: null };
  const { order } = claim;
  return {
    sign: '🟢',
    text: `At its turn: go. ${order.pipeline} may build ${order.sha.slice(0, 7)}, once`,
    detail: `approved by ${order.approvers.join(', ') || 'nobody, as nobody had to'}${claim.again ? ' · asked again after a crash' : ''}`,
  };
}

/** Only a yes is in a history. */
function toldByAttestation({ number, step }: BuildToken, answer: Attestation): Told | null {
  if (answer.kind !== 'yes') return null;
  return {
    sign: '🔏',
    text: `Build #${number} asks with its own token: yes, this is the approved one`,
    detail: step === null ? null : `step ${step}`,
  };
}

export function toldBySignal(name: string, input: unknown): Told | null {
  if (name === 'headChanged') {
    const { sha, by } = input as HeadChange;
    return { sign: '⬆️', text: `${nameOf(by)} pushes ${sha.slice(0, 7)}`, detail: null };
  }
  if (name === 'actArrived') {
    const { act, input: late } = input as LateAct;
    return { sign: '📨', text: `${nameOf(late.by)}: ${act} arrives late, by Signal`, detail: `receipt ${late.key}` };
  }
  return name === 'buildReported' ? toldByReport((input as { report: BuildReport }).report) : null;
}

function toldByReport(report: BuildReport): Told {
  switch (report.kind) {
    case 'progress':
      return { sign: '🚚', text: `Build #${report.build.number} is ${report.build.state}`, detail: null };
    case 'blocked':
      return { sign: '⏸', text: `Build #${report.build.number} waits at “${report.step}”`, detail: null };
    case 'ended':
      return { sign: report.how === 'passed' ? '✅' : '❌', text: `Build #${report.build.number} ${report.how}`, detail: null };
    case 'refused':
      return { sign: '⛔', text: 'Buildkite refused to create the build', detail: report.answer };
    case 'waiting-for-quota':
      return { sign: '⏳', text: 'Waits for Buildkite’s quota', detail: null };
    case 'unreachable':
      return { sign: '⏳', text: 'Buildkite can’t be reached; waits', detail: null };
    case 'credential':
      return { sign: '🔑', text: 'Buildkite does not take the token; waits', detail: null };
    case 'unclear':
      return { sign: '❔', text: 'Unclear whether the build exists; looks before anything else', detail: null };
    case 'never-built':
      return { sign: '✋', text: 'Proven: nothing was built', detail: null };
    case 'doubled':
      return { sign: '⚠️', text: `Two builds: #${report.kept} counts, #${report.other} is cancelled`, detail: null };
    case 'restarted':
      return { sign: '🔁', text: 'The build workflow was started again for the same turn', detail: null };
  }
}
