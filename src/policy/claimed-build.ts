// Whether a build that names a request is that request's own, by what the request knows. Pure.
import type { Claimed, ClaimedBuild } from '../../workflows/outside-contract.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { secretsEqual } from '../secret-compare.ts';

const ID_MAX = 200;

/** What stands in the meta-data of a build may be anything: only what can be the id of a request is asked for. */
export const canBeDeployId = (text: string): boolean => text.length <= ID_MAX && /^deploy:[\x21-\x7e]+$/.test(text);

/** What the request says; null: there is none. Whatever it does not know as its own is none of its builds. */
export function judgeClaimed(request: DeployStatus | null, seen: ClaimedBuild): Claimed {
  if (request === null) return 'no-such-request';
  const { plan, phase, build, attested, doubles = [], seal } = request;
  if (seen.uuid === build?.uuid || seen.uuid === attested?.uuid) return 'its-own';
  if (plan === null || plan.organization !== seen.organization || plan.pipeline !== seen.pipeline) return 'not-its-own';
  // Of two that it ordered one is being stopped, and its cards say so.
  if (doubles.some(({ kept, other }) => seen.number === kept || seen.number === other)) return 'its-own';
  if (seal !== undefined && !secretsEqual(seen.seal ?? '', seal)) return 'not-its-own';
  const isAsOrdered = plan.sha === seen.commit && plan.target === seen.target;
  return isAsOrdered && UNDER_WAY.has(phase.kind) ? 'not-known-yet' : 'not-its-own';
}

/** Buildkite's answer to the create may be missing, or a second build may not have been noticed yet. */
const UNDER_WAY: ReadonlySet<DeployStatus['phase']['kind']> = new Set<DeployStatus['phase']['kind']>(['starting', 'building', 'blocked']);
