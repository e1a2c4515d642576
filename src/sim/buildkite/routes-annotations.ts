// Routes of annotations, of a build and of a job.
import type { SimResponse, SimRoutes } from '../http.ts';
import { BUILD, guarded, jsonBody, ORGANIZATION, Refused, requireBuild, requireWrite, type Api, type Call } from './access.ts';
import { annotate, type Place } from './annotations.ts';
import { annotationJson, type Json } from './objects.ts';
import { paged } from './paging.ts';
import { requireJob } from './routes-jobs.ts';
import type { SimAnnotation } from './state.ts';

export function annotationRoutes(api: Api): SimRoutes {
  const routes: Record<string, SimRoutes[string]> = {};
  for (const path of [BUILD, `${BUILD}/jobs/:job`, `${ORGANIZATION}/jobs/:job`]) {
    const place = (call: Call): Place => (path === BUILD ? { build: requireBuild(call), job: null } : requireJob(call));
    routes[`GET ${path}/annotations`] = guarded(api, ['read_builds'], (call) => list(call, place(call)));
    routes[`POST ${path}/annotations`] = guarded(api, ['write_builds'], (call) => write(call, place(call)));
    routes[`DELETE ${path}/annotations/:annotation`] = guarded(api, ['write_builds'], (call) => remove(call, place(call)));
  }
  return routes;
}

function list(call: Call, { build, job }: Place): SimResponse {
  const { query } = call.request;
  const scope = query.get('scope') ?? 'build';
  const isWanted = (annotation: SimAnnotation): boolean =>
    job === null ? scope === 'all' || scope === (annotation.job === null ? 'build' : 'job') : annotation.job === job;
  const withoutBody = (json: Json): Json => Object.fromEntries(Object.entries(json).filter(([key]) => key !== 'body_html'));
  return paged(call.request, build.annotations.filter(isWanted), (annotation) => {
    const json = annotationJson(annotation, call.wording);
    return query.get('omit_body') === 'true' ? withoutBody(json) : json;
  });
}

function write(call: Call, place: Place): SimResponse {
  requireWrite(call, place.build.pipeline);
  const body = jsonBody(call);
  const text = body['body'];
  const style = styleOf(body['style']);
  const priority = body['priority'] ?? 3;
  if (typeof text !== 'string' || text === '') throw invalid('body', 'missing');
  if (typeof priority !== 'number' || priority < 1 || priority > 10) throw invalid('priority', 'invalid');
  const context = typeof body['context'] === 'string' ? body['context'] : 'default';
  const annotation = annotate(call.api.engine, place, { context, text, style, priority, append: body['append'] === true });
  return { status: 201, body: annotationJson(annotation, call.wording) };
}

function styleOf(value: unknown): string | null {
  if (value === undefined || value === null || value === '') return null;
  if (typeof value !== 'string' || !['success', 'info', 'warning', 'error'].includes(value)) throw invalid('style', 'invalid');
  return value;
}

function remove(call: Call, { build, job }: Place): SimResponse {
  requireWrite(call, build.pipeline);
  const index = build.annotations.findIndex((annotation) => annotation.id === call.request.params['annotation'] && annotation.job === job);
  if (index === -1) throw new Refused(404, 'No annotation found');
  build.annotations.splice(index, 1);
  return { status: 204 };
}

const invalid = (field: string, code: string): Refused => new Refused(422, 'Validation Failed', { errors: [{ field, code }] });
