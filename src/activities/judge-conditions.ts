// The conditions of a rule: what they need is read, if they need anything, and they are judged once.
import type { ApprovalRule, ChangeSummary, CommitSha, Person } from '../../workflows/vocabulary.ts';
import { githubPersonKey } from '../ids.ts';
import { asksForFiles, authorsNamed, isConditional, judgeConditions, type Authorship } from '../policy/conditions.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import type { ChangedFiles, Facts, Read, RefFacts, RepositoryFacts } from '../policy/facts.ts';
import { pullRequestOf } from '../policy/gates/gate.ts';
import { ALL_NEW, liveOf } from '../policy/live.ts';
import { whyUnread, type Membership } from '../policy/membership.ts';
import type { FactsDeps } from './gather-facts.ts';
import { andThen, known, type Reader } from './reading.ts';

export interface Conditional {
  readonly policy: EnvironmentPolicy;
  readonly facts: Facts;
  readonly repository: RepositoryFacts;
  readonly ref: Extract<RefFacts, { kind: 'found' }>;
  readonly change: ChangeSummary;
  /** Why some of its authors are not known. */
  readonly unread: string | null;
  /** Everybody whose accounts are tied together. */
  readonly people: readonly Person[];
  readonly membership: Membership;
}

/** The rule of this request. Throws a passing trouble as long as trying again could help: an unknown fact asks more of people than need be. */
export async function ruleOf(deps: FactsDeps, reader: Reader, input: Conditional): Promise<ApprovalRule> {
  const { policy, facts, people, membership } = input;
  const { tree } = policy.approvals;
  if (tree === null || !isConditional(tree)) return policy.approvals;
  const live = await andThen(facts.here, (here) => known(liveOf(here, policy.service, policy.environment)?.sha ?? null));
  const changed = asksForFiles(tree) ? await readChanged(deps, reader, input, live) : known(null);
  if (!changed.known || !facts.pullRequest.known || !facts.onDefaultBranch.known) reader.throwIfWorthRetrying();
  const [hidden] = whyUnread(authorsNamed(tree), membership.unread);
  if (hidden !== undefined) reader.throwIfWorthRetrying();
  const authorship = authorshipOf(input, live);
  const unread = authorship.unread ?? (hidden === undefined ? null : `${hidden.what} can't be read`);
  const seen = { facts, live, changed, authorship: { ...authorship, unread }, people, groups: membership.groups };
  return { ...policy.approvals, tree: judgeConditions(tree, seen) };
}

/** From the live version; null while there is none. */
async function readChanged(deps: FactsDeps, reader: Reader, { repository, ref }: Conditional, live: Live): Promise<Read<ChangedFiles | null>> {
  return andThen(live, (base) =>
    base === null ? known(null) : reader.read('the changed files', () => deps.github.readChangedFiles(repository, base, ref.sha)),
  );
}

type Live = Read<CommitSha | null>;

function authorshipOf({ facts, ref, change, unread }: Conditional, live: Live): Authorship {
  const pull = pullRequestOf(facts);
  const unknown = change.unknownAuthors ?? 0;
  const commits = unknown === 1 ? '1 commit has an author that GitHub does not know' : `${unknown} commits have authors that GitHub does not know`;
  const pusher = facts.lastPush.known ? (facts.lastPush.value?.by ?? null) : null;
  const others = [...change.authors, ...(pusher === null ? [] : [githubPersonKey(pusher.id)])];
  const unseen = live.known && live.value === null ? ALL_NEW : null;
  const common = { others, unread: unseen ?? unread ?? (unknown > 0 ? commits : null) };
  if (!pull.known) return { ...common, lead: [], isVouchedFor: false, unread: pull.why };
  if (pull.value === null) return { ...common, lead: ref.authors.map(({ id }) => githubPersonKey(id)), isVouchedFor: false };
  return { ...common, lead: pull.value.author === null ? [] : [githubPersonKey(pull.value.author.id)], isVouchedFor: true };
}
