// An answer to one person, before a surface draws it: some lines, perhaps a list, perhaps a table.
import type { Receipt } from '../../workflows/contract.ts';
import { helpPage } from '../command/help.ts';
import type { HelpEntry } from '../command/help.ts';
import { answerAboutPeople } from './answer-people.ts';
import type { RenderContext } from './context.ts';
import { plural } from './facts.ts';
import { historyAnswer } from './history.ts';
import { channel, code, fromBackticks, join, link, listed, named, quoted, say, strong, time } from './inline.ts';
import type { Inline } from './inline.ts';
import { placeWords } from './reason-text.ts';
import { ACT_REASONS } from './reasons-act.ts';
import { PEOPLE_REASONS } from './reasons-people.ts';
import { reasonItem, reasonSentence } from './reasons.ts';
import type { Hints } from './reason-text.ts';
import { liveWords } from './live.ts';
import type { Reply } from './reply.ts';
import { requestLine, owedLine } from './request-line.ts';
import { during, planSha } from './view.ts';
import { duration } from './time.ts';
import { isAllRead, unreadLines } from './unread.ts';
import type { Surface } from './view.ts';

export interface Answer {
  readonly lines: readonly Inline[];
  readonly items: readonly Inline[];
  readonly closing: Inline | null;
}
/** `one-request`, `one-review` and `one-block` are drawn as a card or as details, `why` as an account, `silence` not at all. */
export type Spoken = Exclude<Reply, { readonly kind: 'one-request' | 'one-review' | 'one-block' | 'why' | 'silence' }>;
interface Asked {
  readonly context: RenderContext;
  readonly surface: Surface;
}

export function answerOf(reply: Spoken, asked: Asked): Answer {
  switch (reply.kind) {
    case 'started':
      return lines(startedLine(reply, asked));
    case 'receipt':
      return receiptAnswer(reply, asked);
    case 'recorded':
      return lines(say`Your ${clickOrWord(asked)} is recorded and will be judged as soon as I am back; the answer comes here.`);
    case 'unreachable':
      return lines(unreachableLine(reply.what, asked));
    case 'not-understood':
      return notUnderstood(reply, asked);
    case 'refused':
      return refused(reply, asked);
    case 'help':
      return help(reply, asked);
    case 'open-requests':
      return openRequests(reply, asked);
    case 'what-is-live':
      return whatIsLive(reply, asked);
    case 'history':
      return historyAnswer(reply, asked.context);
    case 'wrong-place':
      return lines(wrongPlaceLine(reply.line));
    case 'review-is-no-vote':
      return lines(reviewLine(reply));
    case 'link-offer':
    case 'accounts':
    case 'unlinked':
    case 'delegated':
    case 'delegation-ended':
      return answerAboutPeople(reply, asked.context.prefix);
    case 'broken':
      return lines(brokenLine(reply.reference, asked));
  }
}

function wrongPlaceLine(line: string): Inline {
  return say`A command at a line of code is not executed, so nothing has happened. Write it as a comment in the conversation of this pull request, or as the first line of a review: ${code(line.slice(0, 200))}`;
}

/** Two signatures that look alike: one for the code, one for the deploy. */
function reviewLine({ status, several }: Extract<Spoken, { kind: 'review-is-no-vote' }>): Inline {
  const { request, phase, plan } = status;
  const what = plan === null ? say`${code(request.service)}` : say`${planSha(plan)} of ${code(request.service)}`;
  const by = phase.kind === 'waiting' ? say`, until ${time(phase.expiresAt)}` : [];
  const words = code(several ? `/approve ${request.code}` : '/approve');
  return say`A review is not the deploy approval: ${what} → ${request.environment} still waits for yours${by}. If you mean the deploy too, comment ${words}`;
}

function lines(...given: readonly Inline[]): Answer {
  return { lines: given, items: [], closing: null };
}

function startedLine(reply: Extract<Spoken, { kind: 'started' }>, { context, surface }: Asked): Inline {
  const what = say`${code(reply.service)} → ${reply.environment}`;
  if (reply.dryRun) return say`Looking at what ${what} would take (${code(reply.code)}); nothing is started. The answer comes here.`;
  const url = surface === 'slack' ? context.cards.slackUrl : context.cards.githubUrl;
  const asked =
    reply.emergency === undefined
      ? say`Asked for: ${what}, code ${code(reply.code)}.`
      : say`🚨 Emergency: ${what}, code ${code(reply.code)}. It starts at once if you may, and owes a review.`;
  if (reply.channel === null || surface === 'github') return say`${asked} Its card comes in a few seconds.`;
  if (url !== null) return say`${asked} ${[link('Its card', url)]} is in ${channel(reply.channel)}.`;
  return say`${asked} Its card comes in ${channel(reply.channel)}; if a gate is closed, you are told here instead.`;
}

function receiptAnswer({ act, receipt }: Extract<Spoken, { kind: 'receipt' }>, asked: Asked): Answer {
  if (receipt.kind === 'refused') {
    const hints = hintsOf(asked, act, receipt);
    const said = receipt.reasons.map((reason) => reasonSentence(reason, hints));
    return said.length > 1 ? { lines: [say`That did not count:`], items: said, closing: null } : lines(...said);
  }
  return lines(receiptLine(receipt));
}

function receiptLine(receipt: Exclude<Receipt, { kind: 'refused' }>): Inline {
  switch (receipt.kind) {
    case 'counted':
      return say`${countedLine(receipt)}${receipt.isMatchedByEmail === true ? ' You were matched by your e-mail address.' : ''}`;
    case 'to-confirm': {
      const { pullRequest } = receipt;
      const where = pullRequest === null ? say`any pull request of its repository` : [link(`#${pullRequest.number}`, pullRequest.url)];
      return say`Recorded, and it does not count yet: this environment wants it confirmed on GitHub. Comment ${code(`/approve ${receipt.code}`)} on ${where}.`;
    }
    case 'signed':
      return receipt.last ? say`Signed off. The review is over.` : say`Signed off: ${receipt.have} of ${receipt.need}.`;
    case 'disputed':
      return say`Disputed. Whoever asked for it is told, with your reason.`;
    case 'rejected':
      return say`Rejected: ${code(receipt.service)} will not be deployed to ${receipt.environment} by this request.`;
    case 'block-rejected':
      return say`Rejected: build ${receipt.build} does not go on after ${quoted(receipt.step)}. It is cancelled.`;
    case 'withdrawn':
      return say`Withdrawn: ${receipt.have} of ${receipt.need} approvals left.`;
    case 'cancelled':
      return say`Cancelled ${during(receipt.during)}. Nothing was built.`;
    case 'keeping':
      return say`Going back to ${code(receipt.sha.slice(0, 7))} instead of ${code(receipt.instead.slice(0, 7))}. It is read once more, and takes new approvals; the card says so.`;
    case 'extended':
      return say`Extended by ${duration(receipt.byMs)}: it now expires at ${[time(receipt.expiresAt)]}.`;
    case 'cancelling':
      return say`Buildkite was asked to cancel ${receipt.build === null ? 'the build' : `build ${receipt.build}`}; the card says when it has stopped.`;
  }
}

function countedLine(receipt: Extract<Receipt, { kind: 'counted' }>): Inline {
  if (receipt.last && receipt.undoMs !== undefined)
    return say`Counted: that was the last one. It starts in ${duration(receipt.undoMs)}; until then its card can stop it.`;
  if (receipt.last && receipt.unblocks !== undefined) return say`Counted: that was the last one. Build ${receipt.unblocks} goes on.`;
  if (receipt.last) return say`Counted: that was the last one. The build starts as soon as its turn comes.`;
  const missing = receipt.missing.map(({ group, count, people }) =>
    people.length === 0 ? say`${count} of ${group}` : say`${count} of ${group} (${listed(people.map(named), 5)})`,
  );
  const needed = missing.length === 0 ? [] : say` Still needed: ${listed(missing, 6, ' and ')}.`;
  return say`Counted: ${receipt.have} of ${receipt.need}.${needed}`;
}

function hintsOf({ context, surface }: Asked, act: Hints['act'], receipt: Extract<Receipt, { kind: 'refused' }>): Hints {
  return { prefix: context.prefix, surface, again: null, act, code: receipt.code };
}

function clickOrWord({ surface }: Asked): string {
  return surface === 'slack' ? 'click' : 'comment';
}

/** Never "nothing was done": it may have broken after that, on the way to the answer. */
function brokenLine(reference: string, { context }: Asked): Inline {
  const look = code(`${context.prefix} status`);
  return say`I made a mistake, and can't tell what came of it: ${look} shows where things stand. It is noted as ${code(reference)}; whoever runs me can find it by that.`;
}

function unreachableLine(what: 'command' | 'click', asked: Asked): Inline {
  // Never "nothing was started": an answer that got lost looks the same from here.
  if (what === 'command') {
    const look = code(`${asked.context.prefix} status`);
    return say`I can't tell whether your command arrived. In a minute, ${look} shows whether it did; if not, ask again.`;
  }
  const again = asked.surface === 'slack' ? 'Click' : 'Comment';
  return say`I can't tell whether your ${clickOrWord(asked)} arrived. ${again} again in a minute; it can't count twice.`;
}

function notUnderstood({ failure }: Extract<Spoken, { kind: 'not-understood' }>, { context }: Asked): Answer {
  const meant = failure.suggestion === null ? [] : [say`Did you mean ${code(failure.suggestion)}?`];
  const topic = failure.topic === null ? '' : ` ${failure.topic}`;
  return { lines: [fromBackticks(failure.problem), ...meant], items: [], closing: say`More: ${code(`${context.prefix} help${topic}`)}` };
}

/** Of a command: a list, and that nothing was started. Of an act on a request: the reason, spoken to whoever acted. */
function refused({ reasons }: Extract<Spoken, { kind: 'refused' }>, { context, surface }: Asked): Answer {
  const hints: Hints = { prefix: context.prefix, surface, again: null, act: null, code: null };
  if (reasons.every(({ code: why }) => Object.hasOwn(ACT_REASONS, why) || Object.hasOwn(PEOPLE_REASONS, why)))
    return lines(...reasons.map((reason) => reasonSentence(reason, hints)));
  return { lines: [say`⛔ Not started.`], items: reasons.map((reason) => reasonItem(reason, hints)), closing: null };
}

// ---- help ----------------------------------------------------------------------------------------------------

function help(reply: Extract<Spoken, { kind: 'help' }>, { context }: Asked): Answer {
  const page = helpPage({ topic: reply.topic, surface: reply.surface, prefix: context.prefix, services: reply.services });
  const [only, second] = page.entries;
  if (only !== undefined && second === undefined) return helpTopic(only);
  const services = page.services.map(({ name, environments }) => say`${code(name)} (${environments.join(', ')})`);
  return {
    lines: [
      say`A deploy needs a second signature. Ask here or ${reply.surface === 'slack' ? 'on a pull request' : 'in Slack'}, with the same words.`,
      ...(reply.surface === 'slack' ? [say`${code(context.prefix)} alone opens a form that says who would have to approve.`] : []),
      ...(services.length === 0 ? [] : [say`What can be deployed: ${listed(services, 20)}`]),
    ],
    items: page.entries.map(({ usages, summary }) => say`${code(usages[0] ?? '')} ${summary}`),
    closing: say`One command in detail: ${code(`${context.prefix} help approve`)}`,
  };
}

function helpTopic(entry: HelpEntry): Answer {
  return {
    lines: [join(entry.usages.map(code), ' or '), say`${entry.summary} For: ${entry.who}.`, say`For example:`],
    items: entry.examples.map((example) => [code(example)]),
    closing: null,
  };
}

// ---- what there is -------------------------------------------------------------------------------------------

function openRequests({ where, requests, reviews, isPartial, unread }: Extract<Spoken, { kind: 'open-requests' }>, { context }: Asked): Answer {
  const place = placeWords(where);
  const owed = reviews.map((review) => owedLine(review, context));
  const missing = unreadLines(unread, 'what is open');
  const isAll = isAllRead(unread);
  const asFar = isAll ? '' : ', as far as I could read';
  const again = isAll ? [] : say`Ask again in a minute for the rest.`;
  const none = say`Nothing is waiting and nothing is being built ${place}${isAll && isPartial ? ', as far as I looked' : asFar}.`;
  const [first] = requests;
  if (first === undefined) return { lines: [none], items: [...owed, ...missing], closing: isAll ? null : again };
  const full = say`One of them in full: ${code(`${context.prefix} status ${first.request.code}`)}`;
  return {
    lines: [say`${plural(requests.length, 'open request')} ${place}${asFar}${isPartial ? '; there are more' : ''}:`],
    items: [...requests.map((status) => requestLine(status, context)), ...owed, ...missing],
    closing: isAll ? full : say`${again} ${full}`,
  };
}

function whatIsLive({ environments }: Extract<Spoken, { kind: 'what-is-live' }>, { context }: Asked): Answer {
  if (environments.length === 0) return lines(say`Nothing is configured here.`);
  return {
    lines: [say`What is live:`],
    items: environments.map(
      ({ service, environment, state }) => say`${code(service)} on ${strong(environment)}: ${liveWords({ service, environment, state }, context)}`,
    ),
    closing: null,
  };
}
