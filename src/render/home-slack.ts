// The home tab of one person: what waits for them, what they asked for, what is live. Pure.
import type { Button, HomeView, KnownBlock } from '@slack/types';
import type { ReviewStatus } from '../../workflows/review-contract.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Millis, Person } from '../../workflows/vocabulary.ts';
import { ACTIONS } from './actions.ts';
import { blockForHome } from './block-message.ts';
import { actions, context, header, linesSection } from './blocks.ts';
import { buttonsOf } from './buttons.ts';
import type { RenderContext } from './context.ts';
import { soFarFact, whatFact } from './facts.ts';
import { FORM_ACTIONS } from './form-fields.ts';
import type { Home } from './home.ts';
import { code, emphasis, join, named, say, strong, time } from './inline.ts';
import type { Inline } from './inline.ts';
import { liveWords } from './live.ts';
import { requestLine, owedLine } from './request-line.ts';
import { reviewButtons } from './review-card.ts';
import { missingWords } from './rule-words.ts';
import { isAllRead, unreadLines } from './unread.ts';
import type { View } from './view.ts';

/** Far below Slack's 100 blocks, and no more than a person reads. */
const REQUESTS_MAX = 10;
const REVIEWS_MAX = 5;

export function homeView(home: Home, renderContext: RenderContext): HomeView {
  const { now, prefix } = renderContext;
  return {
    type: 'home',
    blocks: [
      header(say`What waits for you`, now),
      ...unreadBlocks(home, now),
      ...firstOf(home.toReview, { max: REVIEWS_MAX, draw: (review) => reviewBlocks(review, renderContext), rest: THEN, now }),
      ...firstOf(home.steps, { max: REVIEWS_MAX, draw: (step) => blockForHome(step, renderContext), rest: THEN, now }),
      ...waitingBlocks(home, renderContext),
      header(say`What you asked for`, now),
      ...askedBlocks(home, renderContext),
      ...actions([ASK]),
      ...liveBlocks(home, renderContext),
      ...context([say`As of ${time(now)}. Opening this tab brings it up to date · ${code(`${prefix} help`)}`], now),
    ],
  };
}

/** When the requests can't be read: never an empty list, which would say that nothing waits. */
export function homeUnreadView(why: Inline, { now }: RenderContext): HomeView {
  return { type: 'home', blocks: [header(say`What waits for you`, now), ...linesSection([say`❓ ${why}`], now), ...actions([ASK])] };
}

const ASK: Button = { type: 'button', action_id: FORM_ACTIONS.open, text: { type: 'plain_text', text: 'Ask for a deploy' } };

const THEN = ', which show when these are done';

interface Shown<T> {
  readonly max: number;
  readonly draw: (one: T) => readonly KnownBlock[];
  /** After how many more there are. */
  readonly rest: string;
  readonly now: number;
}

/** Nobody takes a part for all of it. */
function firstOf<T>(all: readonly T[], { max, draw, rest, now }: Shown<T>): readonly KnownBlock[] {
  const more = all.length > max ? [say`and ${all.length - max} more${rest}`] : [];
  return [...all.slice(0, max).flatMap(draw), ...context(more, now)];
}

function reviewBlocks(review: ReviewStatus, renderContext: RenderContext): readonly KnownBlock[] {
  const { emergency } = review.deploy.request;
  const why = say`The reason given: ${emphasis((emergency?.reason ?? '').slice(0, 300))}`;
  return [...linesSection([owedLine(review, renderContext), why], renderContext.now), ...actions(reviewButtons(review, renderContext))];
}

/** What could not be read comes first: nobody takes the rest for all of it. */
function unreadBlocks({ unread, person, knowsLinks }: Home, now: Millis): readonly KnownBlock[] {
  const who = person.mapped
    ? say`❓ Delegations can't be read just now: where you act for somebody else is missing here.`
    : say`❓ I can't read just now who you are on GitHub, so what waits for you may be missing here.`;
  const lines = [...unreadLines(unread, 'what waits for you and what you asked for'), ...(knowsLinks ? [] : [who])];
  return lines.length === 0 ? [] : linesSection([...lines, say`Open this tab again in a minute; nothing is lost.`], now);
}

const isWhole = ({ unread, knowsLinks }: Home): boolean => isAllRead(unread) && knowsLinks;

function waitingBlocks(home: Home, renderContext: RenderContext): readonly KnownBlock[] {
  const { waiting, toReview, steps, isPartial, person } = home;
  const { now, prefix } = renderContext;
  const more = isPartial ? [say`There are more open requests than I looked at: ${code(`${prefix} status`)} shows those of a channel.`] : [];
  if (waiting.length === 0 && toReview.length + steps.length > 0) return context(more, now);
  if (waiting.length === 0) {
    return linesSection([isWhole(home) && !isPartial ? nothingWaits(person) : say`Nothing, as far as I could read.`, ...more], now);
  }
  const draw = (status: DeployStatus): readonly KnownBlock[] => waitingRequest(status, renderContext);
  return [...firstOf(waiting, { max: REQUESTS_MAX, draw, rest: THEN, now }), ...context(more, now)];
}

function nothingWaits({ mapped }: Person): Inline {
  return mapped
    ? say`Nothing. When somebody asks for your approval, it stands here.`
    : say`Nothing: I don't know who you are on GitHub, so no rule can ask for you.`;
}

const VOTING: ReadonlySet<string | undefined> = new Set<string>([ACTIONS.approve, ACTIONS.reject, ACTIONS.details]);

function waitingRequest(status: DeployStatus, renderContext: RenderContext): readonly KnownBlock[] {
  const { plan, phase } = status;
  if (plan === null || phase.kind !== 'waiting') return [];
  const view: View = { status, context: renderContext, surface: 'slack' };
  const missing = missingWords((status.tally ?? plan.tally).tree, 'name');
  const parameters = Object.entries(plan.parameters).map(([name, value]) => code(`${name}=${value}`));
  const lines: readonly Inline[] = [
    say`⏸ ${strong(status.request.service)} → ${strong(status.request.environment)}`,
    say`${whatFact(plan, view).value}${parameters.length === 0 ? [] : say` · with ${join(parameters, ' ')}`}`,
    say`asked by ${named(plan.requester)} · needs ${missing} · until ${time(phase.expiresAt)} · ${code(status.request.code)}`,
    ...soFarFact(view).map(({ value }) => value),
  ];
  const buttons = buttonsOf(status, renderContext).filter(({ action_id: id }) => VOTING.has(id));
  return [...linesSection(lines, renderContext.now), ...actions(buttons)];
}

function askedBlocks(home: Home, renderContext: RenderContext): readonly KnownBlock[] {
  const { asked, owing } = home;
  const { now } = renderContext;
  if (asked.length + owing.length === 0) return linesSection([say`Nothing of yours is open${isWhole(home) ? '' : ', as far as I could read'}.`], now);
  const drawOwed = (review: ReviewStatus): readonly KnownBlock[] => linesSection([owedLine(review, renderContext)], now);
  const drawAsked = (status: DeployStatus): readonly KnownBlock[] => [
    ...linesSection([requestLine(status, renderContext)], now),
    ...actions(buttonsOf(status, renderContext).filter(({ action_id: id }) => id === ACTIONS.details || id === ACTIONS.cancel)),
  ];
  return [
    ...firstOf(owing, { max: REVIEWS_MAX, draw: drawOwed, rest: '', now }),
    ...firstOf(asked, { max: REQUESTS_MAX, draw: drawAsked, rest: '', now }),
  ];
}

function liveBlocks({ live }: Home, renderContext: RenderContext): readonly KnownBlock[] {
  if (live.length === 0) return [];
  const lines = live.map((place) => say`${code(place.service)} on ${strong(place.environment)}: ${liveWords(place, renderContext)}`);
  return [header(say`What is live where you may approve`, renderContext.now), ...linesSection(lines, renderContext.now)];
}
