// A request that has ended: what it means, and what to do now.
import type { GateReason } from '../../workflows/reasons.ts';
import { approvedLine, requestFacts } from './cards-before.ts';
import { buildLink } from './cards-build.ts';
import { approversWords } from './facts.ts';
import { code, emphasis, join, link, named, quoted, say, shaLink, strong, time } from './inline.ts';
import type { Inline } from './inline.ts';
import { hintsFor, noteLines } from './notes.ts';
import { blockStopWords } from './request-line.ts';
import { reasonItem } from './reasons.ts';
import { missingWords } from './rule-words.ts';
import { duration } from './time.ts';
import { askAgain, card, during, otherCard, planSha, route, typed } from './view.ts';
import type { Card, PhaseOf, View } from './view.ts';

export function succeededCard(view: View, phase: PhaseOf<'succeeded'>): Card {
  const { build, at } = phase;
  const { plan, request } = view.status;
  const approvers = approversWords(view);
  const parts = [say`took ${duration((build.finishedAt ?? at) - (build.startedAt ?? build.createdAt ?? at))}`];
  if (approvers.length > 0) parts.push(say`approved by ${approvers}`);
  parts.push(buildLink(build));
  if (plan !== null && plan.environmentUrl !== null) parts.push([link(hostOf(plan.environmentUrl), plan.environmentUrl)]);
  const next = plan?.promotesTo[0];
  return card({
    sign: '✅',
    headline: say`${plan === null ? say`it` : planSha(plan)} of ${code(request.service)} is live on ${request.environment}`,
    facts: requestFacts(view),
    lines: [join(parts, ' · '), ...noteLines(view)],
    next: next === undefined ? null : say`Next: ${typed(view, `${request.service}@${plan?.sha.slice(0, 12) ?? ''} to ${next}`)}`,
  });
}

export function endedBadlyCard(view: View, phase: PhaseOf<'ended-badly'>): Card {
  return phase.how === 'failed' ? failedCard(view, phase) : unfinishedCard(view, phase);
}

function failedCard(view: View, phase: PhaseOf<'ended-badly'>): Card {
  const { build, log } = phase;
  const step = log?.step ?? build.steps.find(({ state }) => state === 'failed' || state === 'timed_out' || state === 'broken')?.label;
  const lines = [halfReplaced(view)];
  if (log !== null) lines.push(say`Last lines of ${link('the log', log.url)}:`);
  return card({
    sign: '❌',
    headline: say`Deploy of ${route(view.status)} failed${step === undefined ? [] : say` at ${emphasis(step.slice(0, 80))}`}`,
    facts: requestFacts(view),
    lines: [...noteLines(view), ...lines],
    log,
    steps: recovery(view, buildLink(build)),
  });
}

function unfinishedCard(view: View, phase: PhaseOf<'ended-badly'>): Card {
  const { how, build, cancelledBy, block } = phase;
  if (block !== undefined) {
    const why = block.kind === 'rejected' ? [emphasis(block.reason.slice(0, 500))] : [];
    return card({
      sign: '✖️',
      headline: say`Stopped at ${quoted(block.step.slice(0, 80))}: ${route(view.status)}`,
      facts: requestFacts(view),
      lines: [say`${buildLink(build)} was stopped at ${blockStopWords(block)}. ${halfReplaced(view)}`, why, ...noteLines(view)],
      steps: recovery(view, buildLink(build)),
    });
  }
  if (how === 'canceled' && cancelledBy !== null) {
    return card({
      sign: '✖️',
      headline: say`Cancelled while it was being built: ${route(view.status)}`,
      facts: requestFacts(view),
      lines: [say`${named(cancelledBy)} cancelled ${buildLink(build)}. ${halfReplaced(view)}`, ...noteLines(view)],
      steps: recovery(view, buildLink(build)),
    });
  }
  const words: Readonly<Record<'canceled' | 'skipped' | 'not_run' | 'failed', readonly [string, Inline, Inline]>> = {
    canceled: ['⚠️', say`Interrupted from outside`, say`${buildLink(build)} was cancelled in Buildkite, not here. ${halfReplaced(view)}`],
    skipped: [
      '⏭️',
      say`Skipped by Buildkite`,
      say`Buildkite skipped ${buildLink(build)} for a newer one of its branch. ${strong('Nothing was deployed.')}`,
    ],
    not_run: [
      '⏭️',
      say`Not run`,
      say`Buildkite did not run ${buildLink(build)}: the pipeline's conditions left it nothing to do. ${strong('Nothing was deployed.')}`,
    ],
    failed: ['❌', say`Failed`, halfReplaced(view)],
  };
  const [sign, headline, line] = words[how];
  return card({
    sign,
    headline: say`${headline}: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [line, ...noteLines(view)],
    steps: how === 'canceled' ? recovery(view, buildLink(build)) : recovery(view, buildLink(build)).slice(0, 2),
  });
}

/** What is known of the environment after a build that did not pass: not much, and that is said. */
function halfReplaced({ status }: View): Inline {
  const live = status.plan?.live ?? null;
  if (live === null) return say`${status.request.environment} may be half set up.`;
  return say`${shaLink(live.sha, live.buildUrl)} may be half replaced on ${status.request.environment}.`;
}

function recovery(view: View, build: Inline): readonly Inline[] {
  const { request, plan } = view.status;
  const steps = [say`Look: ${build}`, say`Try again: ${againWords(view)}`];
  const live = plan?.live?.sha;
  if (live !== undefined && live !== plan?.sha)
    steps.push(say`Go back: ${typed(view, `${request.service}@${live.slice(0, 12)} to ${request.environment}`)}`);
  return steps;
}

export function stoppedCard(view: View, phase: PhaseOf<'stopped'>): Card {
  return card({
    sign: '⛔',
    headline: say`Stopped before its build: ${route(view.status)}`,
    facts: requestFacts(view),
    items: phase.reasons.map((reason) => reasonItem(reason, hintsFor(view))),
    lines: [say`Its turn came at ${time(phase.at)}, and the last check said no. Nothing was built.`, ...approvedLine(view), ...noteLines(view)],
    next: retryWords(view),
  });
}

export function notBuiltCard(view: View, phase: PhaseOf<'not-built'>): Card {
  return card({
    sign: '❌',
    headline: say`Buildkite refused the build: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [say`Nothing was built. Buildkite answered: ${code(phase.answer.slice(0, 400))}`, ...approvedLine(view), ...noteLines(view)],
    steps: [say`Mend what it names, in the pipeline or in the configuration`, say`Try again: ${againWords(view)}`],
  });
}

export function rejectedCard(view: View, phase: PhaseOf<'rejected'>): Card {
  return card({
    sign: '🚫',
    headline: say`Rejected by ${named(phase.by)}: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [say`At ${time(phase.at)}: ${emphasis(phase.reason)}`, ...noteLines(view)],
    next: say`Settled? ${retryWords(view)}`,
  });
}

export function expiredCard(view: View, phase: PhaseOf<'expired'>): Card {
  const { tally, request } = view.status;
  const { pending = [] } = phase;
  if (tally?.satisfied === true && pending.length > 0) return expiredPendingCard(view, phase, pending);
  const count = tally === null ? 'enough approvals' : `enough approvals (${tally.have} of ${tally.need})`;
  const missing = missingWords(tally?.tree ?? null, 'name');
  const who = missing.length === 0 ? [] : say` Missing: ${missing}.`;
  return card({
    sign: '⌛',
    headline: say`Expired: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [
      say`It ended at ${time(phase.at)}, ${duration(phase.at - request.askedAt)} after it was asked, without ${count}.${who}`,
      ...noteLines(view),
    ],
    next: say`Ask again with ${code(askAgain(view))}`,
  });
}

/** It had its approvals; what it still waited for did not come. */
function expiredPendingCard(view: View, phase: PhaseOf<'expired'>, pending: readonly GateReason[]): Card {
  return card({
    sign: '⌛',
    headline: say`Expired: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [
      say`It ended at ${time(phase.at)}, ${duration(phase.at - view.status.request.askedAt)} after it was asked. Nothing was built.`,
      ...noteLines(view),
    ],
    items: pending.map((reason) => reasonItem(reason, hintsFor(view))),
    next: say`Ask again with ${code(askAgain(view))}`,
  });
}

export function cancelledCard(view: View, phase: PhaseOf<'cancelled'>): Card {
  if (phase.pullRequest !== undefined) return closedCard(view, phase, phase.pullRequest);
  const because = phase.reason === null ? say`.` : say`: ${emphasis(phase.reason)}.`;
  return card({
    sign: '✖️',
    headline: say`Cancelled by ${named(phase.by)}: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [say`At ${time(phase.at)}, ${during(phase.during)}${because} Nothing was built.`, ...noteLines(view)],
    next: retryWords(view),
  });
}

function closedCard(view: View, phase: PhaseOf<'cancelled'>, { number, merged, head }: NonNullable<PhaseOf<'cancelled'>['pullRequest']>): Card {
  const { plan } = view.status;
  const isOther = merged && plan !== null && plan.sha !== head;
  const what = isOther ? say` at ${code(head.slice(0, 7))}, and ${code(plan.sha.slice(0, 7))} was asked for` : [];
  return card({
    sign: '✖️',
    headline: say`Cancelled, since the pull request was ${merged ? 'merged' : 'closed'}: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [
      say`At ${time(phase.at)}, ${during(phase.during)}, ${named(phase.by)} ${merged ? 'merged' : 'closed'} pull request ${number}${what}. Nothing was built.`,
      ...noteLines(view),
    ],
    next: merged
      ? mergedWords(view)
      : say`If it is wanted after all: open the pull request again, then ${typed(view, `retry ${view.status.request.code}`)}`,
  });
}

/** On the pull request no ref is the commit of the merge. The branch, which Slack would have to name, is another one and perhaps gone. */
function mergedWords(view: View): Inline {
  const there = view.surface === 'github' ? [] : say` ${otherCard(view) ?? say`on the pull request`}`;
  return say`Ask again for the commit of the merge${there} with ${code(askAgain(view, 'start', { kind: 'head' }))}`;
}

export function terminatedCard(view: View, phase: PhaseOf<'terminated'>): Card {
  const { build } = view.status;
  const mayBeStarted = build === null && phase.during === 'starting';
  const rest = mayBeStarted
    ? say` Its build may have been started: look at Buildkite.`
    : build === null
      ? []
      : say` ${buildLink(build)} may go on at Buildkite; how it ends is not told here any more.`;
  return card({
    sign: '⚠️',
    headline: say`Ended from outside: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [
      say`At ${time(phase.at)}, ${during(phase.during)}, its workflow was ended in Temporal (${phase.how}). Nothing more will happen here.${rest}`,
      ...noteLines(view),
    ],
    next: retryWords(view),
  });
}

/** A retry is an ordinary request: an emergency has to be called one again. */
function againWords(view: View): Inline {
  return view.status.request.emergency === undefined ? typed(view, `retry ${view.status.request.code}`) : [code(askAgain(view))];
}

function retryWords(view: View): Inline {
  const ref = view.status.plan?.ref.kind;
  return ref === 'branch' || ref === 'pull-request'
    ? say`The same again, with the newest commit: ${againWords(view)}`
    : say`The same again: ${againWords(view)}`;
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : url;
}
