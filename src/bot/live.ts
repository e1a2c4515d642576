// What is live in some places, each read by itself.
import { placeOf } from '../config/config.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import type { Place } from '../render/live.ts';
import { isTrouble } from '../trouble.ts';
import type { BotDeps } from './deps.ts';

/** One that can't be read is told as such, and costs nothing of the others. */
export function readPlaces(
  { config, gateway }: Pick<BotDeps, 'config' | 'gateway'>,
  policies: readonly EnvironmentPolicy[],
): Promise<readonly Place[]> {
  const unread = (error: unknown): 'unread' => {
    if (isTrouble(error)) return 'unread';
    throw error;
  };
  const reading = policies.map(async (policy) => ({
    service: policy.service,
    environment: policy.environment,
    state: await gateway.environmentState(placeOf(config, policy), false).catch(unread),
  }));
  return Promise.all(reading);
}
