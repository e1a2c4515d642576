// The request as a GitHub Deployment: from the point of no return on. Pure.
import type { BuildEnd } from '../../workflows/build-vocabulary.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { plainContext } from './context.ts';
import { oneLine } from './escape.ts';
import { toWords } from './inline.ts';
import { stateLine } from './request-line.ts';

type State = 'queued' | 'in_progress' | 'pending' | 'success' | 'failure' | 'error' | 'inactive';

export interface DeploymentView {
  readonly state: State;
  readonly description: string;
  readonly logUrl: string | null;
  readonly environmentUrl: string | null;
  /** Whether there is something to deploy: an end without a build only closes a deployment that is there. */
  readonly opens: boolean;
}

/** A build that never ran has deployed nothing; one that was stopped may have left something half done. */
const ENDS: Readonly<Record<Exclude<BuildEnd, 'passed'>, State>> = { failed: 'failure', canceled: 'error', skipped: 'inactive', not_run: 'inactive' };
/** Ended during one of these, a deployment may be there. */
const BUILT: ReadonlySet<string> = new Set<DeployStatus['phase']['kind']>(['starting', 'building', 'blocked']);
const DESCRIPTION_MAX = 140;

/** null: before its build it is no deployment. */
export function deploymentView(status: DeployStatus, prefix: string): DeploymentView | null {
  const found = stateOf(status);
  if (found === null || status.plan === null || status.request.dryRun) return null;
  const { phase, plan, request, build } = status;
  const context = plainContext(request.askedAt, prefix);
  const words = phase.kind === 'building' ? `build ${phase.build.number} (${request.code})` : toWords(stateLine(status, context), context.now);
  return {
    ...found,
    description: oneLine(words, DESCRIPTION_MAX),
    logUrl: build?.url ?? null,
    environmentUrl: found.state === 'success' ? plan.environmentUrl : null,
  };
}

function stateOf({ phase }: DeployStatus): Pick<DeploymentView, 'state' | 'opens'> | null {
  switch (phase.kind) {
    case 'starting':
      return { state: 'queued', opens: true };
    case 'building':
      return { state: 'in_progress', opens: true };
    case 'blocked':
      return { state: 'pending', opens: true };
    case 'succeeded':
      return { state: 'success', opens: true };
    case 'ended-badly':
      return { state: ENDS[phase.how], opens: true };
    case 'not-built':
      return { state: 'error', opens: false };
    case 'terminated':
      return BUILT.has(phase.during) ? { state: 'error', opens: false } : null;
    case 'cancelled':
      return BUILT.has(phase.during) ? { state: 'inactive', opens: false } : null;
    default:
      return null;
  }
}
