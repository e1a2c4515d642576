// Routes of one job: retry, unblock, log. And of a build's annotations.
import type { SimResponse, SimRoutes } from '../http.ts';
import { guarded, jsonBody, Refused, requireBuild, requireOrganization, type Api, type Call } from './access.ts';
import { retryJob, unblockJob } from './acts.ts';
import { jobJson } from './job-objects.ts';
import { annotationJson } from './objects.ts';
import { paged } from './paging.ts';
import { uuid7, type SimAnnotation, type SimBuild, type SimJob } from './state.ts';

const ORGANIZATION = '/v2/organizations/:organization';
const BUILD = `${ORGANIZATION}/pipelines/:pipeline/builds/:number`;

interface Found {
  readonly build: SimBuild;
  readonly job: SimJob;
}

export function jobRoutes(api: Api): SimRoutes {
  const routes: Record<string, SimRoutes[string]> = {};
  // Every job has two addresses: under its build and under the organization.
  for (const prefix of [BUILD, ORGANIZATION]) {
    const job = `${prefix}/jobs/:job`;
    routes[`GET ${job}`] = guarded(api, ['read_builds'], (call) => jobAnswer(call, requireJob(call)));
    routes[`PUT ${job}/retry`] = guarded(api, ['write_builds', 'retry_builds'], retry);
    routes[`PUT ${job}/unblock`] = guarded(api, ['write_builds'], unblock);
  }
  for (const ending of ['', '.txt']) {
    for (const method of ['GET', 'HEAD'])
      routes[`${method} ${BUILD}/jobs/:job/log${ending}`] = guarded(api, ['read_build_logs'], (call) => log(call, requireJob(call)));
  }
  routes[`GET ${BUILD}/annotations`] = guarded(api, ['read_builds'], (call) =>
    paged(call.request, requireBuild(call).annotations, (annotation) => annotationJson(annotation, call.wording)),
  );
  routes[`POST ${BUILD}/annotations`] = guarded(api, ['write_builds'], annotate);
  return routes;
}

function requireJob(call: Call): Found {
  const { params } = call.request;
  if (params['number'] === undefined) requireOrganization(call);
  const builds = params['number'] === undefined ? call.api.engine.state.builds : [requireBuild(call)];
  for (const build of builds) {
    const job = build.jobs.find((candidate) => candidate.id === params['job']);
    if (job !== undefined) return { build, job };
  }
  throw new Refused(404, 'No job found');
}

const jobAnswer = (call: Call, { build, job }: Found): SimResponse => ({ status: 200, body: jobJson(build, job, call.wording) });

function retry(call: Call): SimResponse {
  const { build, job } = requireJob(call);
  const done = retryJob(call.api.engine, build, { job, by: call.token.user });
  if (done.kind === 'refused') throw new Refused(done.status, done.message);
  return jobAnswer(call, { build, job: done.value });
}

function unblock(call: Call): SimResponse {
  const { build, job } = requireJob(call);
  const body = jsonBody(call);
  const by = body['unblocker'] === undefined ? call.token.user : call.api.engine.state.users.find((user) => user.id === body['unblocker']);
  if (by === undefined) throw new Refused(422, 'Unblocker is not a valid user id for this organization');
  const done = unblockJob(call.api.engine, build, { job, by, fields: fieldsOf(body['fields']) });
  if (done.kind === 'refused') throw new Refused(done.status, done.message);
  return jobAnswer(call, { build, job: done.value });
}

/** Several values of one field are joined by line breaks. */
function fieldsOf(value: unknown): Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, Array.isArray(entry) ? entry.join('\n') : String(entry)]));
}

/** JSON, or the text itself; of the text the last N bytes, which is the only range Buildkite knows. */
function log(call: Call, { job }: Found): SimResponse {
  const { request, wording } = call;
  const bytes = Buffer.from(job.log);
  const wantsText = request.path.endsWith('.txt') || (request.headers.accept ?? '').includes('text/plain');
  if (request.method === 'HEAD')
    return { status: 200, headers: { 'content-length': String(bytes.length), 'content-type': 'text/plain; charset=utf-8' } };
  if (!wantsText) {
    const url = `${wording.base}${request.path}`;
    return { status: 200, body: { url, content: job.log, size: bytes.length, header_times: [] } };
  }
  const range = request.headers.range;
  if (range === undefined) return { status: 200, body: job.log };
  const suffix = Number(/^bytes=-(\d+)$/.exec(range)?.[1] ?? 0);
  if (suffix === 0) throw new Refused(400, 'Only suffix byte ranges are supported');
  if (bytes.length === 0) throw new Refused(416, 'The log is empty');
  const start = Math.max(0, bytes.length - suffix);
  return {
    status: 206,
    headers: { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` },
    body: bytes.subarray(start),
  };
}

/** One annotation a context: a second one replaces it, or is appended. */
function annotate(call: Call): SimResponse {
  const build = requireBuild(call);
  const body = jsonBody(call);
  const text = body['body'];
  if (typeof text !== 'string' || text === '') throw new Refused(422, 'Validation Failed', { errors: [{ field: 'body', code: 'missing' }] });
  const now = call.api.engine.clock.now();
  const context = typeof body['context'] === 'string' ? body['context'] : 'default';
  const known = build.annotations.find((annotation) => annotation.context === context);
  const annotation: SimAnnotation = known ?? {
    id: uuid7(now),
    context,
    style: typeof body['style'] === 'string' ? body['style'] : null,
    priority: typeof body['priority'] === 'number' ? body['priority'] : 3,
    createdAt: now,
    body: '',
    updatedAt: now,
  };
  annotation.body = body['append'] === true ? annotation.body + text : text;
  annotation.updatedAt = now;
  if (known === undefined) build.annotations.push(annotation);
  call.api.engine.emit(null, build, null);
  return { status: 201, body: annotationJson(annotation, call.wording) };
}
