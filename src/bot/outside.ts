// Builds that nobody asked Countersign for: which of them people are told of.
import type { BuildToken, NotAttested } from '../../workflows/attest-contract.ts';
import { outsideId, type OutsideWhy } from '../../workflows/outside-contract.ts';
import { outsideOf, type Outside } from '../config/outside.ts';
import { deployCode } from '../ids.ts';
import type { Cancel } from '../../workflows/contract.ts';
import type { Reply } from '../render/reply.ts';
import { actOn } from './act.ts';
import type { BotDeps } from './deps.ts';
import type { ForeignBuild } from './front-door.ts';

type Deps = Pick<BotDeps, 'config' | 'gateway'>;

/** Pushes, schedules and steps that deploy nothing never alarm. */
export async function outsideSeen(deps: Deps, seen: ForeignBuild): Promise<void> {
  const { organization, pipeline, number, uuid } = seen;
  const known = outsideOf(deps.config, organization, pipeline);
  if (known === null || known.policy.do === 'ignore') return;
  const why = whyTold(known, seen);
  if (why !== null) await start(deps, known, { organization, pipeline, number, uuid, why });
  if (seen.hasEnded) await deps.gateway.outside.changed({ organization, pipeline, uuid });
}

function whyTold({ policy }: Outside, { step }: ForeignBuild): OutsideWhy | null {
  if (step !== null && policy.deploySteps.includes(step)) return { kind: 'step', step };
  return policy.isDedicated ? { kind: 'dedicated' } : null;
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
}

async function start({ gateway }: Deps, { policy, channel }: Outside, told: Told): Promise<void> {
  if (policy.do === 'ignore') return;
  await gateway.outside.start({ ...told, code: deployCode(outsideId(told.organization, told.uuid)), policy: policy.do, channel });
}
