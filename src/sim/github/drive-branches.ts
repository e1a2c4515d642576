// What happens to branches: pushes, merges, deletions, and the pull requests that follow them.
import { compareCommits, history } from './commits.ts';
import { shaOf, writeCommit } from './drive-commits.ts';
import { filesOf } from './files.ts';
import { pullsOf } from './pulls.ts';
import { needPull, needRepository, needUser, UnknownInSim } from './lookup.ts';
import { tell } from './tell.ts';
import type { CommitInput } from './drive-commits.ts';
import type { ActivityType, GithubState, SimPullRequest, SimRepository } from './state.ts';
import type { Told, World } from './tell.ts';
import type { Delivery } from './webhooks.ts';

export interface PushInput {
  readonly by: string;
  /** Written on top of `onto`, by whoever pushes unless they name an author. */
  readonly commits?: readonly (Omit<CommitInput, 'author'> & { readonly author?: string })[];
  /** Where the branch starts from, its own tip when left out. Anything that drops commits is a force push. */
  readonly onto?: string;
}

export interface BranchDriver {
  push(slug: string, branch: string, input: PushInput): Promise<Told & { readonly sha: string }>;
  deleteBranch(slug: string, branch: string, by: string): Promise<Told>;
  /** The "Update branch" button: merges the base into the head. */
  updateBranch(slug: string, number: number, by: string): Promise<Told & { readonly sha: string }>;
  /** "Edit", and another branch to merge into. */
  changeBase(slug: string, number: number, input: { readonly base: string; readonly by: string }): Promise<Told>;
  merge(slug: string, number: number, input: { by: string; method?: 'merge' | 'squash' | 'rebase' }): Promise<Told & { readonly sha: string }>;
}

export function createBranchDriver(world: World): BranchDriver {
  const { state } = world;
  return {
    push: (slug, branch, input) => push(world, needRepository(state, slug), { branch, ...input }),
    deleteBranch: (slug, branch, by) => deleteBranch(world, needRepository(state, slug), { branch, by }),
    updateBranch: (slug, number, by) => updateBranch(world, needRepository(state, slug), { issue: needPull(state, slug, number), by }),
    changeBase: (slug, number, input) => changeBase(world, needRepository(state, slug), { issue: needPull(state, slug, number), ...input }),
    merge: (slug, number, input) => merge(world, needRepository(state, slug), { issue: needPull(state, slug, number), ...input }),
  };
}

async function push(world: World, repository: SimRepository, input: PushInput & { branch: string }): Promise<Told & { readonly sha: string }> {
  const { state } = world;
  const start = input.onto ?? (repository.branches.has(input.branch) ? `heads/${input.branch}` : 'HEAD');
  let tip = shaOf(state, repository, start);
  for (const commit of input.commits ?? []) tip = writeCommit(state, repository, { author: input.by, ...commit, parents: [tip] }).sha;
  return { sha: tip, ...(await moveBranch(world, repository, { branch: input.branch, to: tip, by: input.by })) };
}

const NOTHING = '0'.repeat(40);

/** Moves a branch, writes the activity log, and brings the open pull requests from it up to date. */
async function moveBranch(
  world: World,
  repository: SimRepository,
  move: { branch: string; to: string; by: string; type?: ActivityType },
): Promise<Told> {
  const { state } = world;
  const before = repository.branches.get(move.branch);
  if (before === move.to) return { deliveries: [] };
  repository.branches.set(move.branch, move.to);
  repository.pushedAt = state.now();
  const keeps = before !== undefined && history(state, move.to).some(({ sha }) => sha === before);
  const type = move.type ?? (before === undefined ? 'branch_creation' : keeps ? 'push' : 'force_push');
  record(state, repository, { branch: move.branch, before: before ?? NOTHING, after: move.to, type, by: move.by });
  // Everything has moved before anybody is told.
  const synchronized = [...state.repositories.values()].flatMap((target) =>
    openFrom(target, repository, move.branch).map((issue) => {
      const change = { action: 'synchronize', before: issue.pull.headSha, after: move.to } as const;
      issue.pull.headSha = move.to;
      issue.pull.baseSha = target.branches.get(issue.pull.baseRef) ?? issue.pull.baseSha;
      return { target, issue, change };
    }),
  );
  state.touch();
  const told: Delivery[] = [];
  for (const { target, issue, change } of synchronized) told.push(...(await tell(world, target, { issue, change, by: move.by })).deliveries);
  return { deliveries: told };
}

function openFrom(target: SimRepository, source: SimRepository, branch: string): readonly SimPullRequest[] {
  return pullsOf(target).filter(({ pull, closedAt }) => closedAt === null && pull.headRepository === source.id && pull.headRef === branch);
}

function record(
  state: GithubState,
  repository: SimRepository,
  entry: { branch: string; before: string; after: string; type: ActivityType; by: string },
): void {
  const { before, after, type } = entry;
  const actor = needUser(state, entry.by).id;
  repository.activity.push({ id: state.nextId(), before, after, ref: `refs/heads/${entry.branch}`, type, actor, at: state.now() });
}

async function deleteBranch(world: World, repository: SimRepository, { branch, by }: { branch: string; by: string }): Promise<Told> {
  const { state } = world;
  const before = shaOf(state, repository, `heads/${branch}`);
  repository.branches.delete(branch);
  record(state, repository, { branch, before, after: NOTHING, type: 'branch_deletion', by });
  const told: Delivery[] = [];
  for (const target of state.repositories.values())
    for (const issue of openFrom(target, repository, branch)) told.push(...(await closePull(world, target, { issue, by })).deliveries);
  state.touch();
  return { deliveries: told };
}

export function closePull(world: World, repository: SimRepository, { issue, by }: { issue: SimPullRequest; by: string }): Promise<Told> {
  issue.closedAt = world.state.now();
  return tell(world, repository, { issue, change: { action: 'closed' }, by });
}

async function updateBranch(
  world: World,
  repository: SimRepository,
  { issue, by }: { issue: SimPullRequest; by: string },
): Promise<Told & { readonly sha: string }> {
  const { state } = world;
  const { pull } = issue;
  const source = state.repositories.get(pull.headRepository ?? repository.id) ?? repository;
  const parents = [pull.headSha, shaOf(state, repository, `heads/${pull.baseRef}`)];
  const message = `Merge branch '${pull.baseRef}' into ${pull.headRef}`;
  const { sha } = writeCommit(state, source, { message, author: by, committer: 'web-flow', parents, files: [] });
  return { sha, ...(await moveBranch(world, source, { branch: pull.headRef, to: sha, by })) };
}

function changeBase(
  world: World,
  repository: SimRepository,
  { issue, base, by }: { issue: SimPullRequest; base: string; by: string },
): Promise<Told> {
  const { pull } = issue;
  const from = { ref: { from: pull.baseRef }, sha: { from: pull.baseSha } };
  pull.baseSha = shaOf(world.state, repository, `heads/${base}`);
  pull.baseRef = base;
  return tell(world, repository, { issue, change: { action: 'edited', changes: { base: from } }, by });
}

async function merge(
  world: World,
  repository: SimRepository,
  { issue, by, method = 'merge' }: { issue: SimPullRequest; by: string; method?: 'merge' | 'squash' | 'rebase' },
): Promise<Told & { readonly sha: string }> {
  const { state } = world;
  const { pull } = issue;
  if (issue.closedAt !== null) throw new UnknownInSim(`pull request ${issue.number} is closed`);
  const base = shaOf(state, repository, `heads/${pull.baseRef}`);
  const landed = land(state, repository, { issue, base, by, method });
  const sha = landed.at(-1) ?? base;
  pull.baseSha = base;
  pull.merged = { at: state.now(), by: needUser(state, by).id, sha };
  pull.landed = landed;
  issue.closedAt = state.now();
  const moved = await moveBranch(world, repository, { branch: pull.baseRef, to: sha, by, type: 'pr_merge' });
  const closed = await closePull(world, repository, { issue, by });
  return { sha, deliveries: [...moved.deliveries, ...closed.deliveries] };
}

/** The commits by which a pull request lands on its base, oldest first. */
function land(
  state: GithubState,
  repository: SimRepository,
  { issue, base, by, method }: { issue: SimPullRequest; base: string; by: string; method: 'merge' | 'squash' | 'rebase' },
): readonly string[] {
  const { pull, number, title } = issue;
  const loginOf = (id: number | null): string => state.users.get(id ?? 0)?.login ?? by;
  const web = { committer: 'web-flow' };
  if (method === 'merge') {
    const message = `Merge pull request #${number} from ${loginOf(pull.headOwner)}/${pull.headRef}\n\n${title}`;
    return [writeCommit(state, repository, { ...web, message, author: by, parents: [base, pull.headSha], files: [] }).sha];
  }
  const own = compareCommits(state, base, pull.headSha)?.ahead ?? [];
  if (method === 'squash') {
    const content = { ...web, message: `${title} (#${number})`, author: loginOf(issue.user), parents: [base], files: filesOf(own) };
    return [writeCommit(state, repository, content).sha];
  }
  let tip = base;
  return own.map((commit) => {
    const { message, files } = commit;
    tip = writeCommit(state, repository, { ...web, message, author: loginOf(commit.author.account), parents: [tip], files }).sha;
    return tip;
  });
}
