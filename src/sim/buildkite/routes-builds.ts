// Routes of builds: the three lists, one build, create, cancel, rebuild.
import type { SimResponse, SimRoutes } from '../http.ts';
import {
  BUILD,
  BUILDS,
  carriedOut,
  guarded,
  jsonBody,
  ORGANIZATION,
  Refused,
  requireBuild,
  requireOrganization,
  requireBuildToChange,
  requireWrite,
  requirePipeline,
  visiblePipelines,
  type Api,
  type Call,
} from './access.ts';
import { cancelBuild, rebuild, RETRYABLE, retryFailedJobs, type Done } from './acts.ts';
import { createBuild } from './engine.ts';
import { passesFilters, valuesOf } from './filters.ts';
import { buildJson, type BuildParts } from './build-objects.ts';
import type { Json } from './objects.ts';
import { paged, pageOf } from './paging.ts';
import { matchesBranches } from './patterns.ts';
import type { BuildRequest, SimBuild, SimPipeline } from './state.ts';

const MAX_META_DATA_BYTES = 100_000;

export function buildRoutes(api: Api): SimRoutes {
  return {
    'GET /v2/builds': guarded(api, ['read_builds'], (call) => listBuilds(call, null)),
    [`GET ${ORGANIZATION}/builds`]: guarded(api, ['read_builds'], (call) => {
      requireOrganization(call);
      return listBuilds(call, null);
    }),
    [`GET ${BUILDS}`]: guarded(api, ['read_builds'], (call) => listBuilds(call, requirePipeline(call))),
    [`POST ${BUILDS}`]: guarded(api, ['write_builds'], (call) => {
      const pipeline = requirePipeline(call);
      requireWrite(call, pipeline);
      const request = buildRequest(call, pipeline);
      return { status: 201, body: fullJson(call, createBuild(api.engine, pipeline, request), {}) };
    }),
    [`GET ${BUILD}`]: guarded(api, ['read_builds'], (call) => ({
      status: 200,
      body: fullJson(call, api.lag.seen(requireBuild(call)), { counts: true }),
    })),
    [`PUT ${BUILD}/cancel`]: guarded(api, ['write_builds'], (call) => answered(call, cancelBuild(api.engine, requireBuildToChange(call)))),
    [`PUT ${BUILD}/rebuild`]: guarded(api, ['write_builds'], (call) => {
      const request = { by: call.token.user, source: 'api', copyMetaData: api.settings.rebuildCopiesMetaData } as const;
      return answered(call, rebuild(api.engine, requireBuildToChange(call), request));
    }),
    [`PUT ${BUILD}/retry_failed_jobs`]: guarded(api, ['write_builds', 'retry_builds'], retryFailed),
    // Simulated builds leave no artifacts.
    [`GET ${BUILD}/artifacts`]: guarded(api, ['read_artifacts'], (call) => paged(call.request, requireBuild(call).jobs.slice(0, 0), () => null)),
  };
}

/** Only queues the retries: the answer shows the build as it was before. */
function retryFailed(call: Call): SimResponse {
  const build = requireBuildToChange(call);
  const { states } = jsonBody(call);
  const named = (typeof states === 'string' ? states : '').split(',').map((state) => state.trim());
  const wanted = named.filter((state) => state !== '');
  const failures = RETRYABLE.filter((failure) => wanted.length === 0 || wanted.includes(failure));
  const wrong = wanted.filter((state) => !RETRYABLE.some((failure) => failure === state));
  if (wrong.length > 0) throw new Refused(400, `Invalid states: ${wrong.join(', ')}. Valid states are ${RETRYABLE.join(', ')}.`);
  const before = fullJson(call, build, {});
  const count = carriedOut(retryFailedJobs(call.api.engine, build, { failures, by: call.token.user }));
  return { status: 202, body: { ...before, retried_jobs_count: count } };
}

function answered(call: Call, done: Done<SimBuild>): SimResponse {
  return { status: 200, body: fullJson(call, carriedOut(done), {}) };
}

function fullJson(call: Call, build: SimBuild, parts: Partial<BuildParts>): Json {
  const { query } = call.request;
  return buildJson(build, {
    builds: call.api.engine.state.builds,
    wording: call.wording,
    parts: {
      pipeline: query.get('exclude_pipeline') !== 'true',
      jobs: query.get('exclude_jobs') !== 'true',
      retriedJobs: query.get('include_retried_jobs') === 'true',
      jobStates: valuesOf(query, 'job_states'),
      counts: false,
      ...parts,
    },
  });
}

function listBuilds(call: Call, pipeline: SimPipeline | null): SimResponse {
  const { api, request } = call;
  const { page, perPage } = pageOf(request.query);
  if (page * perPage > api.settings.deepestBuild)
    throw new Refused(400, 'Listing builds this deep is not supported. Please narrow your query using filters such as branch or created_from.');
  const visible = visiblePipelines(call);
  const found = api.engine.state.builds.filter(
    (build) =>
      (pipeline === null ? visible.includes(build.pipeline) : build.pipeline === pipeline) &&
      api.lag.isListed(build) &&
      passesFilters(api.lag.seen(build), request.query),
  );
  return paged(request, found.reverse(), (build) => fullJson(call, api.lag.seen(build), {}));
}

/** Reads the body of a create. Unknown fields are ignored. */
function buildRequest(call: Call, pipeline: SimPipeline): BuildRequest {
  const body = jsonBody(call);
  const text = (name: string): string | null => {
    const value = body[name];
    return typeof value === 'string' && value !== '' ? value : null;
  };
  const missing = ['commit', 'branch'].filter((name) => text(name) === null);
  if (missing.length > 0) throw new Refused(422, 'Validation Failed', { errors: missing.map((field) => ({ field, code: 'missing' })) });
  const branch = text('branch') ?? '';
  if (pipeline.settings.archived === true) throw new Refused(422, 'This pipeline has been archived');
  if (body['ignore_pipeline_branch_filters'] !== true && !buildsBranch(pipeline, branch))
    throw new Refused(422, 'Branches have been disabled for this pipeline');
  const { user } = call.token;
  const author = stringsOf(body['author']);
  const pullRequest = body['pull_request_id'];
  return {
    commit: text('commit') ?? '',
    branch,
    message: text('message') ?? '',
    env: objectOf(body['env']),
    metaData: metaDataOf(body['meta_data']),
    // Clients in Go send an empty author for none.
    author: Object.keys(author).length === 0 ? { name: user.name, email: user.email } : author,
    pullRequest:
      typeof pullRequest !== 'number'
        ? null
        : {
            id: String(pullRequest),
            base: text('pull_request_base_branch') ?? pipeline.settings.defaultBranch ?? 'main',
            repository: text('pull_request_repository') ?? '',
          },
    source: 'api',
    creator: user,
    rebuiltFrom: null,
    triggeredFrom: null,
  };
}

function buildsBranch(pipeline: SimPipeline, branch: string): boolean {
  if (pipeline.settings.triggerMode === 'none') return false;
  return matchesBranches(pipeline.settings.branchConfiguration ?? '', branch);
}

const objectOf = (value: unknown): Json => (typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {});
const stringsOf = (value: unknown): Record<string, string> =>
  Object.fromEntries(Object.entries(objectOf(value)).map(([key, entry]) => [key, String(entry)]));

/** Meta-data is text, whatever was sent; keys that begin with `buildkite:` are Buildkite's own. */
function metaDataOf(value: unknown): Readonly<Record<string, string>> {
  const metaData = stringsOf(value);
  for (const [key, text] of Object.entries(metaData)) {
    if (key.startsWith('buildkite:') || Buffer.byteLength(text) > MAX_META_DATA_BYTES)
      throw new Refused(422, 'Validation Failed', { errors: [{ field: 'meta_data', code: 'invalid' }] });
  }
  return metaData;
}
