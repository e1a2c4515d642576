// How acts of people are answered: one at a time, applied once per key whatever is delivered twice, told once.
import { log } from '@temporalio/workflow';
import type { ActKind } from './activities.ts';
import { answering } from './ask.ts';
import type { Act, Receipt } from './contract.ts';
import { guarded } from './guarded.ts';
import type { Line } from './line.ts';

/** Not counted, try again: whoever judges gave no answer. */
export const RIGHTS_UNREAD = { kind: 'refused', reasons: [{ code: 'unreadable', what: 'your rights', why: 'no answer in time' }] } as const;

interface Desk<A> {
  /** People's acts, in the order of the history. */
  readonly acts: Line;
  /** Receipts on their way to people, in the order the acts were applied. */
  readonly receipts: Line;
  apply(act: A): Promise<Receipt>;
  kindOf(act: A): ActKind;
}

/** Answers acts that arrive by Update, or late by Signal, with the same key. */
export function answerOnce<A extends { readonly input: Act }>(desk: Desk<A>): (act: A, by: 'update' | 'signal') => Promise<Receipt> {
  const applied = new Map<string, Promise<Receipt>>();
  const answered = new Set<string>();
  return async (act, by) => {
    const { key, replyTo } = act.input;
    const applying = applied.get(key) ?? desk.acts.run(() => guarded(() => desk.apply(act)));
    applied.set(key, applying);
    const receipt = await applying;
    // On GitHub the answer is a reaction or a comment and always comes from here; in Slack only if nobody waits for the Update.
    if ((replyTo.surface === 'github' || by === 'signal') && !answered.has(key)) {
      answered.add(key);
      void desk.receipts.run(() => sendReceipt(act.input, desk.kindOf(act), receipt));
    }
    return receipt;
  };
}

async function sendReceipt({ key, replyTo: to }: Act, act: ActKind, receipt: Receipt): Promise<void> {
  try {
    await guarded(() => answering.sendReceipt.executeWithOptions({ summary: `${act}: ${receipt.kind}` }, [{ to, receipt, act }]));
  } catch (error) {
    log.warn('a receipt was not delivered', { key, error });
  }
}
