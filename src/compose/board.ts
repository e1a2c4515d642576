// What the board shows: open requests and what is live, read like anybody else would.
import { placeOf, type Config } from '../config/config.ts';
import type { BoardSnapshot } from '../ops/board.ts';
import { isFinal } from '../render/phase.ts';
import type { Gateway } from '../temporal/gateway.ts';

export async function readBoard(config: Config, gateway: Gateway): Promise<BoardSnapshot> {
  const open = await gateway.findOpen({ kind: 'services', services: config.services.map(({ name }) => name) }, false);
  const policies = config.services.flatMap((service) => service.order.flatMap((name) => service.environments[name] ?? []));
  const [statuses, environments] = await Promise.all([
    Promise.all(open.map(({ workflowId }) => gateway.deployStatus(workflowId))),
    Promise.all(
      policies.map(async (policy) => ({
        service: policy.service,
        environment: policy.environment,
        state: await gateway.environmentState(placeOf(config, policy), false),
      })),
    ),
  ]);
  return { at: Date.now(), requests: statuses.flatMap((status) => (status === null || isFinal(status.phase) ? [] : [status])), environments };
}
