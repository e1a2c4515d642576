// Check runs as an app reports them. (A commit's list of them is with the commits.)
import { checkRunJson } from './payloads-repository.ts';
import { invalid, noCommit, notFound, ok } from './responses.ts';
import type { Grant, RepositoryCall, RouteTable } from './router.ts';
import type { Conclusion, SimCheckRun } from './state.ts';
import type { SimResponse } from '../http.ts';

const WRITES: readonly Grant[] = [{ permission: 'checks', level: 'write' }];
const TEXT_MAX = 65_535;
const STATUSES = ['queued', 'in_progress', 'completed'] as const;
const CONCLUSIONS: readonly Conclusion[] = ['success', 'failure', 'neutral', 'cancelled', 'skipped', 'timed_out', 'action_required'];

export const checkRoutes: RouteTable = {
  'POST /repos/:owner/:repo/check-runs': { kind: 'repository', needs: WRITES, handle: createCheckRun },
  'PATCH /repos/:owner/:repo/check-runs/:run': { kind: 'repository', needs: WRITES, handle: updateCheckRun },
};

function createCheckRun(call: RepositoryCall): SimResponse {
  const { state, repository, body } = call;
  const sha = String(body['head_sha']);
  const name = body['name'];
  if (typeof name !== 'string' || name === '') throw invalid({ resource: 'CheckRun', field: 'name', code: 'missing_field' });
  if (!repository.objects.has(sha)) throw noCommit(sha);
  const now = state.now();
  const run: SimCheckRun = {
    id: state.nextId(),
    suite: state.nextId(),
    sha,
    name,
    app: state.app.slug,
    externalId: typeof body['external_id'] === 'string' ? body['external_id'] : '',
    detailsUrl: null,
    output: null,
    status: 'queued',
    conclusion: null,
    startedAt: now,
    completedAt: null,
  };
  change(call, run);
  repository.checkRuns.push(run);
  state.touch();
  return { status: 201, body: checkRunJson(state, repository, run) };
}

function updateCheckRun(call: RepositoryCall): SimResponse {
  const { state, repository } = call;
  const run = repository.checkRuns.find(({ id, app }) => id === call.number('run') && app === state.app.slug);
  if (run === undefined) throw notFound();
  change(call, run);
  state.touch();
  return ok(checkRunJson(state, repository, run));
}

/** A conclusion completes the run; `completed` without one is refused. A run that is completed may be opened again. */
function change({ state, body }: RepositoryCall, run: SimCheckRun): void {
  const status = STATUSES.find((known) => known === body['status']) ?? run.status;
  const conclusion = CONCLUSIONS.find((known) => known === body['conclusion']) ?? null;
  if (body['status'] !== undefined && status !== body['status']) throw invalid({ resource: 'CheckRun', field: 'status', code: 'invalid' });
  if (body['conclusion'] !== undefined && conclusion === null) throw invalid({ resource: 'CheckRun', field: 'conclusion', code: 'invalid' });
  if (body['status'] === 'completed' && conclusion === null) throw invalid({ resource: 'CheckRun', field: 'conclusion', code: 'missing_field' });
  if (typeof body['details_url'] === 'string') run.detailsUrl = body['details_url'];
  run.output = outputOf(body['output']) ?? run.output;
  run.status = conclusion === null ? status : 'completed';
  run.conclusion = run.status === 'completed' ? conclusion : null;
  run.completedAt = run.status === 'completed' ? state.now() : null;
}

function outputOf(given: unknown): SimCheckRun['output'] {
  if (given === undefined || given === null) return null;
  const { title, summary } = given as { readonly title?: unknown; readonly summary?: unknown };
  if (typeof summary !== 'string' || summary.length > TEXT_MAX) throw invalid({ resource: 'CheckRun', field: 'output', code: 'invalid' });
  return { title: typeof title === 'string' ? title : null, summary };
}
