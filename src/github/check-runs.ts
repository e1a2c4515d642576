// Our own check runs: one for each request on the commit that it asks for.
import type { CheckRunKey, CheckRunWish, Repo } from './api.ts';
import { addressOf, type Requests } from './requests.ts';
import { CheckRunsByName, WithId } from './schema.ts';

const PAGES_MAX = 3;
/** GitHub's limit of a summary, in characters. */
const SUMMARY_MAX = 65_535;

/** By external id; another app may use the name. `all`: an earlier request of the same commit has a run of the same name. */
export async function findCheckRun(
  requests: Requests,
  repo: Repo,
  { sha, name, externalId, appId }: CheckRunKey & { readonly appId: number },
): Promise<{ readonly id: number; readonly isCompleted: boolean } | null> {
  const { items } = await requests.readPages(
    {
      doing: `finding our check run on ${sha}`,
      as: repo.installation,
      route: 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
      params: { ...addressOf(repo.slug), ref: sha, check_name: name, filter: 'all' },
      answer: CheckRunsByName,
    },
    { items: (page) => page.check_runs, pagesMax: PAGES_MAX },
  );
  const mine = items.find((run) => run.external_id === externalId && run.app?.id === appId);
  return mine === undefined ? null : { id: mine.id, isCompleted: mine.status === 'completed' };
}

export async function createCheckRun(requests: Requests, repo: Repo, { sha, name, externalId }: CheckRunKey, wish: CheckRunWish): Promise<number> {
  const { id } = await requests.write({
    doing: `creating our check run on ${sha}`,
    as: repo.installation,
    route: 'POST /repos/{owner}/{repo}/check-runs',
    params: { ...addressOf(repo.slug), name, head_sha: sha, external_id: externalId, ...fieldsOf(wish) },
    answer: WithId,
  });
  return id;
}

export async function updateCheckRun(requests: Requests, repo: Repo, id: number, wish: CheckRunWish): Promise<void> {
  await requests.write({
    doing: `updating our check run ${id}`,
    as: repo.installation,
    route: 'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
    params: { ...addressOf(repo.slug), check_run_id: id, ...fieldsOf(wish) },
    answer: WithId,
  });
}

function fieldsOf({ status, conclusion, title, summary, detailsUrl }: CheckRunWish): Readonly<Record<string, unknown>> {
  return {
    status,
    ...(conclusion === null ? {} : { conclusion }),
    ...(detailsUrl === null ? {} : { details_url: detailsUrl }),
    output: { title, summary: summary.slice(0, SUMMARY_MAX) },
  };
}
