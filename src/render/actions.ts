// What a button carries: a reference, never authority. Shared by the cards that draw buttons and the front door that hears them. Pure.
import type { Contract } from '../../workflows/vocabulary.ts';

export const ACTIONS = {
  approve: 'countersign:approve',
  reject: 'countersign:reject',
  cancel: 'countersign:cancel',
  keep: 'countersign:keep',
  details: 'countersign:details',
  sign: 'countersign:sign',
  dispute: 'countersign:dispute',
  /** Opens the form of a block step. */
  fill: 'countersign:fill',
} as const;
export type ActionName = keyof typeof ACTIONS;

/** `callback_id` of the modal that asks why. */
export const REJECT_MODAL = 'countersign:reject-modal';

/** The same for the review of an emergency. */
export const DISPUTE_MODAL = 'countersign:dispute-modal';

export interface ActionValue {
  /** Workflow id of the request, or of the approval of a build that waits at a block step. */
  readonly deployId: string;
  /** Contract and short SHA the card showed: a stale click is recognised by them. */
  readonly contract: Contract | null;
  readonly sha: string | null;
}

/** Slack caps a button's value at 2,000 characters; ours stay far below. */
export function encodeActionValue(value: ActionValue): string {
  return JSON.stringify([value.deployId, value.contract, value.sha]);
}

/** null for anything that is not a value of ours. */
export function decodeActionValue(text: string | undefined): ActionValue | null {
  if (text === undefined || text.length > 2_000) return null;
  try {
    const [deployId, contract, sha] = JSON.parse(text) as unknown[];
    if (typeof deployId !== 'string' || !/^(?:deploy|block|outside):/.test(deployId)) return null;
    return { deployId, contract: typeof contract === 'string' ? (contract as Contract) : null, sha: typeof sha === 'string' ? sha : null };
  } catch {
    return null;
  }
}

/** `action_id` of buttons that only open an address: Slack reports those clicks too, and nothing is to be done. */
export const LINK_ACTION = 'countersign:link';
