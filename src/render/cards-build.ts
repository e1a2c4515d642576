// A request whose build exists and goes on.
import type { BuildFacts, BuildStep } from '../../workflows/build-vocabulary.ts';
import { requestFacts } from './cards-before.ts';
import { approversWords } from './facts.ts';
import { emphasis, join, link, named, quoted, say, strong } from './inline.ts';
import type { Inline } from './inline.ts';
import { noteLines } from './notes.ts';
import { duration } from './time.ts';
import { card, route, typed } from './view.ts';
import type { Card, PhaseOf, View } from './view.ts';

export function buildingCard(view: View, phase: PhaseOf<'building'>): Card {
  const { build, cancelling } = phase;
  const { request } = view.status;
  if (cancelling !== null) {
    return card({
      sign: '🛑',
      headline: say`Cancelling: ${route(view.status)}`,
      facts: requestFacts(view),
      lines: [
        say`${named(cancelling)} cancelled it; Buildkite was asked to stop ${buildLink(build)}. What it has done already stays done.`,
        ...noteLines(view),
      ],
    });
  }
  const approvers = approversWords(view);
  const parts = [...progress(build, view), ...(approvers.length === 0 ? [] : [say`approved by ${approvers}`])];
  return card({
    sign: '🚚',
    headline: say`Deploying ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [join(parts, ' · '), ...noteLines(view)],
    next: say`${typed(view, `cancel ${request.code}`)} stops it`,
  });
}

export function blockedCard(view: View, phase: PhaseOf<'blocked'>): Card {
  const { build, step } = phase;
  const { plan, request } = view.status;
  const who =
    plan?.blocks === true
      ? say`A message of its own asks who lets it go on after ${quoted(step)}, unless that step is left to Buildkite`
      : say`Somebody has to unblock ${quoted(step)} in ${buildLink(build)}`;
  const approve = plan?.blocks === true ? say`Approve: ${typed(view, `approve ${request.code}`)} · ` : say`Go on: ${buildLink(build)} · `;
  return card({
    sign: '⏸',
    headline: say`Build ${build.number} waits at ${quoted(step)}: ${route(view.status)}`,
    facts: requestFacts(view),
    lines: [say`${strong('It is not deployed yet.')} ${who}; until then nobody else can deploy there.`, ...noteLines(view)],
    next: say`${approve}stop: ${typed(view, `cancel ${request.code}`)}`,
  });
}

export function buildLink(build: BuildFacts): Inline {
  return [link(`build ${build.number}`, build.url)];
}

/** `build 512 · step 3 of 7, migrate · 2 min 10 s (usually 6 min)`. */
export function progress(build: BuildFacts, view: View): readonly Inline[] {
  const { now, usualMs } = view.context;
  const parts: Inline[] = [buildLink(build)];
  const step = stepWords(build);
  if (step !== null) parts.push(step);
  if (build.startedAt !== null) {
    const usual = usualMs === null ? '' : ` (usually ${duration(usualMs)})`;
    parts.push(say`${duration(Math.max(0, now - build.startedAt))}${usual}`);
  } else if (step === null) {
    parts.push(say`${stateWords(build.state)}`);
  }
  const news = unusualWords(build);
  return news === null || (build.startedAt === null && step === null) ? parts : [...parts, news];
}

/** What people would not expect of a build that runs. It may fail long before it ends: whoever waits for it should know at once. */
function unusualWords(build: BuildFacts): Inline | null {
  if (FAILING.has(build.state)) {
    const failed = build.steps.find(({ state }) => FAILED.has(state));
    return failed === undefined || failed.label === '' ? say`⚠️ a step has failed` : say`⚠️ ${emphasis(failed.label.slice(0, 80))} has failed`;
  }
  return USUAL.has(build.state) ? null : say`${stateWords(build.state)}`;
}

const FAILING: ReadonlySet<string> = new Set(['failing', 'started_failing', 'waiting_failed']);
const FAILED: ReadonlySet<string> = new Set(['failed', 'timed_out']);
const USUAL: ReadonlySet<string> = new Set(['creating', 'scheduled', 'waiting', 'started', 'running']);

function stepWords({ steps }: BuildFacts): Inline | null {
  const counted = steps.filter(({ type }) => type !== 'wait');
  const at = currentStep(counted);
  const step = counted[at];
  return step === undefined ? null : say`step ${at + 1} of ${counted.length}${step.label === '' ? [] : say`, ${emphasis(step.label.slice(0, 80))}`}`;
}

const DONE: ReadonlySet<string> = new Set(['passed', 'failed', 'canceled', 'skipped', 'broken', 'timed_out', 'finished', 'unblocked', 'not_run']);

/** The one that runs, else the first that has not ended; -1 when all have. */
function currentStep(steps: readonly BuildStep[]): number {
  const running = steps.findIndex(({ state }) => state === 'running' || state === 'blocked');
  return running === -1 ? steps.findIndex(({ state }) => !DONE.has(state)) : running;
}

/** Buildkite's own words, made readable; unknown ones as they are. */
function stateWords(state: string): string {
  const words: Readonly<Record<string, string>> = {
    creating: 'being created',
    scheduled: 'waiting for an agent',
    waiting: 'waiting for its next step',
    started: 'running',
    running: 'running',
    failing: 'running, a step has failed',
    started_failing: 'running, a step has failed',
    waiting_failed: 'a step has failed, the others are not started',
    canceling: 'being cancelled',
  };
  return words[state] ?? state;
}
