// The short lines around a card: the Slack thread's timeline, the `also` channels, the new message at the end. Pure.
import type { DeployStatus, ToldSoFar } from '../../workflows/status.ts';
import { linesSection } from './blocks.ts';
import { cardOf } from './card.ts';
import { fitted } from './card-github.ts';
import { headlineOf } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { called, code, say, shaLink, toGithub, toSlackFallback } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { stateLine } from './request-line.ts';
import { missingWords } from './rule-words.ts';
import { newsLines, supposedlyTold } from './timeline.ts';
import { route } from './view.ts';
import type { Surface } from './view.ts';

/**
 * What goes into the card's thread: what has happened since `told`, each once, then where the request stands. At the end, and when somebody
 * must act, it calls the requester like every new message. `told` undefined: nobody kept account.
 */
export function threadMessage(status: DeployStatus, context: RenderContext, told?: ToldSoFar | null): SlackMessage {
  const news = newsLines(status, told ?? supposedlyTold(status), context);
  return message([...news, ...(announcement(status, context, 'slack') ?? standing(status, context, news.length > 0))], context);
}

/** Who is still needed is called once the request has moved: its card called them at first. */
function standing(status: DeployStatus, context: RenderContext, hasNews: boolean): readonly Inline[] {
  const missing = missingWords((status.tally ?? status.plan?.tally)?.tree ?? null, 'call');
  if (status.phase.kind !== 'waiting' || !hasNews || missing.length === 0) return [stateLine(status, context)];
  return [say`Still needed: ${missing}`];
}

/** One line for the `also` channels at the end; null while the request goes on, and for ends that changed nothing anywhere. */
export function alsoLine(status: DeployStatus, context: RenderContext): SlackMessage | null {
  const { plan, phase, request } = status;
  if (plan === null || (phase.kind !== 'succeeded' && phase.kind !== 'ended-badly')) return null;
  const card = context.cards.slackUrl === null ? [] : say` · ${{ kind: 'link', text: 'card', url: context.cards.slackUrl, isCode: false }}`;
  return message([say`${route(status)} ${shaLink(plan.sha, plan.commitUrl)}: ${stateLine(status, context)} · ${code(request.code)}${card}`], context);
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
