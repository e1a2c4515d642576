// What was built on a target, as its environment remembers it: the last builds, and what became of the reviews that emergencies owe.
import { endOf } from './build-facts.ts';
import type { Asked } from './build-contract.ts';
import { withLive, type BuiltPlace } from './live.ts';
import type { Queue } from './queue.ts';
import { bearsSeal, type Sealed } from './seal.ts';
import type { DeployRecord, EmergencyNote } from './status.ts';
import type { BuildFacts } from './build-vocabulary.ts';
import type { Millis } from './vocabulary.ts';

const HISTORY_MAX = 20;

export interface Recorded {
  readonly build: BuildFacts;
  readonly code: string | null;
  readonly deployId: string | null;
  /** What the request says; null: what the build says of itself. */
  readonly place: BuiltPlace | null;
  readonly now: Millis;
  /** null: the build does not say. */
  readonly asked?: Asked | null;
}

/** Remembers an ended build; a passed one is the live version of its service unless a later one is. */
export function record(queue: Queue, { build, code, deployId, place, now, asked = null }: Recorded): void {
  const how = endOf(build);
  if (how === null) return;
  const endedAt = build.finishedAt ?? now;
  const { uuid, number, url: buildUrl, startedAt, commit: sha } = build;
  const { service, environment } = place ?? build;
  queue.strays = queue.strays.filter((stray) => stray.uuid !== uuid);
  const emergency = asked === null || asked.emergency === null ? {} : { emergency: { ...asked.emergency, review: { state: 'owed' } as const } };
  const entry: DeployRecord = {
    workflowId: deployId ?? '',
    code: code ?? '',
    service,
    environment,
    sha,
    how,
    build: number,
    buildUrl,
    startedAt,
    endedAt,
    ...(asked === null ? {} : { requester: asked.requester, approvers: asked.approvers }),
    ...emergency,
  };
  queue.history = [...queue.history.filter((before) => before.buildUrl !== buildUrl), entry].slice(-HISTORY_MAX);
  queue.live = withLive(queue.live, { build, code, service, environment, endedAt, ...emergency });
}

/** The review that an emergency owed is over: its record, and what is live by it, say so. */
export function noteReview(queue: Queue, { deployId, review }: { readonly deployId: string; readonly review: EmergencyNote['review'] }): void {
  const reviewed = queue.history.find((record) => record.workflowId === deployId && record.emergency !== undefined);
  if (reviewed === undefined) return;
  const { service, environment, buildUrl } = reviewed;
  const noted = <T extends { readonly emergency?: EmergencyNote }>(one: T): T =>
    one.emergency === undefined ? one : { ...one, emergency: { ...one.emergency, review } };
  queue.history = queue.history.map((record) => (record === reviewed ? noted(record) : record));
  queue.live = queue.live.map((one) => (one.service === service && one.environment === environment && one.buildUrl === buildUrl ? noted(one) : one));
}

/** What this target knows of the request that the build names: it waits here, holds it, or had a turn. */
function namedBy({ holder, waiting, ended }: Queue, { deployId }: BuildFacts): readonly Sealed[] {
  const known: readonly (Sealed | null)[] = [holder?.entry ?? null, ...waiting, ...ended];
  return known.filter((one) => one !== null && one.deployId === deployId) as readonly Sealed[];
}

/** Whether the build is known not to be of the request that it names. */
export function isCopy(queue: Queue, build: BuildFacts): boolean {
  return namedBy(queue, build).some((request) => !bearsSeal(request, build));
}

/** The request that the build is of, and not only says so; null: none, or nobody here can tell. */
export function ownerOf(queue: Queue, build: BuildFacts): string | null {
  const { deployId, url } = build;
  const isKnown = queue.history.some((before) => before.buildUrl === url && before.workflowId === deployId) || namedBy(queue, build).length > 0;
  return isKnown && !isCopy(queue, build) ? deployId : null;
}

/** A build of a request that had another one: nobody approved two. One that was revived is the same build. */
export function isSecond(queue: Queue, { deployId, url, rebuiltFrom }: BuildFacts): boolean {
  const isOther = (record: DeployRecord): boolean => record.workflowId === deployId && record.buildUrl !== url;
  return deployId !== null && rebuiltFrom === undefined && queue.history.some(isOther);
}

export function knowsEnd(queue: Queue, build: BuildFacts): boolean {
  return queue.history.some(({ buildUrl }) => buildUrl === build.url);
}
