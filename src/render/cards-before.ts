// A request before its build: planned, refused, waiting, queued, about to start.
import type { GateReason } from '../../workflows/reasons.ts';
import { approversWords, askedFact, gateLine, gatesFact, gatesWords, needsFact, parameterFacts, soFarFact, whatFact } from './facts.ts';
import { code, instant, link, say, strong, time } from './inline.ts';
import type { Inline } from './inline.ts';
import { clockFacts } from './clock-facts.ts';
import { hintsFor, noteLines } from './notes.ts';
import { pendingWords } from './pending-words.ts';
import { reasonItem } from './reasons.ts';
import { duration } from './time.ts';
import { askAgain, card, route, typed } from './view.ts';
import type { Card, Fact, PhaseOf, View } from './view.ts';

export function planningCard(view: View): Card {
  const { request } = view.status;
  const ref = request.ref.kind === 'named' ? say` of ${code(request.ref.name)}` : [];
  return card({
    sign: '🔎',
    headline: say`Looking: ${route(view.status)}`,
    lines: [...noteLines(view), say`Reading the checks, the review and what is live${ref}. The answer comes here in a few seconds.`],
    next: cancelWords(view),
  });
}

export function refusedCard(view: View, phase: PhaseOf<'refused'>): Card {
  const passed = phase.gates.filter(({ state }) => state === 'pass');
  const looked = phase.sha === null ? [] : say`Looked at ${code(phase.sha.slice(0, 7))}.`;
  const fine = passed.length === 0 ? [] : say` Fine: ${gatesWords(passed)}`;
  // Where not even the words were right, the same words are no help.
  const isMeant = !phase.reasons.some(({ code: reason }) => WRONG_WORDS.has(reason));
  return card({
    sign: '⛔',
    headline: say`Not started: ${route(view.status)}`,
    lines: [...pushedLine(view, phase), ...noteLines(view)],
    items: phase.reasons.map((reason) => reasonItem(reason, hintsFor(view))),
    below: looked.length === 0 ? [] : [say`${looked}${fine}`],
    next: isMeant ? say`Ask again with ${code(askAgain(view))} · see what would be needed without starting: ${code(askAgain(view, 'plan'))}` : null,
  });
}

/** A request that had been planned is refused only because its head moved. */
function pushedLine({ status: { plan, revision } }: View, { sha }: PhaseOf<'refused'>): readonly Inline[] {
  if (plan === null || revision !== null || sha === null || sha === plan.sha) return [];
  return [say`↩️ ${code(sha.slice(0, 7))} was pushed after ${code(plan.sha.slice(0, 7))}, and it is not good enough as it stands.`];
}

const WRONG_WORDS: ReadonlySet<string> = new Set<GateReason['code']>([
  'unknown-service',
  'unknown-environment',
  'service-needed',
  'wrong-repository',
]);

export function plannedCard(view: View): Card {
  const { plan } = view.status;
  const facts: readonly Fact[] =
    plan === null ? [] : [whatFact(plan, view), ...parameterFacts(plan.parameters), needsFact(plan, plan.tally.tree, 'name')];
  return card({
    sign: '📋',
    headline: say`Plan: ${route(view.status)}`,
    facts,
    lines: [say`Nothing was started, nobody was asked. As things stand every gate is open.`],
    items: plan === null ? [] : plan.gates.filter(({ state }) => state !== 'not-applicable').map(gateLine),
    next: say`Start it with ${code(askAgain(view))}`,
  });
}

export function waitingCard(view: View, phase: PhaseOf<'waiting'>): Card {
  const { plan, tally } = view.status;
  const facts = plan === null ? [] : [needsFact(plan, (tally ?? plan.tally).tree, 'call'), ...soFarFact(view), ...gatesFact(plan)];
  const { request } = view.status;
  const { keepable } = view.status;
  const back = keepable === undefined ? [] : say` · back to ${code(keepable.slice(0, 7))}, for the requester: ${typed(view, `keep ${request.code}`)}`;
  const stop = say`stop with ${typed(view, `cancel ${request.code}`)}${back}`;
  const { pending = [] } = phase;
  const shared = {
    facts: [...requestFacts(view), ...facts, ...clockFacts(view, phase)],
    items: pending.map((reason) => reasonItem(reason, hintsFor(view))),
  };
  if (tally?.satisfied === true && pending.length > 0)
    return card({
      sign: '⏳',
      headline: say`Waiting for ${pendingWords(pending)}: ${route(view.status)}`,
      ...shared,
      lines: [say`It goes on by itself as soon as that is there.`, ...approvedLine(view), ...noteLines(view)],
      next: cancelWords(view),
    });
  return card({
    sign: '⏸',
    headline: say`Waiting for approval: ${route(view.status)}`,
    ...shared,
    lines: [...noteLines(view), ...pendingLine(pending)],
    next: view.surface === 'github' ? say`Approve with ${code('/approve')} · refuse with ${code('/reject why')} · ${stop}` : stepUpWords(view),
  });
}

/** Votes may be cast meanwhile; the build waits for both. */
function pendingLine(pending: readonly GateReason[]): readonly Inline[] {
  return pending.length === 0 ? [] : [say`⏳ Its build also waits for ${pendingWords(pending)}. I look again by myself, and votes count meanwhile.`];
}

/** Said before anybody clicks: here the click alone is not enough. */
function stepUpWords({ status: { plan, request } }: View): Inline | null {
  if (plan?.rule.stepUp === undefined) return null;
  const { pullRequest } = plan;
  const where = pullRequest === null ? say`any pull request of ${plan.repo.slug}` : [link(`#${pullRequest.number}`, pullRequest.url)];
  return say`An approval counts once its owner has confirmed it on GitHub: ${code(`/approve ${request.code}`)} on ${where}`;
}

/** The undo window. */
export function approvedCard(view: View, phase: PhaseOf<'approved'>): Card {
  const { request } = view.status;
  return card({
    sign: '✅',
    headline: say`Approved: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [
      say`It starts at ${instant(phase.startsAt)}. Until then whoever may approve or cancel can stop it, and nothing is built.`,
      ...approvedLine(view),
      ...noteLines(view),
    ],
    next: say`Stop it with ${typed(view, `cancel ${request.code}`)} · take an approval back with ${typed(view, `withdraw ${request.code}`)}`,
  });
}

export function queuedCard(view: View, phase: PhaseOf<'queued'>): Card {
  const { position, ahead } = phase;
  const behind = ahead === null ? [] : say`, after ${code(ahead)}`;
  const place = position === 1 ? say`It is ${strong('next')}${behind}` : say`It is ${strong(`number ${position}`)} in the queue${behind}`;
  const { usualMs } = view.context;
  const estimate = usualMs === null || position === 0 ? [] : say` About ${duration(usualMs * position)} to go.`;
  const line = position === 0 ? say`It is joining the queue.` : say`${place}, and starts by itself.${estimate}`;
  return card({
    sign: '⏳',
    headline: say`In the queue: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [line, ...approvedLine(view), ...noteLines(view)],
    next: cancelWords(view),
  });
}

export function checkingCard(view: View, phase: PhaseOf<'checking'>): Card {
  const line =
    phase.unread === null
      ? say`Its turn has come: checks, people and what is live are read once more, right before the build.`
      : say`Its turn has come, but I can't read ${phase.unread.slice(0, 160)} right now. I keep trying for ten minutes, then the request ends; nothing is built on a guess.`;
  return card({
    sign: phase.unread === null ? '🔎' : '❓',
    headline: say`Last check: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [line, ...approvedLine(view), ...noteLines(view)],
    next: cancelWords(view),
  });
}

export function startingCard(view: View, phase: PhaseOf<'starting'>): Card {
  const [sign, headline] = STARTING[phase.waitingFor];
  return card({
    sign,
    headline: say`${headline}: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [startingLine(phase, view.context.now), ...approvedLine(view), ...noteLines(view)],
    next: cancelWords(view),
  });
}

const STARTING = {
  nothing: ['🚀', 'Starting'],
  quota: ['⏳', "Waiting for Buildkite's quota"],
  unreachable: ['⏳', 'Waiting for Buildkite'],
  credential: ['🔑', 'Waiting for a token that Buildkite takes'],
  unclear: ['❓', 'Looking for the build'],
} as const satisfies Record<PhaseOf<'starting'>['waitingFor'], readonly [string, string]>;

function startingLine({ waitingFor, until: at }: PhaseOf<'starting'>, now: number): Inline {
  switch (waitingFor) {
    case 'nothing':
      return say`The build is being asked for.`;
    case 'quota':
      return at === null
        ? say`It waits for its turn among our requests to Buildkite, and goes on by itself.`
        : say`Starts in about ${duration(at - now)}: until then our share of Buildkite's requests is used up. Nothing was sent yet; it goes on by itself.`;
    case 'unreachable':
      return say`Buildkite can't be reached. Nothing was sent${at === null ? [] : say`; I try again at ${time(at)}`}.`;
    case 'credential':
      return say`Buildkite does not take my token. Nothing was sent${at === null ? [] : say`; I try again at ${time(at)}`}. If this stays, whoever runs me has to replace it; nobody needs to ask or approve again.`;
    case 'unclear':
      return say`Buildkite did not say whether the build was created. I look for it${at === null ? [] : say` at ${time(at)}`} and create it only if it is not there: there is never a second one.`;
  }
}

/** What, with which parameters (defaults too: they are signed as well), and who asked: the head of every card that has a plan. */
export function requestFacts(view: View): readonly Fact[] {
  const { plan, request } = view.status;
  return [...(plan === null ? [] : [whatFact(plan, view)]), ...parameterFacts(plan?.parameters ?? request.parameters), askedFact(view)];
}

export function approvedLine(view: View): readonly Inline[] {
  const approvers = approversWords(view);
  return approvers.length === 0 ? [] : [say`Approved by ${approvers}.`];
}

function cancelWords(view: View): Inline {
  return say`Stop it with ${typed(view, `cancel ${view.status.request.code}`)}`;
}
