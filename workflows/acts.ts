// The acts of people on a request, and what each of them does.
import { setHandler } from '@temporalio/workflow';
import type { ActKind } from './activities.ts';
import { answerOnce } from './answers.ts';
import { applyCancel, applyVote, applyWithdraw } from './approval.ts';
import { actArrived, cancel, castVote, extend, keep, withdraw, type LateAct, type Receipt } from './contract.ts';
import type { Deploy } from './deploy-state.ts';
import { applyExtend } from './extend.ts';
import { applyKeep } from './keep.ts';

/** Registers the handlers of people's acts. Each is applied after those before it have been. */
export function hearActs(deploy: Deploy): void {
  const { acts, receipts } = deploy;
  const kindOf = (act: LateAct): ActKind => (act.act === 'castVote' ? act.input.kind : act.act);
  const answer = answerOnce<LateAct>({ acts, receipts, apply: (act) => applyAct(deploy, act), kindOf });
  setHandler(castVote, (input) => answer({ act: 'castVote', input }, 'update'), { description: 'Approve or reject, once per key.' });
  setHandler(withdraw, (input) => answer({ act: 'withdraw', input }, 'update'), { description: 'Take one’s own vote back.' });
  setHandler(cancel, (input) => answer({ act: 'cancel', input }, 'update'), { description: 'Stop the request, or the build it started.' });
  setHandler(keep, (input) => answer({ act: 'keep', input }, 'update'), { description: 'Back to the commit before the last push.' });
  setHandler(extend, (input) => answer({ act: 'extend', input }, 'update'), { description: 'More time to wait for approval.' });
  setHandler(actArrived, async (act) => void (await answer(act, 'signal')), { description: 'An act whose Update got no answer in time.' });
}

function applyAct(deploy: Deploy, act: LateAct): Promise<Receipt> {
  switch (act.act) {
    case 'castVote':
      return applyVote(deploy, act.input);
    case 'withdraw':
      return applyWithdraw(deploy, act.input);
    case 'cancel':
      return applyCancel(deploy, act.input);
    case 'keep':
      return applyKeep(deploy, act.input);
    case 'extend':
      return applyExtend(deploy, act.input);
  }
}
