// Which phases are the last. Pure.
import type { DeployPhase } from '../../workflows/status.ts';

const LIVE: ReadonlySet<DeployPhase['kind']> = new Set<DeployPhase['kind']>([
  'planning',
  'waiting',
  'approved',
  'queued',
  'checking',
  'starting',
  'building',
  'blocked',
]);

export function isFinal(phase: DeployPhase): boolean {
  return !LIVE.has(phase.kind);
}
