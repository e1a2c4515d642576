// Requests in the queue are told when their place changes.
import { getExternalWorkflowHandle, log } from '@temporalio/workflow';
import { queueChanged } from './contract.ts';
import type { Environment } from './environment-state.ts';
import { guarded } from './guarded.ts';
import { placeOf } from './queue.ts';

/** Whoever is further back learns the place when it asks again: a long queue must not cost its square in messages. */
const TOLD_MAX = 5;

export function tellPlaces({ queue, told, errands }: Environment): void {
  for (const { deployId, turn } of queue.waiting.slice(0, TOLD_MAX)) {
    const { position, ahead } = placeOf(queue, { deployId, turn });
    const place = `${position} ${ahead}`;
    if (told.get(deployId) === place) continue;
    told.set(deployId, place);
    void errands.run(async () => {
      try {
        await guarded(() => getExternalWorkflowHandle(deployId).signal(queueChanged, { turn, position, ahead }));
      } catch (error) {
        log.info('a request in the queue is gone', { deployId, error });
      }
    });
  }
  for (const deployId of told.keys()) if (!queue.waiting.some((entry) => entry.deployId === deployId)) told.delete(deployId);
}
