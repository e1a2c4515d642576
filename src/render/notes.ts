// What happened to a request on the way: pushes, votes that stopped counting. And the hints its reasons need.
import type { VoidVote } from '../../workflows/reasons.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { code, listed, named, say, strong } from './inline.ts';
import type { Inline } from './inline.ts';
import type { Hints } from './reason-text.ts';
import { reasonItem } from './reasons.ts';
import { askedAgainWords, laterPushLine, revisionLine } from './revision-words.ts';
import { askAgain } from './view.ts';
import type { View } from './view.ts';

export function hintsFor(view: View): Hints {
  const { request } = view.status;
  const again = request.service === '' && request.environment === '' ? null : askAgain(view);
  return { prefix: view.context.prefix, surface: view.surface, again, act: null, code: request.code };
}

/** In the order of weight: a new revision, votes that are gone, a push that changes nothing. */
export function noteLines(view: View): readonly Inline[] {
  const { status } = view;
  const { revision, voided, laterPush, closure, doubles = [] } = status;
  const lines: Inline[] = [];
  if (revision !== null) lines.push(revisionLine(revision));
  const again = askedAgainWords(status);
  if (again.length > 0) lines.push(say`Approved before the push, please look again: ${again}`);
  if (status.keepRefused !== undefined && status.keepRefused.length > 0) {
    lines.push(say`❌ It can't go back to ${code(revision?.from.slice(0, 7) ?? 'the commit before')}:`);
    lines.push(...status.keepRefused.map((reason) => reasonItem(reason, hintsFor(view))));
  }
  const others = voided.filter(({ why }) => why !== 'new-revision' || revision === null);
  if (others.length > 0) lines.push(say`↩️ No longer counted: ${listed(others.map(voidWords), 6, ' · ')}`);
  // Who went back has said so of the very push.
  if (laterPush !== null && !(revision?.how === 'keep' && revision.from === laterPush.sha)) {
    lines.push(laterPushLine(laterPush));
  }
  lines.push(...doubles.map(doubleLine));
  if (closure != null && status.phase.kind !== 'cancelled') {
    lines.push(say`ℹ️ ${closure.by} ${closure.merged ? 'merged' : 'closed'} pull request ${closure.number}; this deploy goes on.`);
  }
  return lines;
}

/** Buildkite had two builds of it: whoever watches them must know which one counts. */
export function doubleLine({ kept, other }: NonNullable<DeployStatus['doubles']>[number]): Inline {
  return say`⚠️ Buildkite had two builds of this request: ${strong(`${kept}`)} is the one that counts, ${strong(`${other}`)} was asked to stop.`;
}

/** By the word that the judge found. */
const INACTIVE: Readonly<Record<string, string>> = {
  deactivated: 'account deactivated',
  guest: 'a guest now',
  stranger: 'not of this workspace',
  bot: 'a bot',
  'no-read-access': 'can no longer read the repository',
};

/** `Bea (left sre)`. */
export function voidWords(gone: VoidVote): Inline {
  return say`${named(gone.by)} (${voidReason(gone)})`;
}

/** `left sre`. */
export function voidReason({ why, detail }: Pick<VoidVote, 'why' | 'detail'>): string {
  const because: Readonly<Record<VoidVote['why'], string>> = {
    'left-group': detail === null ? 'no longer in the group' : `left ${detail}`,
    'delegation-over': detail === null ? 'no longer stands in' : `no longer stands in for ${detail}`,
    inactive: INACTIVE[detail ?? ''] ?? 'account no longer active',
    unlinked: 'no longer linked to both accounts',
    'became-requester': 'pushed to the request',
    'became-author': 'wrote one of its commits',
    'new-revision': 'approved an earlier commit',
  };
  return because[why].slice(0, 120);
}
