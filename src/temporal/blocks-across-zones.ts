// Builds that wait, of several trust zones: each is told of its own pipelines, and believed about nothing else.
import { serviceOfPipeline } from '../../workflows/block-contract.ts';
import type { ZoneLine } from './across-zones.ts';
import { believed, firstFound, whole } from './asking-all.ts';
import type { BlockStore } from './blocks.ts';

/** The first zone is home. */
export function blocksAcrossZones(zones: readonly [ZoneLine, ...ZoneLine[]]): BlockStore {
  const stores = zones.map(({ gateway }) => gateway.blocks);
  return {
    seen: (sighting) => {
      const { gateway } = zones.find(({ pipelines }) => pipelines.includes(serviceOfPipeline(sighting.build))) ?? zones[0];
      return gateway.blocks.seen(sighting);
    },
    findOpen: (build) =>
      firstFound<string | null>(
        stores.map((store) => store.findOpen(build)),
        (found) => found !== null,
        null,
      ),
    findWaiting: async () => (await whole(stores.map((store) => store.findWaiting()))).flat(),
    status: (workflowId) =>
      believed(
        zones,
        ({ gateway }) => gateway.blocks.status(workflowId),
        ({ services, pipelines }, { plan: { subject }, build }) =>
          subject.kind === 'own' ? services.includes(subject.service) : pipelines.includes(serviceOfPipeline(build)),
      ),
  };
}
