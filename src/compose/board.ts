// What the board shows: open requests and what is live, read like anybody else would.
import type { BotDeps } from '../bot/deps.ts';
import { inEachZone } from '../bot/each-zone.ts';
import { readPlaces } from '../bot/live.ts';
import { newestFirst, readOpenRequests } from '../bot/open-requests.ts';
import type { BoardSnapshot } from '../ops/board.ts';
import { lowest, together, type Builder } from './platforms.ts';

export async function readBoard(deps: Pick<BotDeps, 'config' | 'gateway' | 'zones' | 'log'>, builders: readonly Builder[]): Promise<BoardSnapshot> {
  const { services } = deps.config;
  const policies = services.flatMap((service) => service.order.flatMap((name) => service.environments[name] ?? []));
  const names = services.map(({ name }) => name);
  const [{ answers, unread }, environments] = await Promise.all([
    inEachZone(deps, names, async (zone) => {
      const { read, others, isPartial } = await readOpenRequests(zone.gateway, zone.services);
      return { value: { read, isPartial }, others };
    }),
    readPlaces(deps, policies),
  ]);
  return {
    at: Date.now(),
    requests: newestFirst(answers.flatMap(({ read }) => read)),
    isPartial: answers.some(({ isPartial }) => isPartial),
    unread,
    environments,
    quota: { windows: lowest(builders), limiter: together(builders) },
  };
}
