// The queue of one target, without a workflow around it.
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';
import type { EnvironmentInput, Join } from '../../workflows/contract.ts';
import { hold, joinQueue, nextHolder, openQueue, type Queue } from '../../workflows/queue.ts';
import { ORDER } from './build-order.ts';

const { target, sha, organization, pipeline, service, environment } = ORDER;

export const INPUT: EnvironmentInput = { target, organization, pipelines: [pipeline], carried: null };

/** Joined at 0, in this order. */
export function queueOf(...joins: readonly Join[]): Queue {
  const queue = openQueue(INPUT);
  for (const join of joins) joinQueue(queue, join, 0);
  return queue;
}

export function grant(queue: Queue): void {
  const next = nextHolder(queue);
  if (next === null) throw new Error('nobody waits');
  hold(queue, { ...next, since: 0 });
}

/** One on the target that runs, and that names no request. */
export const buildOf = (number: number, change: Partial<BuildFacts> = {}): BuildFacts => ({
  uuid: `uuid-${number}`,
  number,
  pipeline,
  state: 'running',
  blocked: false,
  url: `https://buildkite.test/${number}`,
  commit: sha,
  createdAt: number,
  startedAt: number,
  finishedAt: null,
  steps: [],
  deployId: null,
  target,
  service,
  environment,
  ...change,
});
