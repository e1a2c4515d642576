// How acts of people arrive and are answered: by Update, or late by Signal, with the same key; applied once.
import { log, setHandler } from '@temporalio/workflow';
import { applyCancel, applyVote, applyWithdraw } from './approval.ts';
import { answering } from './ask.ts';
import { actArrived, cancel, castVote, extend, keep, withdraw, type LateAct, type Receipt } from './contract.ts';
import type { Deploy } from './deploy-state.ts';
import { applyExtend } from './extend.ts';
import { applyKeep } from './keep.ts';
import { guarded } from './guarded.ts';

/** Registers the handlers of people's acts. Each is applied after those before it have been. */
export function hearActs(deploy: Deploy): void {
  const applied = new Map<string, Promise<Receipt>>();
  const answered = new Set<string>();

  function apply(act: LateAct): Promise<Receipt> {
    const { key } = act.input;
    const known = applied.get(key);
    if (known !== undefined) return known;
    const receipt = deploy.acts.run(() => guarded(() => applyAct(deploy, act)));
    applied.set(key, receipt);
    return receipt;
  }

  /** On GitHub the answer is a reaction or a comment and always comes from here; in Slack only if nobody waits for the Update. */
  async function answer(act: LateAct, by: 'update' | 'signal'): Promise<Receipt> {
    const receipt = await apply(act);
    const { key, replyTo } = act.input;
    if ((replyTo.surface === 'github' || by === 'signal') && !answered.has(key)) {
      answered.add(key);
      void deploy.receipts.run(() => sendReceipt(act, receipt));
    }
    return receipt;
  }

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

async function sendReceipt(act: LateAct, receipt: Receipt): Promise<void> {
  const kind = act.act === 'castVote' ? act.input.kind : act.act;
  const summary = `${kind}: ${receipt.kind}`;
  try {
    await guarded(() => answering.sendReceipt.executeWithOptions({ summary }, [{ to: act.input.replyTo, receipt, act: kind }]));
  } catch (error) {
    log.warn('a receipt was not delivered', { key: act.input.key, error });
  }
}
