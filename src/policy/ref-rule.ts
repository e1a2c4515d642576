// The words of `refs`, and whether something is one of them. Pure.
import { matchesBranch } from './branch-pattern.ts';
import type { RefRule } from './environment-policy.ts';
import type { Facts, PullRequestFacts, RefFacts } from './facts.ts';

type FoundRef = Extract<RefFacts, { kind: 'found' }>;

/** `default-branch`, `pull-request`, `tags`, `branch:release/*`. */
export function parseRefRule(word: string): RefRule {
  if (word === 'default-branch' || word === 'pull-request' || word === 'tags') return { kind: word };
  return { kind: 'branch', pattern: word.replace(/^branch:/, '') };
}

export function describeRefRule(rule: RefRule): string {
  return rule.kind === 'branch' ? `branch:${rule.pattern}` : rule.kind;
}

export interface Candidate {
  readonly ref: FoundRef;
  readonly facts: Pick<Facts, 'defaultBranch' | 'onDefaultBranch'>;
  /** The pull request that the commit belongs to. */
  readonly pr: PullRequestFacts | null;
}

export function admitsRef(rule: RefRule, { ref, facts, pr }: Candidate): 'yes' | 'no' | 'unknown' {
  const branch = branchOf(ref, pr);
  switch (rule.kind) {
    case 'tags':
      return ref.type === 'tag' ? 'yes' : 'no';
    case 'pull-request':
      // A closed one was told before, unless policy keeps what was asked for on it.
      return pr !== null ? 'yes' : 'no';
    case 'branch':
      return branch !== null && matchesBranch(rule.pattern, branch) ? 'yes' : 'no';
    case 'default-branch':
      if (branch === facts.defaultBranch) return 'yes';
      if (ref.type !== 'commit') return 'no';
      if (!facts.onDefaultBranch.known) return 'unknown';
      return facts.onDefaultBranch.value === true ? 'yes' : 'no';
    default:
      return rule satisfies never;
  }
}

/** The branch of this repository that the commit is on: where a merged pull request went, where an open one of ours comes from. */
function branchOf(ref: FoundRef, pr: PullRequestFacts | null): string | null {
  if (ref.type === 'branch') return ref.name;
  if (ref.type !== 'pull-request' || pr === null) return null;
  if (pr.state === 'merged') return pr.baseRef;
  return pr.isFork ? null : pr.headRef;
}
