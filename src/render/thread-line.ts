// The short lines around a card: the Slack thread's timeline, the `also` channels, the new message at the end. Pure.
import type { DeployStatus } from '../../workflows/status.ts';
import { linesSection } from './blocks.ts';
import { cardOf } from './card.ts';
import { fitted } from './card-github.ts';
import { headlineOf } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { missingWords, voteWords } from './facts.ts';
import { called, code, say, shaLink, toGithub, toSlackFallback } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { noteLines } from './notes.ts';
import { stateLine } from './request-line.ts';
import { route, standingVotes } from './view.ts';
import type { Surface, View } from './view.ts';

/** One line for the timeline in the card's thread: what has just changed. */
export function threadLine(status: DeployStatus, context: RenderContext): SlackMessage {
  return message(status.phase.kind === 'waiting' ? waitingLines(status, context) : [stateLine(status, context)], context);
}

/** A vote, a push, a vote that is gone; then who is still needed. They are called once the request has moved: its card called them at first. */
function waitingLines(status: DeployStatus, context: RenderContext): readonly Inline[] {
  const view: View = { status, context, surface: 'slack' };
  const last = standingVotes(status)
    .toSorted((a, b) => a.at - b.at)
    .at(-1);
  const news = [...noteLines(view), ...(last === undefined ? [] : [say`✅ approved by ${voteWords(view, last)}`])];
  const missing = missingWords((status.tally ?? status.plan?.tally)?.tree ?? null, 'call');
  return news.length === 0 || missing.length === 0 ? [...news, stateLine(status, context)] : [...news, say`Still needed: ${missing}`];
}

/** One line for the `also` channels at the end; null while the request goes on, and for ends that changed nothing anywhere. */
export function alsoLine(status: DeployStatus, context: RenderContext): SlackMessage | null {
  const { plan, phase, request } = status;
  if (plan === null || (phase.kind !== 'succeeded' && phase.kind !== 'ended-badly')) return null;
  const card = context.cards.slackUrl === null ? [] : say` · ${{ kind: 'link', text: 'card', url: context.cards.slackUrl, isCode: false }}`;
  return message([say`${route(status)} ${shaLink(plan.sha, plan.commitUrl)}: ${stateLine(status, context)} · ${code(request.code)}${card}`], context);
}

/** The new Slack message, at the end and when somebody must act: edits of a card notify nobody. null when the edited card is enough. */
export function announcementMessage(status: DeployStatus, context: RenderContext): SlackMessage | null {
  const lines = announcement(status, context, 'slack');
  return lines === null ? null : message(lines, context);
}

/** The new comment on the pull request at the end or when somebody must act; null when the edited card is enough. */
export function announcementMarkdown(status: DeployStatus, context: RenderContext): string | null {
  const lines = announcement(status, context, 'github');
  return lines === null ? null : fitted(lines.map((line) => toGithub(line, { now: context.now })).join('\n\n'), 60_000);
}

/** The state, for whom, and what to do: the requester can act on every one of these. */
function announcement(status: DeployStatus, context: RenderContext, surface: Surface): readonly Inline[] | null {
  const { phase, plan, request } = status;
  if (!ANNOUNCED.has(phase.kind) || plan === null) return null;
  const card = cardOf({ status, context, surface });
  const url = surface === 'github' ? context.cards.githubUrl : context.cards.slackUrl;
  const more = url === null ? say`code ${request.code}` : say`${{ kind: 'link', text: `the card of ${request.code}`, url, isCode: false }}`;
  const what = card.next ?? card.steps[1] ?? null;
  return [say`${called(plan.requester)} ${headlineOf(card)} · ${more}`, ...(what === null ? [] : [what])];
}

const ANNOUNCED: ReadonlySet<DeployStatus['phase']['kind']> = new Set<DeployStatus['phase']['kind']>([
  'blocked',
  // Only where somebody had waited: without a plan nothing is announced.
  'refused',
  'succeeded',
  'ended-badly',
  'stopped',
  'not-built',
  'rejected',
  'expired',
  'cancelled',
  'terminated',
]);

function message(lines: readonly Inline[], { now }: RenderContext): SlackMessage {
  return {
    text: toSlackFallback(
      lines.flatMap((line, i) => (i === 0 ? line : say` ${line}`)),
      { now, max: 1_500 },
    ),
    blocks: linesSection(lines, now, 2_500),
  };
}
