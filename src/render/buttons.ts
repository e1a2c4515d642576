// Which buttons a card has: exactly those that work in its phase, none when it is over.
import type { Button } from '@slack/types';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Plan } from '../../workflows/vocabulary.ts';
import { LINK_ACTION } from './actions.ts';
import { button } from './blocks.ts';
import type { ButtonSpec, ButtonTarget } from './blocks.ts';
import type { RenderContext } from './context.ts';
import { safeUrl } from './escape.ts';
import { code, join, say } from './inline.ts';
import type { Inline } from './inline.ts';

export function buttonsOf(status: DeployStatus, { now }: RenderContext): readonly Button[] {
  const { plan, phase, workflowId } = status;
  const target: ButtonTarget = { deployId: workflowId, contract: plan?.contract ?? null, sha: plan?.sha.slice(0, 7) ?? null, now };
  const drawn = (specs: readonly ButtonSpec[]): readonly Button[] => specs.map((spec) => button(spec, target));
  switch (phase.kind) {
    case 'planning':
      return drawn([CANCEL]);
    case 'waiting':
      if (status.tally?.satisfied === true) return drawn([DETAILS, CANCEL]);
      return drawn([approve(status), { action: 'reject', label: 'Reject', style: 'danger' }, ...keep(status), DETAILS, CANCEL]);
    case 'approved':
      return drawn([STOP, DETAILS]);
    case 'queued':
    case 'checking':
    case 'starting':
      return drawn([DETAILS, CANCEL]);
    case 'building':
      return [...viewBuild(phase.build.url), ...drawn(phase.cancelling === null ? [DETAILS, cancelBuild(status)] : [DETAILS])];
    case 'blocked':
      return [...viewBuild(phase.build.url), ...drawn([DETAILS, cancelBuild(status)])];
    default:
      return [];
  }
}

const DETAILS: ButtonSpec = { action: 'details', label: 'Details' };
/** Nothing runs yet: no question is asked. */
const CANCEL: ButtonSpec = { action: 'cancel', label: 'Cancel' };

/** In the undo window: seconds count, so no question is asked. */
const STOP: ButtonSpec = { action: 'cancel', label: 'Stop', style: 'danger' };

/** Everybody sees it; whoever did not ask is told that it is not theirs. */
function keep({ keepable }: DeployStatus): readonly ButtonSpec[] {
  return keepable === undefined ? [] : [{ action: 'keep', label: `Keep ${keepable.slice(0, 7)}` }];
}

function approve({ plan, request }: DeployStatus): ButtonSpec {
  const base: ButtonSpec = { action: 'approve', label: 'Approve', style: 'primary' };
  if (plan === null || !plan.isProtected) return base;
  const from = plan.live === null ? say` (nothing is live there yet)` : say` in place of ${code(plan.live.sha.slice(0, 7))}`;
  return {
    ...base,
    confirm: {
      title: `Approve for ${request.environment}?`,
      text: say`You sign ${code(request.service)} → ${request.environment} at ${code(plan.sha)}${from}${parameterWords(plan)}, and nothing else.`,
      yes: 'Approve',
      style: 'primary',
    },
  };
}

/** All of them or their number: a question that shows some of what is signed would hide the rest. */
function parameterWords({ parameters }: Plan): Inline {
  const given = Object.entries(parameters).map(([name, value]) => `${name}=${value}`);
  if (given.length === 0) return [];
  const isShort = given.join(' ').length <= CONFIRMED_PARAMETERS_MAX;
  return isShort ? say` with ${join(given.map(code), ' ')}` : say` with the ${given.length} parameters of the card`;
}

/** The whole question may have 300 characters. */
const CONFIRMED_PARAMETERS_MAX = 60;

function cancelBuild({ request }: DeployStatus): ButtonSpec {
  return {
    action: 'cancel',
    label: 'Cancel',
    style: 'danger',
    confirm: {
      title: 'Cancel the running build?',
      text: say`${code(request.service)} may be left half deployed on ${request.environment}.`,
      yes: 'Cancel the build',
      style: 'danger',
    },
  };
}

function viewBuild(url: string): readonly Button[] {
  const safe = safeUrl(url);
  return safe === null ? [] : [{ type: 'button', action_id: LINK_ACTION, text: { type: 'plain_text', text: 'View build' }, url: safe }];
}
