// One card per surface, edited in place. The cards follow the request, one message at a time: what changes while a message is
// under way is told by the next one. Trouble with messages never holds the request up.
import { condition, log } from '@temporalio/workflow';
import { telling, tellingAtLast } from './ask.ts';
import { createPatience, delivered } from './delivered.ts';
import { isEnd, tellWithin, type Deploy } from './deploy-state.ts';
import { statusOf } from './deploy-status.ts';
import { stepsDoneBefore } from './guarded.ts';
import { showInTemporal } from './seen-in-temporal.ts';
import type { Cards, DeployStatus, ToldSoFar } from './status.ts';

/** Name of the step of `announce` that posts under the Slack card. */
const THREAD_STEP = 'thread';

/** Tells people of every change until the request is over and its last word is out. What was not delivered is tried again later. */
export async function keepPeopleTold(deploy: Deploy): Promise<void> {
  let toldSoFar: ToldSoFar | null = null;
  const againWithin = createPatience(deploy.clock);
  let alarm: Promise<unknown> | null = null;
  for (;;) {
    await condition(() => deploy.tellAt <= deploy.clock.now());
    const thread = deploy.isNews ? deploy.phase.kind : null;
    deploy.tellAt = Infinity;
    deploy.untell();
    deploy.untell = () => undefined;
    deploy.isNews = false;
    const status = statusOf(deploy);
    showInTemporal(status);
    const told = await tell({ status, cards: deploy.cards, thread, told: toldSoFar });
    // The timeline begins with the card; what could not be said under it is said with the next line.
    if (told.isTimelineNew) toldSoFar = asTold(status);
    if (isAlarming(status) && deploy.cards.slack === null && told.cards.slack !== null)
      alarm = delivered('alarm', tellingAtLast.raiseAlarm({ status, cards: told.cards }));
    deploy.cards = told.cards;
    if (isEnd(status.phase)) return void (await alarm);
    tellWithin(deploy, againWithin(told.isComplete));
  }
}

/** Whoever only wants to know of the end must know of an emergency when it begins. */
const isAlarming = ({ plan }: DeployStatus): boolean => plan?.emergency !== undefined && plan.slack.also.length > 0;

interface Message {
  readonly status: DeployStatus;
  readonly cards: Cards;
  readonly thread: string | null;
  readonly told: ToldSoFar | null;
}

interface Told {
  readonly cards: Cards;
  readonly isComplete: boolean;
  /** Under the Slack card everything is said that has happened so far. */
  readonly isTimelineNew: boolean;
}

async function tell({ status, cards, thread, told }: Message): Promise<Told> {
  const isLast = isEnd(status.phase);
  const by = isLast ? tellingAtLast : telling;
  const wanted = surfacesOf(status);
  const [slack, github] = await Promise.all([
    cards.slack ?? (wanted.slack ? delivered('Slack card', by.postSlackCard(status)) : null),
    cards.github ?? (wanted.github ? delivered('GitHub card', by.postGithubCard(status)) : null),
  ]);
  const posted: Cards = { slack, github };
  if (isLast && wanted.requesterOnly) await delivered('answer', tellingAtLast.tellRequester(status));
  // A card says everything when it is posted: the first one needs no news beside it. One surface that is out of reach silences no other.
  const news = cards.slack === null && cards.github === null ? null : thread;
  let isThreadSaid = false;
  let isComplete = (slack !== null || !wanted.slack) && (github !== null || !wanted.github);
  // A card that was just posted says everything, but for the final reaction and the new message at the end.
  if (cards.slack !== null || cards.github !== null || (isLast && (slack !== null || github !== null))) {
    const input = { status, cards: posted, thread: news, told };
    const saying = by.announce.executeWithOptions({ summary: `say: ${status.phase.kind}` }, [input]);
    const said = await saying.then(() => ({ isWhole: true, isThreadSaid: true }), partly);
    isThreadSaid = said.isThreadSaid;
    isComplete &&= said.isWhole;
  }
  return { cards: posted, isComplete, isTimelineNew: (cards.slack === null && slack !== null) || (news !== null && isThreadSaid) };
}

/** One surface may be out of reach for long: what the other was told is not told again. */
function partly(error: unknown): { readonly isWhole: boolean; readonly isThreadSaid: boolean } {
  log.warn('announcement was not delivered', { error });
  return { isWhole: false, isThreadSaid: stepsDoneBefore(error).includes(THREAD_STEP) };
}

function asTold({ phase, plan, votes, unconfirmed, voided, laterPush, doubles }: DeployStatus): ToldSoFar {
  const clicks = unconfirmed === undefined ? {} : { unconfirmed };
  const extended = phase.kind === 'waiting' && phase.extendedMs !== undefined ? { extendedMs: phase.extendedMs } : {};
  const late = laterPush?.sha ?? null;
  return {
    phase: phase.kind,
    revision: plan?.revision ?? 0,
    votes,
    ...clicks,
    voided,
    laterPush: late,
    ...extended,
    ...(doubles === undefined ? {} : { doubles: doubles.length }),
  };
}

/**
 * Where the request is shown. A planned one in the channel, and on its pull request. One that was refused, or only asked what
 * would happen, is answered where it was asked.
 */
function surfacesOf({ plan, request }: DeployStatus): { readonly slack: boolean; readonly github: boolean; readonly requesterOnly: boolean } {
  const isFromGithub = request.origin.surface === 'github';
  if (plan === null || request.dryRun) return { slack: false, github: isFromGithub, requesterOnly: !isFromGithub };
  return { slack: true, github: isFromGithub || plan.pullRequest !== null, requesterOnly: false };
}
