// Builds that nobody asked Countersign for, or that only say that somebody did: which of them people are told of.
import type { BuildToken, NotAttested } from '../../workflows/attest-contract.ts';
import { outsideId, type OutsideClaim, type OutsideWhy } from '../../workflows/outside-contract.ts';
import { outsideOf, type Outside } from '../config/outside.ts';
import { deployCode } from '../ids.ts';
import type { Cancel } from '../../workflows/contract.ts';
import type { Reply } from '../render/reply.ts';
import { actOn } from './act.ts';
import type { BotDeps } from './deps.ts';
import type { ForeignBuild } from './front-door.ts';

type Deps = Pick<BotDeps, 'config' | 'gateway'>;
type SeeingDeps = Pick<BotDeps, 'config' | 'gateway' | 'log'>;

/** Pushes, schedules and steps that deploy nothing never alarm; nor does what a request knows as its own. */
export async function outsideSeen(deps: SeeingDeps, seen: ForeignBuild): Promise<void> {
  const { organization, pipeline, number, uuid, claim } = seen;
  const known = outsideOf(deps.config, organization, pipeline);
  if (known === null || known.policy.do === 'ignore') return;
  const why = whyTold(known, seen);
  if (why !== null && !(await isClaimedRightly(deps, seen))) {
    await start(deps, known, { organization, pipeline, number, uuid, why, ...(claim === null ? {} : { claim }) });
  }
  if (seen.hasEnded) await deps.gateway.outside.changed({ organization, pipeline, uuid });
}

function whyTold({ policy }: Outside, { step, claim, hasStarted }: ForeignBuild): OutsideWhy | null {
  if (step !== null && policy.deploySteps.includes(step)) return { kind: 'step', step };
  // Its request need not know it yet while nothing of it runs.
  return policy.isDedicated && (claim === null || hasStarted) ? { kind: 'dedicated' } : null;
}

/** Whatever stands in the way of an answer now, a workflow asks later. */
async function isClaimedRightly({ gateway, log }: SeeingDeps, { organization, pipeline, number, uuid, claim }: ForeignBuild): Promise<boolean> {
  if (claim === null) return false;
  const { code: _code, ...named } = claim;
  try {
    return (await gateway.outside.askClaimed({ organization, pipeline, number, uuid, ...named })) === 'its-own';
  } catch (error) {
    log.warn({ err: error, uuid }, 'the request that a build names could not be asked: its workflow asks again');
    return false;
  }
}

/** What says that the build is none of ours; a request that was cancelled or has ended may have had it. */
const STRANGE: ReadonlySet<NotAttested> = new Set<NotAttested>([
  'no-request',
  'not-approved',
  'other-pipeline',
  'other-build',
  'other-commit',
  'other-branch',
  'other-source',
]);

/** A job with a genuine token was told no. Without the build's UUID in its token nobody could be told of it only once. */
export async function outsideAsked(deps: Deps, { buildId: uuid, organization, pipeline, number }: BuildToken, reason: NotAttested): Promise<void> {
  const known = outsideOf(deps.config, organization, pipeline);
  if (uuid === null || known === null || known.policy.do === 'ignore' || !STRANGE.has(reason)) return;
  await start(deps, known, { organization, pipeline, number, uuid, why: { kind: 'attestation', reason } });
}

/** Whoever clicks under its message. */
export async function cancelOutside(deps: BotDeps, workflowId: string, input: Cancel): Promise<Reply> {
  const outcome = await actOn(deps, workflowId, { act: 'cancel', input });
  return outcome ?? { kind: 'refused', reasons: [{ code: 'build-over', build: null }] };
}

interface Told {
  readonly organization: string;
  readonly pipeline: string;
  readonly number: number;
  readonly uuid: string;
  readonly why: OutsideWhy;
  readonly claim?: OutsideClaim;
}

async function start({ gateway }: Deps, { policy, channel }: Outside, told: Told): Promise<void> {
  if (policy.do === 'ignore') return;
  await gateway.outside.start({ ...told, code: deployCode(outsideId(told.organization, told.uuid)), policy: policy.do, channel });
}
