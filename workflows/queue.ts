// The state of a target: who holds it, who waits, what is live, what came before. Changes only; nothing waits here.
import { endOf } from './build-facts.ts';
import type { CarriedEnvironment, EndedTurn, Holder, WaitingJoin } from './carried.ts';
import type { BuildResult } from './build-contract.ts';
import type { EnvironmentInput, Join, JoinAnswer } from './contract.ts';
import { withLive } from './live.ts';
import { isCopy, ownerOf, record } from './records.ts';
import { bearsSeal, isOf, sealIn } from './seal.ts';
import type { DeployRecord, EnvironmentState, LiveService } from './status.ts';
import type { BuildFacts } from './build-vocabulary.ts';
import type { Millis, Target } from './vocabulary.ts';

const ENDED_MAX = 100;

export interface Queue {
  readonly target: Target;
  /** Those that deploy to this target, as far as we know. */
  pipelines: readonly string[];
  /** Those whose builds must be read before the next turn is granted. */
  unread: readonly string[];
  /** false until Buildkite was read: the live version is unknown then, not nothing, and no turn is granted. */
  known: boolean;
  live: readonly LiveService[];
  holder: Holder | null;
  waiting: readonly WaitingJoin[];
  strays: readonly BuildFacts[];
  history: readonly DeployRecord[];
  ended: readonly EndedTurn[];
  look: { readonly notBefore: Millis } | null;
}

export function openQueue({ target, pipelines, carried }: EnvironmentInput): Queue {
  const state = carried?.state;
  return {
    target,
    pipelines,
    unread: carried?.unread ?? pipelines,
    known: state?.known ?? false,
    live: state?.live ?? [],
    holder: carried?.holder ?? null,
    waiting: carried?.queue ?? [],
    strays: carried?.strays ?? [],
    history: state?.history ?? [],
    ended: carried?.ended ?? [],
    look: carried?.look ?? null,
  };
}

export function carry(queue: Queue): CarriedEnvironment {
  const { waiting, ended, strays, holder, look, unread } = queue;
  return { state: stateOf(queue), queue: waiting, ended, strays, holder, look, unread };
}

export function stateOf(queue: Queue): EnvironmentState {
  const { target, known, live, holder, waiting, history } = queue;
  return {
    target,
    known,
    live,
    holder: holder === null ? null : { deployId: holder.deployId, code: holder.entry?.code ?? null, since: holder.since },
    queue: waiting.map(({ deployId, code, turn, service, environment, joinedAt }) => ({ deployId, code, turn, service, environment, joinedAt })),
    history,
  };
}

type Turn = Pick<Join, 'deployId' | 'turn'>;
const isTurn =
  (wanted: Turn) =>
  ({ deployId, turn }: Turn): boolean =>
    deployId === wanted.deployId && turn === wanted.turn;

/** Idempotent by request and turn. A request waits once: its newest turn counts. */
export function joinQueue(queue: Queue, join: Join, now: Millis): JoinAnswer {
  const over = queue.ended.find(isTurn(join));
  if (over !== undefined) return { kind: 'ended', how: over.how, build: over.build };
  const { holder } = queue;
  if (holder?.entry != null && isTurn(join)(holder.entry)) return { kind: 'running' };
  if (holder !== null && isUnknownTurnOf(holder, join)) {
    queue.holder = { ...holder, entry: { ...join, joinedAt: now } };
    return { kind: 'running' };
  }
  if (!queue.pipelines.includes(join.pipeline)) {
    queue.pipelines = [...queue.pipelines, join.pipeline];
    queue.unread = [...queue.unread, join.pipeline];
  }
  if (!queue.waiting.some(isTurn(join))) {
    queue.waiting = withEntry(
      queue.waiting.filter((entry) => entry.deployId !== join.deployId),
      { ...join, joinedAt: now },
    );
  }
  return { kind: 'queued', ...placeOf(queue, join) };
}

/** At the end; an emergency goes before everybody but earlier emergencies. Who holds the target is never disturbed. */
function withEntry(waiting: readonly WaitingJoin[], entry: WaitingJoin): readonly WaitingJoin[] {
  const isBefore = (other: WaitingJoin): boolean => entry.emergency === undefined || other.emergency !== undefined;
  return [...waiting.filter(isBefore), entry, ...waiting.filter((other) => !isBefore(other))];
}

/** A build of this request was found running: by asking for its turn the request tells which one that is. */
const isUnknownTurnOf = ({ entry, follow, deployId }: Holder, join: Join): boolean => entry === null && follow === null && deployId === join.deployId;

export interface Place {
  /** 1 is the next one. */
  readonly position: number;
  /** The code of who comes right before, or the build that does. */
  readonly ahead: string | null;
}

export function placeOf(queue: Queue, turn: Turn): Place {
  const index = queue.waiting.findIndex(isTurn(turn));
  const before = queue.waiting[index - 1];
  if (before !== undefined) return { position: index + 1, ahead: before.code };
  const { holder } = queue;
  const build = holder?.follow ?? queue.strays[0];
  const ahead = holder?.entry?.code ?? (build !== undefined && build !== null ? `build ${build.number}` : null);
  return { position: index + 1, ahead: ahead ?? (holder === null ? null : 'another build') };
}

export function leaveQueue(queue: Queue, turn: Turn): void {
  queue.waiting = queue.waiting.filter((entry) => !isTurn(turn)(entry));
}

/** Whose turn is next: builds that run already at Buildkite come first, unless their request waits and can adopt them. */
export function nextHolder(queue: Queue): Omit<Holder, 'since'> | null {
  const stray = queue.strays[0];
  const entry = stray === undefined ? queue.waiting[0] : queue.waiting.find((waiting) => isOf(waiting, stray));
  if (entry !== undefined) return { entry, follow: null, deployId: entry.deployId };
  return stray === undefined ? null : { entry: null, follow: stray, deployId: isCopy(queue, stray) ? null : stray.deployId };
}

/** The turn is granted: what was next holds the target. */
export function hold(queue: Queue, holder: Holder): void {
  queue.holder = holder;
  const { entry, follow } = holder;
  if (entry !== null) {
    leaveQueue(queue, entry);
    queue.strays = queue.strays.filter((stray) => !isOf(entry, stray));
  }
  if (follow !== null) queue.strays = queue.strays.filter(({ uuid }) => uuid !== follow.uuid);
}

/** The turn was not taken up, or its `build` ended abnormally: the same one is next again. */
export function putBack(queue: Queue): void {
  const { holder } = queue;
  queue.holder = null;
  if (holder?.entry != null) queue.waiting = [holder.entry, ...queue.waiting.filter(({ deployId }) => deployId !== holder.deployId)];
  if (holder?.follow != null) queue.strays = [holder.follow, ...queue.strays];
}

/**
 * The holder's `build` has ended: the target is free, and what it built is remembered.
 * `turn`: the one that the build was for; if the holder's is a newer one, that still waits.
 */
export function release(queue: Queue, result: BuildResult, now: Millis, turn: number | null = null): void {
  const { holder } = queue;
  const entry = holder?.entry ?? null;
  // A build that carries its id and not its seal says nothing of what became of the request.
  const isCopys = entry !== null && result.kind === 'ended' && !bearsSeal(entry, result.build);
  const isPast = entry === null || isCopys || (turn !== null && turn !== entry.turn);
  if (entry !== null && isPast) putBack(queue);
  queue.holder = null;
  if (result.kind === 'ended') {
    const { build, code, asked = null } = result;
    const deployId = entry === null ? ownerOf(queue, build) : entry.deployId;
    record(queue, { build, now, ...(isCopys ? NOBODYS : { code, deployId, place: entry, asked }) });
  }
  if (isPast) return;
  const isBuilt = result.kind === 'ended';
  const { deployId, seal } = entry;
  endTurn(queue, { deployId, turn: entry.turn, how: isBuilt ? result.how : 'not-built', build: isBuilt ? result.build : null, ...sealIn(seal) });
}

const NOBODYS = { code: null, deployId: null, place: null };

export function endTurn(queue: Queue, turn: EndedTurn): void {
  leaveQueue(queue, turn);
  queue.ended = [...queue.ended, turn].slice(-ENDED_MAX);
}

/** Sight of the holder was lost: what it built, and whether it still runs, only Buildkite can tell. */
export function loseSight(queue: Queue): void {
  putBack(queue);
  queue.known = false;
  queue.unread = queue.pipelines;
}

/** What these pipelines' builds at Buildkite teach: unfinished ones hold the target, the newest passed one of each service is live. */
export function learn(queue: Queue, builds: readonly BuildFacts[], pipelines: readonly string[]): void {
  const byAge = builds.toSorted((one, other) => (one.createdAt ?? 0) - (other.createdAt ?? 0));
  const others = queue.strays.filter(({ pipeline }) => !pipelines.includes(pipeline));
  queue.strays = [...others, ...byAge.filter((build) => endOf(build) === null)];
  for (const build of byAge) {
    const { service, environment, finishedAt: endedAt } = build;
    if (endedAt !== null) queue.live = withLive(queue.live, { build, code: null, service, environment, endedAt });
  }
  queue.unread = queue.unread.filter((pipeline) => !pipelines.includes(pipeline));
  queue.known ||= queue.unread.length === 0;
}
