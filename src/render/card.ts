// One request as it stands, as a card that either surface can draw.
import { cancelledCard, endedBadlyCard, expiredCard, notBuiltCard, rejectedCard, stoppedCard, succeededCard, terminatedCard } from './cards-after.ts';
import { approvedCard, checkingCard, plannedCard, planningCard, queuedCard, refusedCard, startingCard, waitingCard } from './cards-before.ts';
import { blockedCard, buildingCard } from './cards-build.ts';
import { asEmergency } from './emergency.ts';
import { code, join, say } from './inline.ts';
import type { Inline } from './inline.ts';
import type { Card, View } from './view.ts';
import { otherCard } from './view.ts';

export function cardOf(view: View): Card {
  return { ...asEmergency(phaseCard(view), view), footer: footer(view) };
}

function phaseCard(view: View): Card {
  const { phase } = view.status;
  switch (phase.kind) {
    case 'planning':
      return planningCard(view);
    case 'refused':
      return refusedCard(view, phase);
    case 'planned':
      return plannedCard(view);
    case 'waiting':
      return waitingCard(view, phase);
    case 'approved':
      return approvedCard(view, phase);
    case 'queued':
      return queuedCard(view, phase);
    case 'checking':
      return checkingCard(view, phase);
    case 'starting':
      return startingCard(view, phase);
    case 'building':
      return buildingCard(view, phase);
    case 'blocked':
      return blockedCard(view, phase);
    case 'succeeded':
      return succeededCard(view, phase);
    case 'ended-badly':
      return endedBadlyCard(view, phase);
    case 'stopped':
      return stoppedCard(view, phase);
    case 'not-built':
      return notBuiltCard(view, phase);
    case 'rejected':
      return rejectedCard(view, phase);
    case 'expired':
      return expiredCard(view, phase);
    case 'cancelled':
      return cancelledCard(view, phase);
    case 'terminated':
      return terminatedCard(view, phase);
  }
}

/** `code 7F3K-Q2 · rev 2 · policy 3c9e · the approval is for exactly this commit, environment and parameters`. */
function footer(view: View): Inline {
  const { status, surface } = view;
  const { request, plan, phase } = status;
  const parts: Inline[] = [surface === 'slack' ? say`code ${code(request.code)}` : say`code ${request.code}`];
  if (plan !== null && plan.revision > 1) parts.push(say`rev ${plan.revision}`);
  if (request.retryOf !== null) parts.push(say`tries ${request.retryOf.code} again`);
  if (plan !== null) parts.push(say`policy ${plan.policyDigest.slice(0, 4)}`, say`contract ${plan.contract.slice(0, 8)}`);
  if (phase.kind === 'waiting') parts.push(say`an approval is for exactly this commit, environment and parameters`);
  const other = otherCard(view);
  if (other !== null) parts.push(other);
  return join(parts, ' · ');
}
