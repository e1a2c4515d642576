// What the board shows: open requests and what is live, read like anybody else would.
import { readOpenRequests } from '../bot/open-requests.ts';
import { placeOf, type Config } from '../config/config.ts';
import type { BoardSnapshot } from '../ops/board.ts';
import type { Gateway } from '../temporal/gateway.ts';
import { lowest, together, type Builder } from './platforms.ts';

export async function readBoard(config: Config, gateway: Gateway, builders: readonly Builder[]): Promise<BoardSnapshot> {
  const policies = config.services.flatMap((service) => service.order.flatMap((name) => service.environments[name] ?? []));
  const [requests, environments] = await Promise.all([
    readOpenRequests(
      gateway,
      config.services.map(({ name }) => name),
    ),
    Promise.all(
      policies.map(async (policy) => ({
        service: policy.service,
        environment: policy.environment,
        state: await gateway.environmentState(placeOf(config, policy), false),
      })),
    ),
  ]);
  return { at: Date.now(), requests, environments, quota: { windows: lowest(builders), limiter: together(builders) } };
}
