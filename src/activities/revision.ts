// What a push means for the votes that were there before it: what it changed, and whether that is little enough for them to stand.
import type { PlanInput } from '../../workflows/activities.ts';
import type { VoidVote } from '../../workflows/reasons.ts';
import type { PushDelta } from '../../workflows/status.ts';
import type { CommitSha, Person, Plan, Tally, Vote } from '../../workflows/vocabulary.ts';
import type { Repo } from '../github/api.ts';
import { planContract } from '../policy/contract.ts';
import type { ChangedFiles, ComparisonFacts } from '../policy/facts.ts';
import type { Membership } from '../policy/membership.ts';
import { recheckVotes } from '../policy/recheck.ts';
import { isSmall } from '../policy/small-push.ts';
import type { FactsDeps } from './gather-facts.ts';
import type { Reader } from './reading.ts';

const FILES_SHOWN = 5;

export interface Pushed {
  readonly delta: PushDelta | null;
  /** Left out: the votes are void. */
  readonly standing?: { readonly votes: readonly Vote[]; readonly voided: readonly VoidVote[]; readonly tally: Tally };
}

/** Read once and never again: what is not known is not small, and a card without it is a card all the same. */
export async function judgePush(
  deps: FactsDeps,
  reader: Reader,
  { plan, input, people, membership }: Pick<Carried, 'plan' | 'people' | 'membership'> & { readonly input: PlanInput },
): Promise<Pushed> {
  const { before } = input;
  if (before === undefined || before.plan.sha === plan.sha) return { delta: null };
  const change = await readChange(deps, reader, { repo: plan.repo, from: before.plan.sha, to: plan.sha });
  if (change === null) return { delta: null };
  const delta = describe(change);
  const small = plan.rule.onPush?.small ?? null;
  if (small === null || !isSmall(small, change.compared.status, change.changed) || !isSameButCommit(before.plan, plan, input.workflowId))
    return { delta };
  const standing = await carry(deps, reader, { plan, before, people, membership });
  return standing === null ? { delta } : { delta, standing };
}

interface Change {
  readonly compared: ComparisonFacts;
  readonly changed: ChangedFiles;
}

async function readChange(
  { github }: FactsDeps,
  reader: Reader,
  { repo, from, to }: { readonly repo: Repo; readonly from: CommitSha; readonly to: CommitSha },
): Promise<Change | null> {
  const [compared, changed] = await Promise.all([
    reader.read('what was pushed', () => github.compare(repo, from, to)),
    reader.read('the files that were pushed', () => github.readChangedFiles(repo, from, to)),
  ]);
  return compared.known && changed.known ? { compared: compared.value, changed: changed.value } : null;
}

function describe({ compared, changed: { files, isComplete, isExact } }: Change): PushDelta {
  const counted = files.map(({ lines }) => lines);
  return {
    commits: compared.addedTotal,
    files: files.slice(0, FILES_SHOWN).map(({ path }) => path),
    filesTotal: files.length,
    lines: counted.every((lines) => lines !== null) ? counted.reduce((sum: number, lines) => sum + (lines ?? 0), 0) : null,
    isWhole: compared.status === 'ahead' && isComplete && isExact,
  };
}

/** Everything that was signed but for the commit: policy, parameters, pipeline, requester. */
function isSameButCommit(before: Plan, after: Plan, workflowId: string): boolean {
  return planContract({ ...after, sha: before.sha, workflowId }) === before.contract;
}

interface Carried {
  readonly plan: Plan;
  readonly before: NonNullable<PlanInput['before']>;
  readonly people: readonly Person[];
  readonly membership: Membership;
}

/** The votes, now for the contract of the new plan; those of whoever pushed, and of whoever lost the right, are void. */
async function carry(
  deps: FactsDeps,
  reader: Reader,
  { plan, before, people, membership }: Carried,
): Promise<NonNullable<Pushed['standing']> | null> {
  const carried = before.votes.map((vote): Vote => ({ ...vote, contract: plan.contract }));
  const states = await Promise.all(
    carried.map(async ({ by }) => [by.key, await reader.read(`the account of ${by.name}`, () => deps.people.stateOf(plan.repo, by, 0))] as const),
  );
  const checked = recheckVotes({ plan, votes: carried, ...membership, told: before.tally, states: new Map(states), people });
  if (checked.kind === 'unknown') return null;
  const { voided, tally } = checked;
  return { votes: carried.filter((vote) => !voided.some(({ by }) => by.key === vote.by.key)), voided, tally };
}
