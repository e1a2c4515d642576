// Every reason in words, once for both surfaces.
import type { Reason, ReasonCode } from '../../workflows/reasons.ts';
import { say, strong } from './inline.ts';
import type { Inline } from './inline.ts';
import { ACT_REASONS } from './reasons-act.ts';
import { GATE_REASONS } from './reasons-gate.ts';
import { PEOPLE_REASONS } from './reasons-people.ts';
import type { Hints, ReasonText, ReasonTexts } from './reason-text.ts';

export const REASON_TEXT = { ...GATE_REASONS, ...ACT_REASONS, ...PEOPLE_REASONS } as const satisfies ReasonTexts<ReasonCode>;

export function explain(reason: Reason, hints: Hints): ReasonText {
  // The table's key and the reason's code are the same, which the compiler can't see through an index.
  const text = REASON_TEXT[reason.code] as (reason: Reason, hints: Hints) => ReasonText;
  return text(reason, hints);
}

/** One item of a list: `❌ **checks**: 13 of 14 are green; … Fix it or run it again.` */
export function reasonItem(reason: Reason, hints: Hints): Inline {
  const { sign, title, said, wayOut } = explain(reason, hints);
  return say`${sign} ${strong(title)}: ${said}${wayOut === null ? [] : say` ${wayOut}`}`;
}

/** Spoken to the person who acted: the reason alone, without a title. */
export function reasonSentence(reason: Reason, hints: Hints): Inline {
  const { said, wayOut } = explain(reason, hints);
  return wayOut === null ? said : say`${said} ${wayOut}`;
}
