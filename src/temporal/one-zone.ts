// One zone by itself: asked about its own, and believed about nothing else.
import { serviceOfPipeline } from '../../workflows/block-contract.ts';
import type { ZoneLine } from './across-zones.ts';
import type { BlockStore } from './blocks.ts';
import type { Gateway } from './gateway.ts';

/** What is open in a zone, read. */
export type ZoneReads = Pick<Gateway, 'findOpen' | 'deployStatus' | 'findOwingReview' | 'reviewStatus'> & {
  readonly blocks: Pick<BlockStore, 'findWaiting' | 'status'>;
};

/** For what is shown as far as it can be read: each zone fails alone. */
export interface OneZone {
  readonly name: string;
  /** Names of its services. */
  readonly services: readonly string[];
  readonly gateway: ZoneReads;
}

export function oneZone(zone: ZoneLine): OneZone {
  const { name, gateway, services, pipelines } = zone;
  const isOwn = (service: string): boolean => services.includes(service);
  return {
    name,
    services,
    gateway: {
      findOpen: (where, lookAgain, most) => gateway.findOpen(where, lookAgain, most),
      findOwingReview: () => gateway.findOwingReview(),
      deployStatus: (workflowId) => own(gateway.deployStatus(workflowId), ({ request }) => isOwn(request.service)),
      reviewStatus: (deployId) => own(gateway.reviewStatus(deployId), ({ deploy }) => isOwn(deploy.request.service)),
      blocks: {
        findWaiting: () => gateway.blocks.findWaiting(),
        status: (workflowId) =>
          own(gateway.blocks.status(workflowId), ({ plan: { subject }, build }) =>
            subject.kind === 'own' ? isOwn(subject.service) : pipelines.includes(serviceOfPipeline(build)),
          ),
      },
    },
  };
}

async function own<T>(reading: Promise<T | null>, isOwn: (read: T) => boolean): Promise<T | null> {
  const read = await reading;
  return read !== null && isOwn(read) ? read : null;
}
