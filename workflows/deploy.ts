// One request, from the wish to the last word: plan → votes → turn → build → result. The only writer of its cards, and the only
// judge of whether its build may start.
import { allHandlersFinished, condition, setHandler } from '@temporalio/workflow';
import { hearActs } from './acts.ts';
import { answerAttestations } from './attest.ts';
import { keepPeopleTold } from './cards.ts';
import { answerClaims } from './claim.ts';
import { status, type DeployInput } from './contract.ts';
import { isOver, isReady, openDeploy, type Deploy } from './deploy-state.ts';
import { statusOf } from './deploy-status.ts';
import { guarded } from './guarded.ts';
import { hearBlocks } from './hear-blocks.ts';
import { hearPushes, keepEarlier, planAgain, planFirst } from './planning.ts';
import { hearPullRequest } from './pull-request.ts';
import { oweReview } from './review.ts';
import { showInTemporal } from './seen-in-temporal.ts';
import type { DeployStatus } from './status.ts';
import { followBuild, hearTurn, queueUp } from './turn.ts';
import { canBeUndone, holdBack } from './undo.ts';
import { waitForApproval } from './waiting.ts';

export async function deploy(input: DeployInput): Promise<DeployStatus> {
  const request = openDeploy(input);
  hearActs(request);
  hearPushes(request);
  hearPullRequest(request);
  hearTurn(request);
  hearBlocks(request);
  answerClaims(request);
  answerAttestations(request);
  setHandler(status, () => statusOf(request), { description: 'The request as its cards show it.' });
  return guarded(async () => {
    showInTemporal(statusOf(request));
    const lastWord = keepPeopleTold(request);
    await tellStory(request);
    await lastWord;
    await oweReview(statusOf(request));
    await condition(() => allHandlersFinished() && request.receipts.isIdle() && request.errands.isIdle() && request.notes.isIdle());
    return statusOf(request);
  });
}

async function tellStory(request: Deploy): Promise<void> {
  await planFirst(request);
  while (!isOver(request)) {
    const { plan, moved, go, ended } = request;
    // A request that goes on has been planned.
    if (plan === null) return;
    if (go !== null || ended !== null) await followBuild(request, plan);
    else if (request.keeping !== null) await keepEarlier(request, plan, request.keeping);
    else if (moved !== null) await planAgain(request, plan, moved);
    else if (!isReady(request)) await waitForApproval(request, plan);
    else if (canBeUndone(request, plan)) await holdBack(request, plan);
    else await queueUp(request, plan);
  }
}
