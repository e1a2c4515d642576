// Commit statuses and check runs together: GitHub's combined status knows nothing of check runs.
import type { CheckFacts } from '../policy/facts.ts';
import { Trouble } from '../trouble.ts';
import type { CheckRef } from '../../workflows/reasons.ts';
import type { CommitSha } from '../../workflows/vocabulary.ts';
import type { Repo } from './api.ts';
import { addressOf, type Pages, type Requests } from './requests.ts';
import { CheckRuns, CombinedStatus, type CheckRun } from './schema.ts';

const PAGES_MAX = 10;
const PASSING: ReadonlySet<string> = new Set(['success', 'neutral', 'skipped']);
const STATUS_PENDING: ReadonlySet<string> = new Set(['pending', 'expected']);

/** Our own check runs: a gate that waited for them would wait for ever. Another app may use the name, so the id counts too. */
export interface OwnChecks {
  readonly appId: number;
  readonly prefix: string;
}

type State = keyof CheckFacts;
type Check = CheckRef & { readonly state: State };

/** Throws `Trouble` (`unavailable`) when GitHub listed more or fewer than it counted: what was not seen may have failed. */
export async function readChecks(requests: Requests, repo: Repo, sha: CommitSha, own: OwnChecks): Promise<CheckFacts> {
  const [statuses, runs] = await Promise.all([readStatuses(requests, repo, sha), readRuns(requests, repo, sha)]);
  const foreign = runs.filter((run) => !(run.name.startsWith(own.prefix) && run.app?.id === own.appId));
  const checks: readonly Check[] = [
    ...newest(statuses, (status) => status.context).map((status) => ({
      name: status.context,
      url: status.target_url ?? null,
      state: stateOfStatus(status.state),
    })),
    ...newest(foreign, (run) => `${run.app?.id ?? 0}/${run.name}`).map((run) => ({
      name: run.name,
      url: run.html_url ?? run.details_url ?? null,
      state: stateOfRun(run),
    })),
  ];
  const those = (state: State): readonly CheckRef[] => checks.filter((check) => check.state === state).map(({ name, url }) => ({ name, url }));
  return { passed: those('passed'), failed: those('failed'), pending: those('pending') };
}

async function readStatuses(requests: Requests, repo: Repo, sha: CommitSha): Promise<readonly CombinedStatus['statuses'][number][]> {
  const doing = `reading statuses of ${sha}`;
  const route = 'GET /repos/{owner}/{repo}/commits/{ref}/status';
  const call = { doing, as: repo.installation, route, params: { ...addressOf(repo.slug), ref: sha }, answer: CombinedStatus };
  return counted(doing, await requests.readPages(call, { items: (page) => page.statuses, pagesMax: PAGES_MAX }));
}

async function readRuns(requests: Requests, repo: Repo, sha: CommitSha): Promise<readonly CheckRun[]> {
  const doing = `reading check runs of ${sha}`;
  const route = 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs';
  const call = { doing, as: repo.installation, route, params: { ...addressOf(repo.slug), ref: sha, filter: 'latest' }, answer: CheckRuns };
  return counted(doing, await requests.readPages(call, { items: (page) => page.check_runs, pagesMax: PAGES_MAX }));
}

function counted<I>(doing: string, pages: Pages<{ readonly total_count: number }, I>): readonly I[] {
  const total = pages.last.total_count;
  if (pages.complete && pages.items.length === total) return pages.items;
  throw new Trouble({ source: 'github', kind: 'unavailable', doing, found: `github listed ${pages.items.length} of ${total}` });
}

/** Ids grow with time. */
function newest<I extends { readonly id: number }>(items: readonly I[], keyOf: (item: I) => string): readonly I[] {
  const byKey = new Map<string, I>();
  for (const item of items) {
    const known = byKey.get(keyOf(item));
    if (known === undefined || known.id < item.id) byKey.set(keyOf(item), item);
  }
  return [...byKey.values()];
}

function stateOfStatus(state: string): State {
  if (state === 'success') return 'passed';
  return STATUS_PENDING.has(state) ? 'pending' : 'failed';
}

/** Every status but `completed` (queued, in_progress, waiting, requested, pending) is on its way; every other conclusion failed. */
function stateOfRun(run: CheckRun): State {
  if (run.status !== 'completed') return 'pending';
  return PASSING.has(run.conclusion ?? '') ? 'passed' : 'failed';
}
