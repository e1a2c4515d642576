// Why a click or a word of a person did not count. Spoken to that person.
import type { ActReason } from '../../workflows/reasons.ts';
import { printDuration } from '../command/duration.ts';
import { plural } from './facts.ts';
import { BLOCK_REASONS } from './reasons-block.ts';
import { code, link, say, strong, time } from './inline.ts';
import type { Inline } from './inline.ts';
import { either, names, no, placeWords } from './reason-text.ts';
import type { Hints, ReasonTexts } from './reason-text.ts';
import type { ActName } from './reply.ts';
import { duration } from './time.ts';

const NOUN: Readonly<Record<ActName, string>> = {
  approve: 'approval',
  reject: 'rejection',
  withdraw: 'withdrawal',
  cancel: 'cancellation',
  extend: 'extension',
  keep: 'wish to go back',
  sign: 'sign-off',
  dispute: 'dispute',
};

export const ACT_REASONS: ReasonTexts<Exclude<ActReason['code'], 'inactive-person' | 'matched-by-email' | 'unreadable'>> = {
  ...BLOCK_REASONS,
  'own-request': (_reason, hints) => no(`own request`, say`You asked for this deploy, so your ${noun(hints)} can't count.`, null),
  'pushed-to-it': (_reason, hints) =>
    no('own request', say`You pushed to this request, so you count as a requester and your ${noun(hints)} can't count.`, cancelInstead(hints)),
  'commit-author': ({ wrote, of, environment }) => {
    const share = wrote === null ? say`some of its ${plural(of, 'commit')}` : wrote === of ? all(of) : say`${wrote} of its ${plural(of, 'commit')}`;
    return no('author', say`You wrote ${share}. ${environment} asks for someone else.`, null);
  },
  'not-in-group': ({ groups, yours, environment }) => {
    const none = groups.length === 1 ? 'you are not in it' : groups.length === 2 ? 'you are in neither' : 'you are in none of them';
    const mine = yours.length === 0 ? say`${none}` : say`you are in ${either(yours.map(strong))}`;
    return no('group', say`${environment} asks for ${either(groups.map(strong))}; ${mine}.`, null);
  },
  'unmapped-voter': ({ surface }, hints) =>
    no(
      'identity',
      say`I can't tell who you are ${surface === 'slack' ? 'on GitHub' : 'in Slack'}.`,
      hints.surface === 'slack'
        ? say`${code(`${hints.prefix} link`)} takes a minute; then click again.`
        : say`In Slack, ${code(`${hints.prefix} link`)} takes a minute; then comment again.`,
    ),
  'already-voted': ({ kind, at, surface }, { prefix, code: request, act }) => {
    const where = surface === 'slack' ? 'in Slack' : 'on the pull request';
    if (act === 'sign') return no('twice', say`You already signed it off at ${time(at)}, ${where}.`, null);
    const back = request === null || kind === 'reject' ? null : say`Withdraw with ${code(`${prefix} withdraw ${request}`)}.`;
    return no('twice', say`You already ${kind === 'approve' ? 'approved' : 'rejected'} at ${time(at)}, ${where}.`, back);
  },
  'nothing-to-withdraw': () => no('withdraw', say`There is no approval of yours to withdraw.`, null),
  'stale-card': ({ seen, now, compareUrl }, hints) => {
    const changed = compareUrl === null ? [] : say` (${link('what changed', compareUrl)})`;
    const then = seen === null ? say`another version` : say`${code(seen.slice(0, 7))}`;
    const [acted, again] = hints.surface === 'slack' ? ['clicked', 'click'] : ['wrote', 'comment again'];
    return no(
      'stale',
      say`You ${acted} while this card was about ${then}; it is now about ${code(now.slice(0, 7))}${changed}.`,
      say`Read it again, then ${again}.`,
    );
  },
  'not-planned-yet': () =>
    no('too early', say`This request is still being looked at; nobody can approve it yet.`, say`Its card will ask for it in a few seconds.`),
  'no-approval-needed': ({ environment }, hints) => no('no approval needed', say`${environment} asks for nobody's approval.`, cancelInstead(hints)),
  'already-approved': ({ at }, hints) => no('late', say`This request got its last approval at ${time(at)}.`, cancelInstead(hints)),
  'too-late': ({ ended, at, service, environment }, { prefix }) => {
    const when = at === null ? [] : say` at ${time(at)}`;
    return no('late', say`This request ${endedWords(ended)}${when}.`, say`Ask again with ${code(`${prefix} ${service} to ${environment}`)}.`);
  },
  'already-starting': (_reason, hints) =>
    no('late', say`The build is being started already: it is too late to ${hints.act ?? 'do that'}.`, cancelInstead(hints)),
  'may-not-cancel': ({ allowed }) => no('permission', say`Only ${either(allowed.map(mayWords))} may cancel it.`, null),
  'build-over': ({ build }) => no('late', say`${build === null ? 'That build' : `Build ${build}`} has ended: there is nothing left to cancel.`, null),
  'may-not-extend': ({ allowed }) => no('permission', say`Only ${either(allowed.map(mayWords))} may extend this request.`, null),
  'may-not-keep': () => no('permission', say`Only the requester may go back to the commit before the push.`, null),
  'keeps-nothing': ({ environment }) =>
    no('policy', say`${environment} goes on with what was pushed; nobody goes back there.`, say`Push the earlier commit again, or cancel.`),
  'nothing-to-keep': () => no('nothing to keep', say`There is no earlier commit that this request could go back to now.`, null),
  'nothing-to-extend': () => no('nothing to extend', say`This request waits for no approval any more: there is nothing that could expire.`, null),
  'extension-too-long': ({ byMs, mostMs }, { prefix, code: request }) =>
    no(
      'too long',
      say`${duration(byMs)} is more than it had at first: ${duration(mostMs)} at a time is the most.`,
      request === null ? null : say`Ask for it with ${code(`${prefix} extend ${request} ${printDuration(mostMs)}`)}.`,
    ),
  'extended-enough': ({ extendedMs, mostMs }, { prefix, code: request }) => {
    const leftMs = mostMs - extendedMs;
    const rest = leftMs <= 0 || request === null ? null : say`What is left: ${code(`${prefix} extend ${request} ${printDuration(leftMs)}`)}.`;
    return no('extended enough', say`It has been extended by ${duration(extendedMs)}, and ${duration(mostMs)} in all is the most.`, rest);
  },
  'reason-needed': (_reason, hints) =>
    hints.act === 'dispute'
      ? no('reason', say`A dispute needs a reason, for whoever asked.`, reviewWords(hints, 'dispute the shop was up all the time'))
      : no('reason', say`A rejection needs a reason, for whoever asked.`, rejectWords(hints)),
  'emergency-runs': (_reason, hints) =>
    no('emergency', say`This is an emergency: it waits for nobody's approval. Once it has ended it owes a review.`, cancelInstead(hints)),
  'not-an-emergency': () => no('review', say`That request owes no review: only an emergency that was started does.`, null),
  'review-not-open': (_reason, { prefix }) =>
    no('too early', say`This emergency goes on still; its review opens when it has ended.`, say`${code(`${prefix} status`)} shows where it stands.`),
  'already-reviewed': ({ how, by, at }) => {
    const who = by.length === 0 ? 'somebody' : by.slice(0, 4).join(' and ');
    return no('late', say`${who} ${how === 'signed' ? 'signed it off' : 'disputed it'} at ${time(at)}: the review is over.`, null);
  },
  'unknown-request': ({ named, keptMs = null }, { prefix }) => {
    const kept = keptMs === null ? [] : say` What ended more than ${duration(keptMs)} ago is not kept any more.`;
    return no('unknown', say`I know no request ${code(named.slice(0, 60))}.${kept}`, say`${code(`${prefix} status`)} lists the open ones.`);
  },
  'no-open-request': ({ where }, { act }) => {
    const place = placeWords(where);
    return no('nothing open', act === null ? say`No request is open ${place}.` : say`There is nothing to ${act} ${place}: no request is open.`, null);
  },
  'several-open-requests': ({ codes }, hints) =>
    no(
      'several open',
      say`Several requests are open here: ${names(codes)}.`,
      say`Say which: ${code(`${hints.prefix} ${hints.act ?? 'status'} ${codes[0] ?? ''}`)}.`,
    ),
  'not-retryable': ({ other, why }, { prefix }) =>
    why === 'still-open'
      ? no('still open', say`${code(other)} is still going on.`, say`See it with ${code(`${prefix} status ${other}`)}.`)
      : no('succeeded', say`${code(other)} ended well; there is nothing to try again.`, null),
  'retry-elsewhere': ({ other, service, environment }, { prefix }) =>
    no(
      'elsewhere',
      say`${code(other)} named no branch, tag or commit and ended before it had a plan: from here it would be about something else.`,
      say`Try again where it was asked for, or name what you mean, such as ${code(`${prefix} ${service}@main to ${environment}`)}.`,
    ),
};

/** The words of `may` in the configuration. */
function mayWords(word: string): Inline {
  if (word === 'requester' || word === 'approvers') return say`the ${word}`;
  return ROLES.has(word) ? say`people with ${strong(word)} permission` : [strong(word)];
}
const ROLES: ReadonlySet<string> = new Set(['read', 'triage', 'write', 'maintain', 'admin']);

function noun({ act }: Hints): string {
  return act === null ? 'vote' : NOUN[act];
}

function all(of: number): Inline {
  return of === 1 ? say`its only commit` : say`all ${of} of its commits`;
}

function cancelInstead({ prefix, code: request, act }: Hints): Inline | null {
  return request === null || act === 'cancel' ? null : say`To stop it: ${code(`${prefix} cancel ${request}`)}.`;
}

function reviewWords({ prefix, code: request }: Hints, words: string): Inline {
  return say`Say it like this: ${code(`${prefix} review ${request ?? '7F3K-Q2'} ${words}`)}.`;
}

function rejectWords({ prefix, code: request, surface }: Hints): Inline {
  if (surface === 'github') return say`Say it like this: ${code('/reject the migration is not reviewed')}.`;
  return say`Say it like this: ${code(`${prefix} reject ${request ?? '7F3K-Q2'} the migration is not reviewed`)}.`;
}

/** How a request ended, by the name of its phase. */
function endedWords(ended: string): string {
  const words: Readonly<Record<string, string>> = {
    expired: 'expired',
    rejected: 'was rejected',
    cancelled: 'was cancelled',
    succeeded: 'was deployed',
    'ended-badly': 'has ended: its build did not pass',
    failed: 'has ended: its build failed',
    canceled: 'was cancelled while it was being built',
    skipped: 'has ended: Buildkite skipped its build',
    not_run: 'has ended: Buildkite did not run its build',
    stopped: 'was stopped by the last check before its build',
    refused: 'was refused',
    planned: 'was only a plan',
    terminated: 'was ended from outside',
    'not-built': 'has ended: Buildkite refused to build it',
  };
  return words[ended] ?? `has ended (${ended})`;
}
