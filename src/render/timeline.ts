// What the thread under the Slack card tells: every piece of news once, in order, with who did it and where. Pure.
import type { VoidVote } from '../../workflows/reasons.ts';
import type { DeployStatus, ToldSoFar } from '../../workflows/status.ts';
import type { Vote } from '../../workflows/vocabulary.ts';
import type { RenderContext } from './context.ts';
import { unconfirmedWords, voteWords } from './facts.ts';
import { emphasis, named, say, time } from './inline.ts';
import type { Inline } from './inline.ts';
import { doubleLine, voidWords } from './notes.ts';
import { laterPushLine, revisionLine } from './revision-words.ts';
import { autoApprovals, autoWords } from './rule-words.ts';
import { duration } from './time.ts';
import { during, place } from './view.ts';
import type { View } from './view.ts';

/** One line for each thing that has happened since `told`: pushes, votes that are gone, votes in the order they were cast, who ended it. */
export function newsLines(status: DeployStatus, told: ToldSoFar, context: RenderContext): readonly Inline[] {
  const view: View = { status, context, surface: 'slack' };
  return [
    ...pushLines(status, told),
    ...goneLines(status, told),
    ...voteLines(view, told),
    ...unconfirmedLines(view, told),
    ...timeLines(status, told),
    ...ruleLines(status, told),
    ...(status.doubles ?? []).slice(told.doubles ?? 0).map(doubleLine),
    ...endLines(status, told),
  ];
}

/**
 * Of whoever does not say what was told already: while it waits, all but the last vote was, and what stopped votes from counting was not.
 * From the end on, nothing is news but the end.
 */
export function supposedlyTold({ phase, plan, votes, voided, laterPush, revision, doubles = [] }: DeployStatus): ToldSoFar {
  const isWaiting = phase.kind === 'waiting';
  const last = votes.toSorted((a, b) => a.at - b.at).at(-1);
  return {
    phase: phase.kind,
    revision: isWaiting && revision !== null ? 1 : (plan?.revision ?? 0),
    votes: isWaiting ? votes.filter((vote) => vote !== last) : votes,
    voided: isWaiting ? [] : voided,
    laterPush: isWaiting ? null : (laterPush?.sha ?? null),
    ...(doubles.length === 0 ? {} : { doubles: doubles.length }),
  };
}

function pushLines({ plan, revision, laterPush }: DeployStatus, told: ToldSoFar): readonly Inline[] {
  const lines: Inline[] = [];
  if (revision !== null && (plan?.revision ?? 0) > told.revision) {
    lines.push(revisionLine(revision));
  }
  if (laterPush !== null && laterPush.sha !== told.laterPush) lines.push(laterPushLine(laterPush));
  return lines;
}

/** Votes that stopped counting, or were taken back. A push voids them all and says so itself. */
function goneLines({ plan, votes, voided, revision }: DeployStatus, told: ToldSoFar): readonly Inline[] {
  const isTold = (gone: VoidVote): boolean => told.voided.some(({ by, why }) => by.key === gone.by.key && why === gone.why);
  const lost = voided.filter((gone) => !isTold(gone) && (gone.why !== 'new-revision' || revision === null));
  const takenBack = told.votes.filter(
    (vote) =>
      vote.kind === 'approve' &&
      vote.contract === plan?.contract &&
      ![...votes, ...voided].some(({ by }) => by.key === vote.by.key) &&
      !told.voided.some(({ by }) => by.key === vote.by.key),
  );
  return [
    ...lost.map((gone) => say`↩️ No longer counted: ${voidWords(gone)}`),
    ...takenBack.map(({ by }) => say`↩️ ${named(by)} took the approval back`),
  ];
}

function voteLines(view: View, told: ToldSoFar): readonly Inline[] {
  const { votes, plan } = view.status;
  const isNews = ({ key, contract }: Vote): boolean => contract === plan?.contract && !told.votes.some((known) => known.key === key);
  return votes
    .filter(isNews)
    .toSorted((a, b) => a.at - b.at)
    .map((vote) =>
      vote.kind === 'approve'
        ? say`✅ approved by ${voteWords(view, vote)}${reasonOf(vote)}`
        : say`🚫 rejected by ${voteWords(view, vote)}${reasonOf(vote)}`,
    );
}

/** Clicks that do not count yet; where one is gone without a vote, its owner has taken it back. */
function unconfirmedLines(view: View, told: ToldSoFar): readonly Inline[] {
  const { unconfirmed = [], votes, plan } = view.status;
  const before = told.unconfirmed ?? [];
  const isIn = (list: readonly Vote[], { by }: Vote): boolean => list.some((vote) => vote.by.key === by.key);
  const gone = before.filter((vote) => vote.contract === plan?.contract && !isIn(unconfirmed, vote) && !isIn(votes, vote));
  return [
    ...unconfirmed.filter((vote) => !isIn(before, vote)).map((vote) => unconfirmedWords(view, vote)),
    ...gone.map(({ by }) => say`↩️ ${named(by)} took the approval back`),
  ];
}

function timeLines({ phase }: DeployStatus, told: ToldSoFar): readonly Inline[] {
  if (phase.kind !== 'waiting') return [];
  const moreMs = (phase.extendedMs ?? 0) - (told.extendedMs ?? 0);
  if (moreMs <= 0 || phase.extendedBy === undefined) return [];
  return [say`⏱ ${named(phase.extendedBy)} gave it ${duration(moreMs)} more: until ${time(phase.expiresAt)}`];
}

/** Where a rule approved by itself there is no vote to tell of: once its build runs the timeline says what let it. */
function ruleLines({ phase, tally }: DeployStatus, told: ToldSoFar): readonly Inline[] {
  if (phase.kind !== 'building' || told.phase === 'building' || told.phase === 'blocked') return [];
  return autoApprovals(tally?.tree ?? null).map((rule) => say`✅ approved by ${autoWords(rule)}`);
}

function reasonOf({ reason }: Vote): Inline {
  return reason === null || reason.trim() === '' ? [] : say`: ${emphasis(reason.slice(0, 500))}`;
}

/** A rejection is a vote; who cancelled, and where, only the phase knows. */
function endLines({ phase }: DeployStatus, told: ToldSoFar): readonly Inline[] {
  if (phase.kind !== 'cancelled' || told.phase === 'cancelled') return [];
  const where = phase.surface === undefined ? [] : say`, ${place(phase.surface, 'slack')}`;
  const why = phase.reason === null ? [] : say`: ${emphasis(phase.reason.slice(0, 500))}`;
  return [say`✖️ cancelled by ${named(phase.by)}${where}, ${time(phase.at)}, ${during(phase.during)}${why}`];
}
