// The same wish asked twice: whoever comes later is pointed to the request that is open already. Lists only say where to look; what
// decides is what the other request says of itself.
import type { GateReason } from '../../workflows/reasons.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Plan } from '../../workflows/vocabulary.ts';
import { isFinal } from '../render/phase.ts';
import type { FoundDeploy } from '../temporal/find-deploys.ts';
import type { Gateway } from '../temporal/gateway.ts';
import { isTrouble, Trouble } from '../trouble.ts';

/** A first plan takes two minutes at most: whoever is still planning after this is stuck, and holds nobody up. */
const PLANNING_MS = 180_000;
const GIVE_UP_MS = 20_000;
/** An entry of a list appears tens of milliseconds after its workflow. When one's own is there, those before it are. */
const OWN_ENTRY_MS = 2_000;
const PAUSE_MS = 100;

export interface SameWishDeps {
  readonly gateway: Pick<Gateway, 'findOpen' | 'deployStatus'>;
  readonly now: () => number;
}
export type Wish = Pick<Plan, 'service' | 'environment' | 'sha' | 'parameters'> & { readonly workflowId: string };

/**
 * The open request for the same commit of the same service with the same parameters; null: there is none. One that has been planned
 * comes first; of two that are being planned, the one that was started first, and the other one waits to see what it will ask for. So
 * of two at the same instant exactly one goes on. Throws `Trouble` (temporal) when that can't be told yet.
 */
export async function findSameWish(deps: SameWishDeps, wish: Wish): Promise<GateReason | null> {
  const startedAt = deps.now();
  for (;;) {
    const { own, others } = await look(deps, wish);
    const same = others.find(({ status }) => status !== null && isSame(wish, status));
    if (same?.status != null) return pointTo(same.status);
    const waited = deps.now() - startedAt;
    const before = others.filter((other) => isUndecided(other, deps.now()) && (own === undefined || isBefore(other.found, own)));
    if (before.length === 0 && (own !== undefined || waited >= OWN_ENTRY_MS)) return null;
    if (waited >= GIVE_UP_MS) throw undecided(before.map(({ found }) => found.code));
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

interface Other {
  readonly found: FoundDeploy;
  /** null: it could not be read, or is gone. */
  readonly status: DeployStatus | null;
  readonly isRead: boolean;
}

async function look({ gateway }: SameWishDeps, wish: Wish): Promise<{ readonly own: FoundDeploy | undefined; readonly others: readonly Other[] }> {
  const { service, environment, sha } = wish;
  const listed = await gateway.findOpen({ kind: 'environment', service, environment, sha }, false);
  const others = listed.filter(({ workflowId }) => workflowId !== wish.workflowId);
  return {
    own: listed.find(({ workflowId }) => workflowId === wish.workflowId),
    others: await Promise.all(others.map((found) => ask(gateway, found))),
  };
}

async function ask(gateway: SameWishDeps['gateway'], found: FoundDeploy): Promise<Other> {
  try {
    return { found, status: await gateway.deployStatus(found.workflowId), isRead: true };
  } catch (error) {
    if (isTrouble(error)) return { found, status: null, isRead: false };
    throw error;
  }
}

function isSame(wish: Wish, { plan, phase, request }: DeployStatus): boolean {
  if (plan === null || request.dryRun || isFinal(phase)) return false;
  const { service, environment, sha, parameters } = plan;
  return service === wish.service && environment === wish.environment && sha === wish.sha && isEqual(parameters, wish.parameters);
}

/** It may yet turn out to want the same. */
function isUndecided({ found, status, isRead }: Other, now: number): boolean {
  if (now - found.startedAt > PLANNING_MS) return false;
  if (status === null) return !isRead;
  return status.plan === null && !status.request.dryRun && !isFinal(status.phase);
}

const isBefore = (one: FoundDeploy, other: FoundDeploy): boolean =>
  one.startedAt === other.startedAt ? one.workflowId < other.workflowId : one.startedAt < other.startedAt;

function isEqual(one: Plan['parameters'], other: Plan['parameters']): boolean {
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => one[name] === other[name]);
}

function pointTo({ request, plan, phase, cards, tally }: DeployStatus): GateReason {
  return {
    code: 'same-wish-open',
    other: request.code,
    by: plan?.requester.name ?? null,
    isWaiting: phase.kind === 'waiting' && tally?.satisfied !== true,
    cards: { slack: cards?.slack?.url ?? null, github: cards?.github?.url ?? null },
  };
}

function undecided(codes: readonly string[]): Trouble {
  const found = codes.length === 0 ? 'this request is not listed yet' : `${codes.join(', ')} is still being planned`;
  return new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'looking whether the same is asked for already', found });
}
