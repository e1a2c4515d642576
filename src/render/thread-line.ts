// The short lines around a card: the Slack thread's timeline, the `also` channels, the new message at the end. Pure.
import type { DeployStatus, ToldSoFar } from '../../workflows/status.ts';
import { cardOf } from './card.ts';
import { linesComment } from './card-github.ts';
import { headlineOf, linesMessage } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { called, code, link, say, shaLink } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { stateLine } from './request-line.ts';
import { alarmLine } from './emergency.ts';
import { askedAgainWords, revisionLine } from './revision-words.ts';
import { missingWords } from './rule-words.ts';
import { newsLines, supposedlyTold } from './timeline.ts';
import { route } from './view.ts';
import type { Surface } from './view.ts';

/**
 * What goes into the card's thread: what has happened since `told`, each once, then where the request stands. At the end, and when somebody
 * must act, it calls the requester like every new message. `told` undefined: nobody kept account.
 */
export function threadMessage(status: DeployStatus, context: RenderContext, told?: ToldSoFar | null): SlackMessage {
  const known = told ?? supposedlyTold(status);
  const news = newsLines(status, known, context);
  const again = isNewRevision(status, known) ? askedAgainWords(status) : [];
  const rest = announcement(status, context, 'slack') ?? (again.length > 0 ? [lookAgain(again)] : standing(status, context, news.length > 0));
  return linesMessage([...news, ...rest], context);
}

const isNewRevision = ({ plan, revision }: DeployStatus, told: ToldSoFar): boolean => revision !== null && (plan?.revision ?? 0) > told.revision;
const lookAgain = (people: Inline): Inline => say`Approved before the push, please look again: ${people}`;

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
  const card = context.cards.slackUrl === null ? [] : say` · ${link('card', context.cards.slackUrl)}`;
  const sign = request.emergency === undefined ? '' : '🚨 ';
  return linesMessage(
    [say`${sign}${route(status)} ${shaLink(plan.sha, plan.commitUrl)}: ${stateLine(status, context)} · ${code(request.code)}${card}`],
    context,
  );
}

/** One line for the `also` channels when an emergency begins. */
export function alarmMessage(status: DeployStatus, context: RenderContext): SlackMessage {
  return linesMessage([alarmLine({ status, context, surface: 'slack' })], context);
}

/** The new comment on the pull request at the end, when somebody must act, or when whoever had approved is asked again; null when the edited card is enough. */
export function announcementMarkdown(status: DeployStatus, context: RenderContext, told?: ToldSoFar | null): string | null {
  const lines = announcement(status, context, 'github') ?? askingAgain(status, context, told ?? supposedlyTold(status));
  return lines === null ? null : linesComment(lines, context);
}

function askingAgain(status: DeployStatus, { cards }: RenderContext, told: ToldSoFar): readonly Inline[] | null {
  const { revision, request } = status;
  const people = isNewRevision(status, told) ? askedAgainWords(status) : [];
  if (revision === null || people.length === 0) return null;
  const card = cards.githubUrl === null ? say`code ${request.code}` : [link(`the card of ${request.code}`, cards.githubUrl)];
  return [revisionLine(revision), say`${lookAgain(people)} · ${card} · approve it with ${code('/approve')}`];
}

/** The state, for whom, and what to do: the requester can act on every one of these. */
function announcement(status: DeployStatus, context: RenderContext, surface: Surface): readonly Inline[] | null {
  const { phase, plan, request } = status;
  if (!ANNOUNCED.has(phase.kind) || plan === null) return null;
  const card = cardOf({ status, context, surface });
  const url = surface === 'github' ? context.cards.githubUrl : context.cards.slackUrl;
  const more = url === null ? say`code ${request.code}` : say`${link(`the card of ${request.code}`, url)}`;
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
