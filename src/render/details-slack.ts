// The whole request for one person. Pure.
import type { DeployStatus } from '../../workflows/status.ts';
import type { Vote } from '../../workflows/vocabulary.ts';
import { context, header, linesSection } from './blocks.ts';
import { cardOf } from './card.ts';
import { cardBlocks, headlineOf } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { gateLine, unknownAuthorsNote, voteWords } from './facts.ts';
import { code, join, link, listed, named, say, shaLink, strong, toSlackFallback } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { voidWords } from './notes.ts';
import { treeLines } from './rule-words.ts';
import type { View } from './view.ts';

/** Every gate, the rule with who satisfied it and who is missing, all votes, contract, policy and ids. */
export function detailsMessage(status: DeployStatus, renderContext: RenderContext): SlackMessage {
  const view: View = { status, context: renderContext, surface: 'slack' };
  const card = cardOf(view);
  const { now } = renderContext;
  const { plan } = status;
  const gates = plan?.gates ?? (status.phase.kind === 'refused' ? status.phase.gates : []);
  // The details list each gate and vote by itself: the card's short rows would say them twice.
  const rows = card.facts.filter(({ label }) => label !== 'Gates' && label !== 'Needs' && label !== 'So far');
  return {
    text: toSlackFallback(say`Details of ${status.request.code}: ${headlineOf(card)}.`, { now, max: 1_000 }),
    blocks: [
      header(headlineOf(card), now),
      ...cardBlocks({ ...card, facts: rows, footer: null, items: status.phase.kind === 'planned' ? [] : card.items }, renderContext),
      ...titled('Gates', gates.map(gateLine), now),
      ...titled('Approval', ruleLines(view), now),
      ...titled('Votes', voteLines(view), now),
      ...context([idLine(status, renderContext)], now),
    ],
  };
}

function titled(title: string, lines: readonly Inline[], now: number): ReturnType<typeof linesSection> {
  return lines.length === 0 ? [] : linesSection([[strong(title)], ...lines], now, 1_500);
}

function ruleLines({ status }: View): readonly Inline[] {
  const { plan, tally } = status;
  if (plan === null) return [];
  const tree = (tally ?? plan.tally).tree;
  if (tree === null) return [say`Nobody has to approve.`];
  const { exclude } = plan.rule;
  const authors = exclude.includes('commit-authors') ? say` and the commits' authors${unknownAuthorsNote(plan.change)}` : [];
  return [...treeLines(tree), say`Never counted: ${listed(plan.requesters.map(named), 6)}${authors}`];
}

function voteLines(view: View): readonly Inline[] {
  const { votes, plan, voided } = view.status;
  const counts = (vote: Vote): boolean => vote.contract === plan?.contract && !voided.some(({ by }) => by.key === vote.by.key);
  const lines = votes.map((vote) => {
    const word = vote.kind === 'approve' ? (counts(vote) ? '✅ approved by' : '↩️ approved an earlier state:') : '🚫 rejected by';
    return say`${word} ${voteWords(view, vote)}${vote.reason === null ? [] : say`: ${vote.reason.slice(0, 200)}`}`;
  });
  return [...lines, ...voided.map((vote) => say`↩️ no longer counted: ${voidWords(vote)}`)];
}

function idLine({ plan, request, workflowId }: DeployStatus, { temporalUrl }: RenderContext): Inline {
  const parts: Inline[] = [say`code ${code(request.code)}`];
  if (plan !== null) {
    parts.push(
      say`rev ${plan.revision}`,
      say`full SHA ${shaFull(plan.sha, plan.commitUrl)}`,
      say`contract ${code(plan.contract)}`,
      say`policy ${code(plan.policyDigest.slice(0, 12))}`,
      say`target ${code(plan.target)}`,
      say`pipeline ${code(plan.pipeline)}`,
    );
  }
  parts.push(temporalUrl === null ? say`workflow ${code(workflowId)}` : say`workflow ${link(workflowId, temporalUrl)}`);
  return join(parts, ' · ');
}

function shaFull(sha: string, url: string): Inline {
  return say`${code(sha)} (${shaLink(sha, url)})`;
}
