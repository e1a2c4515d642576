// The account of one request, part by part: gates, rule, votes, what was signed. For whoever asks for the details or for the reasons.
import type { GoneVote } from '../../workflows/reasons.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Plan, Vote } from '../../workflows/vocabulary.ts';
import type { RenderContext } from './context.ts';
import { gateLine, unconfirmedWords, unknownAuthorsNote, voteWords } from './facts.ts';
import { code, emphasis, join, link, listed, named, say, shaLink, time } from './inline.ts';
import type { Inline } from './inline.ts';
import { voidReason, voidWords } from './notes.ts';
import { ruleWords, treeLines } from './rule-words.ts';
import type { View } from './view.ts';

const REASON_MAX = 200;

export function gateLines({ plan, phase }: DeployStatus): readonly Inline[] {
  const gates = phase.kind === 'refused' ? phase.gates : (plan?.gates ?? []);
  return gates.map(gateLine);
}

/** The rule as it was evaluated last, and who never counts. */
export function ruleLines({ status }: View): readonly Inline[] {
  const { plan, tally } = status;
  if (plan === null) return [];
  const { tree } = tally ?? plan.tally;
  if (plan.emergency !== undefined) return emergencyLines(plan.emergency);
  if (tree === null) return [say`Nobody has to approve.`];
  const authors = plan.rule.exclude.includes('commit-authors') ? say` and the commits' authors${unknownAuthorsNote(plan.change)}` : [];
  return [...treeLines(tree), say`Never counted: ${listed(plan.requesters.map(named), 6)}${authors}`];
}

/** Every vote, those that count no longer with why and since when. */
export function voteLines(view: View): readonly Inline[] {
  const { votes, voided, unconfirmed = [], gone } = view.status;
  const standing = votes.map((vote) => standingLine(view, vote));
  const waiting = unconfirmed.map((vote) => unconfirmedWords(view, vote));
  // Requests of before do not keep what is gone: their last card does.
  if (gone === undefined) return [...standing, ...waiting, ...voided.map((vote) => say`↩️ no longer counted: ${voidWords(vote)}`)];
  return [...gone.map((vote) => goneLine(view, vote)), ...standing, ...waiting];
}

function standingLine(view: View, vote: Vote): Inline {
  const { plan, voided } = view.status;
  const counts = vote.contract === plan?.contract && !voided.some(({ by }) => by.key === vote.by.key);
  const word = vote.kind === 'approve' ? (counts ? '✅ approved by' : '↩️ approved an earlier state:') : '🚫 rejected by';
  return say`${word} ${voteWords(view, vote)}${reasonOf(vote.reason)}`;
}

function goneLine(view: View, { vote, why, detail, at }: GoneVote): Inline {
  const what = say`${voteWords({ ...view, status: { ...view.status, tally: null } }, vote)}${reasonOf(vote.reason)}`;
  if (why === 'withdrawn') return say`↩️ ${what}, taken back at ${time(at)}${reasonOf(detail)}`;
  return say`↩️ ${what}, no longer counted since ${time(at)}: ${voidReason({ why, detail })}`;
}

function reasonOf(reason: string | null): Inline {
  return reason === null || reason.trim() === '' ? [] : say` (${emphasis(reason.slice(0, REASON_MAX))})`;
}

/** Everything that can be looked up elsewhere by its name. */
export function idLine({ plan, request, workflowId }: DeployStatus, { temporalUrl }: RenderContext): Inline {
  const parts: Inline[] = [say`code ${code(request.code)}`];
  if (plan !== null) {
    parts.push(
      say`rev ${plan.revision}`,
      say`full SHA ${code(plan.sha)} (${shaLink(plan.sha, plan.commitUrl)})`,
      say`contract ${code(plan.contract)}`,
      say`policy ${code(plan.policyDigest.slice(0, 12))}`,
      say`target ${code(plan.target)}`,
      say`pipeline ${code(plan.pipeline)}`,
    );
  }
  parts.push(temporalUrl === null ? say`workflow ${code(workflowId)}` : say`workflow ${link(workflowId, temporalUrl)}`);
  return join(parts, ' · ');
}

/** Nobody was asked before; who has to sign it off afterwards, and why it was one. */
function emergencyLines({ reason, tally }: NonNullable<Plan['emergency']>): readonly Inline[] {
  const owed = tally.tree === null ? [] : [say`Owes a review by ${ruleWords(tally.tree, 'name')}`];
  return [say`🚨 An emergency, without approval: ${emphasis(reason.slice(0, 500))}`, ...owed];
}
