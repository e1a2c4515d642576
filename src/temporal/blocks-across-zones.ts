// Builds that wait, of several trust zones: each is told of its own pipelines, and believed about nothing else.
import { serviceOfPipeline, type BlockStatus } from '../../workflows/block-contract.ts';
import { firstFound, whole, type ZoneLine } from './across-zones.ts';
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
    status: (workflowId) => ownStatus(zones, workflowId),
  };
}

/** What a zone says of a build of one of its own services or pipelines. */
function ownStatus(zones: readonly ZoneLine[], workflowId: string): Promise<BlockStatus | null> {
  const asked = zones.map(async ({ gateway, services, pipelines }) => {
    const status = await gateway.blocks.status(workflowId);
    if (status === null) return null;
    const { subject } = status.plan;
    const isOwn = subject.kind === 'own' ? services.includes(subject.service) : pipelines.includes(serviceOfPipeline(status.build));
    return isOwn ? status : null;
  });
  return firstFound<BlockStatus | null>(asked, (answer) => answer !== null, null);
}
