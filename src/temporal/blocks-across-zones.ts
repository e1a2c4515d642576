// Builds that wait, of several trust zones: each is told of its own pipelines, and believed about nothing else.
import { serviceOfPipeline } from '../../workflows/block-contract.ts';
import type { ZoneLine } from './across-zones.ts';
import { firstThere, whole } from './asking-all.ts';
import type { BlockStore } from './blocks.ts';
import { oneZone } from './one-zone.ts';

/** The first zone is home. */
export function blocksAcrossZones(zones: readonly [ZoneLine, ...ZoneLine[]]): BlockStore {
  const stores = zones.map(({ gateway }) => gateway.blocks);
  return {
    seen: (sighting) => {
      const { gateway } = zones.find(({ pipelines }) => pipelines.includes(serviceOfPipeline(sighting.build))) ?? zones[0];
      return gateway.blocks.seen(sighting);
    },
    findOpen: (build) => firstThere(stores.map((store) => store.findOpen(build))),
    findWaiting: async () => (await whole(stores.map((store) => store.findWaiting()))).flat(),
    status: (workflowId) => firstThere(zones.map((zone) => oneZone(zone).gateway.blocks.status(workflowId))),
  };
}
