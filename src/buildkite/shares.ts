// How one bucket serves five lanes: each lane asks for its request only when so much is in the bucket that enough is left for the lanes
// before it. That needs no word between processes: the bucket's level is all they share. Pure.
import type { Lane } from './api.ts';

export const LANES: readonly Lane[] = ['rollback', 'cancel', 'create', 'unblock', 'status'];

/** One request in the bucket's units. Finer than a token, so that a more urgent lane finds what it needs a moment before the others do. */
export const REQUEST = 6;

/** Lanes that could starve have a share of the rate that is theirs; rollback and cancel are before everybody anyway. */
export type SharingLane = Exclude<Lane, 'rollback' | 'cancel'>;
export const SHARES: Readonly<Record<SharingLane, number>> = { create: 0.4, unblock: 0.1, status: 0.2 };

export function isSharing(lane: Lane): lane is SharingLane {
  return Object.hasOwn(SHARES, lane);
}

export interface Claim {
  /** 0 is served first. */
  readonly rank: number;
  /** Units that must be in the bucket, of which `REQUEST` are used. */
  readonly need: number;
}

/**
 * First rollback, then cancel, then the others within their shares, and then, from what idle lanes lend, the others once more. Only
 * rollback and cancel use the last request in the bucket: however busy the others are, they find one.
 */
export function claimOf(lane: Lane, withinShare: boolean): Claim {
  const rank = LANES.indexOf(lane) + (isSharing(lane) && !withinShare ? Object.keys(SHARES).length : 0);
  return { rank, need: isSharing(lane) ? 2 * REQUEST + rank - FIRST_SHARING : REQUEST + rank };
}
const FIRST_SHARING = LANES.findIndex(isSharing);
