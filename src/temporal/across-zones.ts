// Several trust zones as one gateway, for a front door: what belongs to a service goes to its zone, what is known by its id alone is asked
// of all. No zone is believed about what belongs to another. One that can't be reached costs what belongs to it, and every answer that
// would have to say "there is none".
import type { Attestation, BuildToken } from '../../workflows/attest-contract.ts';
import { serviceOfPipeline } from '../../workflows/block-contract.ts';
import { firstFound, firstThere, whole } from './asking-all.ts';
import { blocksAcrossZones } from './blocks-across-zones.ts';
import type { FoundDeploy, OpenWhere } from './find-deploys.ts';
import type { Gateway } from './gateway.ts';
import { oneZone, type OneZone } from './one-zone.ts';
import { outsideAcrossZones } from './outside-across-zones.ts';
import { peopleAcrossZones } from './people-across-zones.ts';

export interface ZoneLine {
  readonly name: string;
  readonly gateway: Gateway;
  /** Names of the services that are deployed here, and of no others. */
  readonly services: readonly string[];
  readonly targets: readonly string[];
  /** Slugs, in lower case. */
  readonly repositories: readonly string[];
  /** Pipelines whose builds nobody asked Countersign for, as `serviceOfPipeline` names them. */
  readonly pipelines: readonly string[];
  /** Whether builds of this organization and pipeline belong here. */
  readonly builds: (token: Pick<BuildToken, 'organization' | 'pipeline'>) => boolean;
}

/** The first zone is home: where goes what belongs to no service. */
export function createGatewayAcross(zones: readonly [ZoneLine, ...ZoneLine[]]): Gateway {
  const [home] = zones;
  if (zones.length === 1) return home.gateway;
  const all = zones.map(({ gateway }) => gateway);
  const each = zones.map(oneZone);
  const where = (isThere: (zone: ZoneLine) => boolean): Gateway => (zones.find(isThere) ?? home).gateway;
  const ofService = (service: string): Gateway => where(({ services }) => services.includes(service));
  const ofTarget = (target: string): Gateway => where(({ targets }) => targets.includes(target));
  const ofBuild = (build: Pick<BuildToken, 'organization' | 'pipeline'>): Gateway =>
    where(({ builds, pipelines }) => builds(build) || pipelines.includes(serviceOfPipeline(build)));
  const everywhere = async (tell: (gateway: Gateway) => Promise<void>): Promise<void> => void (await whole(all.map(tell)));
  return {
    startDeploy: (workflowId, request) => ofService(request.service).startDeploy(workflowId, request),
    startReply: (input) => where(({ repositories }) => repositories.includes(input.to.repo.slug.toLowerCase())).startReply(input),
    act: (workflowId, late) =>
      firstFound(
        all.map((gateway) => gateway.act(workflowId, late)),
        ({ kind }) => kind !== 'over',
        { kind: 'over' },
      ),
    deployStatus: (workflowId) => firstThere(each.map(({ gateway }) => gateway.deployStatus(workflowId))),
    reviewStatus: (deployId) => firstThere(each.map(({ gateway }) => gateway.reviewStatus(deployId))),
    findOwingReview: async () => (await whole(all.map((gateway) => gateway.findOwingReview()))).flat(),
    findByCode: (code, services) =>
      firstThere(
        narrowed(zones, services).map(({ gateway, services: own, pipelines }) =>
          gateway.findByCode(code, services === null ? [...own, ...pipelines] : own),
        ),
      ),
    findOpen: (wanted, lookAgain, most) => findOpen(zones, { wanted, lookAgain, most }),
    pushed: (workflowId, change) => everywhere((gateway) => gateway.pushed(workflowId, change)),
    pullRequestClosed: (workflowId, closure) => everywhere((gateway) => gateway.pullRequestClosed(workflowId, closure)),
    buildSeen: async (build) => (build.target === null ? undefined : ofTarget(build.target).buildSeen(build)),
    attest: (workflowId, token) => attestIn(zones, workflowId, token),
    blocks: blocksAcrossZones(zones),
    outside: outsideAcrossZones(zones, ofBuild),
    environmentState: (place, start) => ofTarget(place.target).environmentState(place, start),
    keptMs: async () => {
      const kept = await Promise.all(all.map((gateway) => gateway.keptMs()));
      return kept.includes(null) ? null : Math.min(...kept.map(Number));
    },
    people: peopleAcrossZones(
      home.gateway.people,
      all.slice(1).map(({ people }) => people),
    ),
  };
}

/** The same zones, each by itself. One that is alone is asked about whatever it says. */
export function zonesAlone(zones: readonly [ZoneLine, ...ZoneLine[]]): readonly OneZone[] {
  const [{ name, services, gateway }] = zones;
  return zones.length === 1 ? [{ name, services, gateway }] : zones.map(oneZone);
}

/** Zones with those of these services that are theirs; null: all of theirs. Zones with none are left out. */
function narrowed(zones: readonly ZoneLine[], services: readonly string[] | null): readonly ZoneLine[] {
  if (services === null) return zones;
  return zones
    .map((zone) => ({ ...zone, services: zone.services.filter((service) => services.includes(service)) }))
    .filter((zone) => zone.services.length > 0);
}

async function attestIn(zones: readonly ZoneLine[], workflowId: string, token: BuildToken): Promise<Attestation> {
  const nobody: Attestation = { kind: 'no', reason: 'no-request' };
  const asked = zones.filter(({ builds }) => builds(token)).map(({ gateway }) => gateway.attest(workflowId, token));
  return firstFound(asked, (answer) => answer.kind !== 'no' || (answer.reason !== 'no-request' && answer.reason !== 'over'), nobody);
}

interface OpenAsk {
  readonly wanted: OpenWhere;
  readonly lookAgain: boolean;
  readonly most: number | undefined;
}

async function findOpen(zones: readonly ZoneLine[], ask: OpenAsk): Promise<readonly FoundDeploy[]> {
  const { wanted, lookAgain, most } = ask;
  const asked = concerned(zones, wanted);
  const look = ({ gateway, services: own }: ZoneLine, again: boolean): Promise<readonly FoundDeploy[]> =>
    gateway.findOpen(wanted.kind === 'services' ? { kind: 'services', services: own } : wanted, again, most);
  const found = (await whole(asked.map((zone) => look(zone, false)))).flat();
  if (found.length > 0 || !lookAgain) return found.toSorted((one, other) => other.startedAt - one.startedAt).slice(0, most);
  // An entry appears a moment after its workflow, in one of the zones: the others have nothing to wait for.
  return firstFound(
    asked.map((zone) => look(zone, true)),
    (list) => list.length > 0,
    [],
  );
}

/** Zones in which such a request could be: one that is away costs nothing of the others. */
function concerned(zones: readonly ZoneLine[], wanted: OpenWhere): readonly ZoneLine[] {
  switch (wanted.kind) {
    case 'services':
      return narrowed(zones, wanted.services);
    case 'environment':
      return narrowed(zones, [wanted.service]);
    case 'build':
      return zones.filter(({ builds }) => builds(wanted));
    case 'pull-request': {
      const slug = wanted.slug.toLowerCase();
      const own = zones.filter(({ repositories }) => repositories.includes(slug));
      // It was renamed, or is not configured any more: what is open there is known by its id.
      return own.length > 0 ? own : zones;
    }
    case 'waiting':
    case 'asked-by':
      return zones;
  }
}
