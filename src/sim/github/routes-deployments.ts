// GitHub Deployments: a commit in an environment, and what became of it.
import { resolveRef } from './commits.ts';
import { iso, slugOf } from './lookup.ts';
import { accountJson, integrationJson, nodeId } from './payloads.ts';
import { ApiError, invalid, notFound, paginate } from './responses.ts';
import { DEPLOYMENT_STATES } from './state-marks.ts';
import type { Json } from './payloads.ts';
import type { Grant, RepositoryCall, RouteTable } from './router.ts';
import type { SimDeployment, SimDeploymentStatus } from './state-marks.ts';
import type { GithubState, SimRepository } from './state.ts';
import type { SimResponse } from '../http.ts';

const READS: readonly Grant[] = [{ permission: 'deployments', level: 'read' }];
const WRITES: readonly Grant[] = [{ permission: 'deployments', level: 'write' }];
const DESCRIPTION_MAX = 140;
const STATUSES = '/repos/:owner/:repo/deployments/:deployment/statuses';

export const deploymentRoutes: RouteTable = {
  [`GET ${STATUSES}`]: { kind: 'repository', needs: READS, handle: listStatuses },
  [`POST ${STATUSES}`]: { kind: 'repository', needs: WRITES, handle: createStatus },
  'GET /repos/:owner/:repo/deployments': { kind: 'repository', needs: READS, handle: listDeployments },
  'POST /repos/:owner/:repo/deployments': { kind: 'repository', needs: WRITES, handle: createDeployment },
};

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function findDeployment(call: RepositoryCall): SimDeployment {
  const found = call.repository.deployments.find(({ id }) => id === call.number('deployment'));
  if (found === undefined) throw notFound();
  return found;
}

/** Newest first. */
function listDeployments(call: RepositoryCall): SimResponse {
  const { state, repository, request } = call;
  const wanted = (name: string, value: string): boolean => (request.query.get(name) ?? value) === value;
  const matching = repository.deployments.filter(
    (deployment) =>
      wanted('sha', deployment.sha) &&
      wanted('ref', deployment.ref) &&
      wanted('task', deployment.task) &&
      wanted('environment', deployment.environment),
  );
  const { items, headers } = paginate(request, matching.toReversed());
  return { status: 200, headers, body: items.map((deployment) => deploymentJson(state, repository, deployment)) };
}

/**
 * Like GitHub, it does more than asked unless told not to: without `auto_merge: false` it would merge the default branch into a branch
 * that is behind (here refused: nothing of ours may ever ask for that), and without `required_contexts: []` every check must be green.
 */
function createDeployment(call: RepositoryCall): SimResponse {
  const { state, repository, body } = call;
  const ref = text(body['ref']);
  const commit = resolveRef(state, repository, ref);
  if (commit === null) throw new ApiError(422, `No ref found for: ${ref}`);
  if (body['auto_merge'] !== false) throw new ApiError(409, 'Conflict merging the default branch');
  const contexts = body['required_contexts'];
  if (!Array.isArray(contexts) || contexts.length > 0) throw new ApiError(409, 'Conflict: Commit status checks failed for the commit');
  const environment = text(body['environment']) || 'production';
  const deployment: SimDeployment = {
    id: state.nextId(),
    sha: commit.sha,
    ref,
    task: text(body['task']) || 'deploy',
    environment,
    description: checkedDescription(body['description']) || null,
    payload: body['payload'] ?? {},
    transient: body['transient_environment'] === true,
    production: typeof body['production_environment'] === 'boolean' ? body['production_environment'] : environment === 'production',
    createdAt: state.now(),
    statuses: [],
  };
  repository.deployments.push(deployment);
  state.touch();
  return { status: 201, body: deploymentJson(state, repository, deployment) };
}

function listStatuses(call: RepositoryCall): SimResponse {
  const deployment = findDeployment(call);
  const { items, headers } = paginate(call.request, deployment.statuses.toReversed());
  return { status: 200, headers, body: items.map((status) => statusJson(call.state, call.repository, { deployment, status })) };
}

/** `auto_inactive` (on unless switched off) ends earlier successes of the environment, but never those of a production environment. */
function createStatus(call: RepositoryCall): SimResponse {
  const { state, repository, body } = call;
  const deployment = findDeployment(call);
  const name = DEPLOYMENT_STATES.find((known) => known === body['state']);
  if (name === undefined) throw invalid({ resource: 'DeploymentStatus', field: 'state', code: 'invalid' });
  const description = checkedDescription(body['description']);
  const { log_url: log, target_url: target, environment_url: page } = body;
  const add = (to: SimDeployment, status: Omit<SimDeploymentStatus, 'id' | 'at'>): SimDeploymentStatus => {
    const added = { ...status, id: state.nextId(), at: state.now() };
    to.statuses.push(added);
    return added;
  };
  const status = add(deployment, { state: name, description, logUrl: text(log) || text(target), environmentUrl: text(page) });
  if (name === 'success' && body['auto_inactive'] !== false) {
    for (const other of repository.deployments) {
      const isReplaced = other !== deployment && other.environment === deployment.environment && !other.transient && !other.production;
      if (isReplaced && other.statuses.at(-1)?.state === 'success')
        add(other, { state: 'inactive', description: '', logUrl: '', environmentUrl: '' });
    }
  }
  state.touch();
  return { status: 201, body: statusJson(state, repository, { deployment, status }) };
}

function checkedDescription(given: unknown): string {
  const description = text(given);
  if (description.length > DESCRIPTION_MAX) throw invalid({ resource: 'DeploymentStatus', field: 'description', code: 'invalid' });
  return description;
}

function deploymentJson(state: GithubState, repository: SimRepository, deployment: SimDeployment): Json {
  const api = `${state.apiUrl}/repos/${slugOf(state, repository)}`;
  const url = `${api}/deployments/${deployment.id}`;
  return {
    url,
    id: deployment.id,
    node_id: nodeId('DE', deployment.id),
    sha: deployment.sha,
    ref: deployment.ref,
    task: deployment.task,
    payload: deployment.payload,
    original_environment: deployment.environment,
    environment: deployment.environment,
    description: deployment.description,
    creator: accountJson(state, state.app.bot),
    created_at: iso(deployment.createdAt),
    updated_at: iso(deployment.statuses.at(-1)?.at ?? deployment.createdAt),
    statuses_url: `${url}/statuses`,
    repository_url: api,
    transient_environment: deployment.transient,
    production_environment: deployment.production,
    performed_via_github_app: integrationJson(state, state.app.slug),
  };
}

function statusJson(
  state: GithubState,
  repository: SimRepository,
  { deployment, status }: { readonly deployment: SimDeployment; readonly status: SimDeploymentStatus },
): Json {
  const api = `${state.apiUrl}/repos/${slugOf(state, repository)}`;
  const url = `${api}/deployments/${deployment.id}`;
  return {
    url: `${url}/statuses/${status.id}`,
    id: status.id,
    node_id: nodeId('DES', status.id),
    state: status.state,
    creator: accountJson(state, state.app.bot),
    description: status.description,
    environment: deployment.environment,
    target_url: status.logUrl,
    created_at: iso(status.at),
    updated_at: iso(status.at),
    deployment_url: url,
    repository_url: api,
    environment_url: status.environmentUrl,
    log_url: status.logUrl,
    performed_via_github_app: integrationJson(state, state.app.slug),
  };
}
