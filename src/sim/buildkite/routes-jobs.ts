// Routes of jobs: their list, one of them, its environment, retry, priority, unblock.
import type { SimResponse, SimRoutes } from '../http.ts';
import {
  BUILD,
  carriedOut,
  guarded,
  jsonBody,
  ORGANIZATION,
  Refused,
  requireBuild,
  requireOrganization,
  requireWrite,
  visiblePipelines,
  type Api,
  type Call,
} from './access.ts';
import { retryJob, unblockJob } from './acts.ts';
import { environmentOf } from './environment.ts';
import { inStates, valuesOf } from './filters.ts';
import { jobJson } from './job-objects.ts';
import { cursored } from './paging.ts';
import { presentJobs, type SimBuild, type SimJob } from './state.ts';

// The documented values of the `state` filter.
const LISTABLE =
  'pending waiting waiting_failed blocked blocked_failed unblocked unblocked_failed scheduled assigned accepted running passed failed timed_out timing_out canceled canceling skipped broken expired limited'.split(
    ' ',
  );

export interface Found {
  readonly build: SimBuild;
  readonly job: SimJob;
}

export function jobRoutes(api: Api): SimRoutes {
  const routes: Record<string, SimRoutes[string]> = {};
  routes[`GET ${BUILD}/jobs`] = guarded(api, ['read_builds'], listJobs);
  // Every job has two addresses: under its build and under the organization.
  for (const prefix of [BUILD, ORGANIZATION]) {
    const job = `${prefix}/jobs/:job`;
    routes[`GET ${job}`] = guarded(api, ['read_builds'], (call) => jobAnswer(call, requireJob(call)));
    routes[`GET ${job}/env`] = guarded(api, ['read_job_env'], (call) => {
      const { build, job: asked } = requireJob(call);
      return { status: 200, body: { env: environmentOf(build, asked, call.wording) } };
    });
    routes[`PUT ${job}/retry`] = guarded(api, ['write_builds', 'retry_builds'], retry);
    routes[`PUT ${job}/reprioritize`] = guarded(api, ['write_builds'], reprioritize);
    routes[`PUT ${job}/unblock`] = guarded(api, ['write_builds'], unblock);
  }
  return routes;
}

/** With every attempt, unless asked for the last ones only. */
function listJobs(call: Call): SimResponse {
  const build = requireBuild(call);
  const { query } = call.request;
  const states = valuesOf(query, 'state');
  const wrong = states.find((state) => !LISTABLE.includes(state));
  if (wrong !== undefined) throw new Refused(400, `Invalid state: ${wrong}`);
  const attempts = query.get('include_retried_jobs') === 'false' ? presentJobs(build) : build.jobs;
  return cursored(call.request, inStates(attempts, states), (job) => jobJson(build, job, call.wording));
}

export function requireJob(call: Call): Found {
  const { params } = call.request;
  if (params['number'] === undefined) requireOrganization(call);
  const visible = visiblePipelines(call);
  const all = (): readonly SimBuild[] => call.api.engine.state.builds.filter(({ pipeline }) => visible.includes(pipeline));
  const builds = params['number'] === undefined ? all() : [requireBuild(call)];
  for (const build of builds) {
    const job = build.jobs.find((candidate) => candidate.id === params['job']);
    if (job !== undefined) return { build, job };
  }
  throw new Refused(404, 'No job found');
}

const jobAnswer = (call: Call, { build, job }: Found): SimResponse => ({ status: 200, body: jobJson(build, job, call.wording) });

function retry(call: Call): SimResponse {
  const { build, job } = requireJob(call);
  requireWrite(call, build.pipeline);
  return jobAnswer(call, { build, job: carriedOut(retryJob(call.api.engine, build, { job, by: call.token.user })) });
}

function reprioritize(call: Call): SimResponse {
  const found = requireJob(call);
  requireWrite(call, found.build.pipeline);
  const { priority } = jsonBody(call);
  if (typeof priority !== 'number' || !Number.isInteger(priority)) throw new Refused(400, 'Priority must be an integer');
  found.job.priority = priority;
  return jobAnswer(call, found);
}

/** Whose permission counts besides the token's, when somebody else is named, is not documented: nobody's. */
function requireUnblock(call: Call, { build, job }: Found): void {
  const teams = job.step.type === 'block' || job.step.type === 'input' ? job.step.allowedTeams : undefined;
  if (teams === undefined) return requireWrite(call, build.pipeline);
  const { state } = call.api.engine;
  const isOneOfThem = state.teams.some((team) => teams.includes(team.slug) && team.members.some(({ user }) => user === call.token.user));
  if (!isOneOfThem) throw new Refused(403, 'Forbidden');
}

function unblock(call: Call): SimResponse {
  const { build, job } = requireJob(call);
  requireUnblock(call, { build, job });
  const body = jsonBody(call);
  const by = (body['unblocker'] ?? null) === null ? call.token.user : call.api.engine.state.users.find((user) => user.id === body['unblocker']);
  if (by === undefined) throw new Refused(422, 'Unblocker is not a valid user id for this organization');
  return jobAnswer(call, { build, job: carriedOut(unblockJob(call.api.engine, build, { job, by, fields: fieldsOf(body['fields']) })) });
}

/** Several values of one field are joined by line breaks. */
function fieldsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, Array.isArray(entry) ? entry.join('\n') : String(entry)]));
}
