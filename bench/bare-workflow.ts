// The least that does what a vote does: an update whose handler awaits one local activity. The baseline of the benchmark.
import { condition, defineUpdate, proxyLocalActivities, setHandler } from '@temporalio/workflow';

export interface BareActivities {
  look(name: string): Promise<string>;
}

/** Limits as those of the product's own judge. */
const { look } = proxyLocalActivities<BareActivities>({
  startToCloseTimeout: '3s',
  scheduleToCloseTimeout: '6s',
  retry: { initialInterval: '100ms', maximumAttempts: 2 },
});

export const decide = defineUpdate<string, [string]>('decide');

export async function bare(): Promise<void> {
  setHandler(decide, look);
  await condition(() => false);
}
