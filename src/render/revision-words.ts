// A new revision in words: who pushed what over what, how much of it, and what that means for the approvals. Pure.
import type { DeployStatus, PushDelta, RevisionNote } from '../../workflows/status.ts';
import { plural } from './facts.ts';
import { called, code, link, listed, named, say } from './inline.ts';
import type { Inline } from './inline.ts';

export function revisionLine(revision: RevisionNote): Inline {
  const { from, to, by, compareUrl, delta = null, stands = [], how = 'push' } = revision;
  if (how === 'keep')
    return say`↩️ ${by} went back to ${code(to.slice(0, 7))}; ${code(from.slice(0, 7))} is not part of this deploy. It takes new approvals.`;
  const compare = compareUrl === null ? [] : say` (${link('what changed', compareUrl)})`;
  const pushed = say`↩️ ${by} pushed ${code(to.slice(0, 7))} after ${code(from.slice(0, 7))}${compare}${delta === null ? [] : say`, ${deltaWords(delta)}`}`;
  if (stands.length > 0)
    return say`${pushed}. That is little enough for what ${listed(stands.map(named), 5)} signed to stand; whoever pushed counts as a requester.`;
  return say`${pushed}: it takes new approvals, and whoever pushed counts as a requester.`;
}

/** `2 commits, 3 files, 12 lines in src/a.ts, src/b.ts and 1 more`. */
function deltaWords({ commits, files, filesTotal, lines, isWhole }: PushDelta): Inline {
  if (filesTotal === 0) return say`which changes no file`;
  const least = isWhole ? '' : 'at least ';
  const amounts = [plural(commits, 'commit'), plural(filesTotal, 'file'), ...(lines === null ? [] : [plural(lines, 'line')])].join(', ');
  const names = files.slice(0, 3).map((path) => code(path.slice(0, 80)));
  const more = filesTotal > names.length ? ` and ${filesTotal - names.length} more` : '';
  return say`${least}${amounts} in ${listed(names, 3)}${more}`;
}

/** Exactly those who had approved what was there before, and have not approved this; empty when it is nobody's turn again. */
export function askedAgainWords({ revision, votes, plan, phase }: DeployStatus): Inline {
  if (phase.kind !== 'waiting') return [];
  const has = (key: string): boolean => votes.some((vote) => vote.by.key === key && vote.contract === plan?.contract);
  const people = (revision?.askedAgain ?? []).filter(({ key }) => !has(key));
  return listed(people.map(called), 8, ' ');
}

/** A push after the last moment in which it would have counted. */
export function laterPushLine({ by, sha }: NonNullable<DeployStatus['laterPush']>): Inline {
  return say`ℹ️ ${by} has pushed ${code(sha.slice(0, 7))} since; it is not part of this deploy.`;
}
