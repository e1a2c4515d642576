// Builds that nobody asked for, across zones: each is told where its pipeline belongs. What a build claims is asked only of zones that
// deploy with its pipeline, and of one of them alone its workflow could ask again: there it is started.
import type { Claimed, ClaimedBuild, OutsideInput } from '../../workflows/outside-contract.ts';
import { firstFound, firstThere } from './asking-all.ts';
import type { ZoneLine } from './across-zones.ts';
import type { Gateway } from './gateway.ts';
import type { OutsideGateway } from './outside.ts';

type Place = Pick<OutsideInput, 'organization' | 'pipeline'>;

export function outsideAcrossZones(zones: readonly ZoneLine[], ofBuild: (build: Place) => Gateway): OutsideGateway {
  const candidates = (build: Place): readonly Gateway[] => {
    const own = zones.filter(({ builds }) => builds(build)).map(({ gateway }) => gateway);
    return own.length > 0 ? own : [ofBuild(build)];
  };
  return {
    async start(input) {
      const gateway = input.claim === undefined ? ofBuild(input) : await knowing(candidates(input), { ...input, ...input.claim });
      await (gateway ?? ofBuild(input)).outside.start(input);
    },
    askClaimed: (build) =>
      firstFound(
        candidates(build).map((gateway) => gateway.outside.askClaimed(build)),
        isKnown,
        'no-such-request',
      ),
    async changed(build) {
      await Promise.all([...new Set([ofBuild(build), ...candidates(build)])].map((gateway) => gateway.outside.changed(build)));
    },
  };
}

const isKnown = (answer: Claimed): boolean => answer !== 'no-such-request';

/** Where the request is that this build names; null: nowhere. Who deploys alone with a pipeline need not be asked. */
function knowing(gateways: readonly Gateway[], build: ClaimedBuild): Promise<Gateway | null> {
  if (gateways.length < 2) return Promise.resolve(gateways[0] ?? null);
  const asked = gateways.map(async (gateway) => (isKnown(await gateway.outside.askClaimed(build)) ? gateway : null));
  return firstThere(asked);
}
