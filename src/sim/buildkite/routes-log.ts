// Routes of a job's log: JSON, text, HTML, its size, its end.
import type { SimResponse, SimRoutes } from '../http.ts';
import { BUILD, guarded, ORGANIZATION, Refused, type Api, type Call } from './access.ts';
import { escapeHtml } from './objects.ts';
import { requireJob, type Found } from './routes-jobs.ts';

export function logRoutes(api: Api): SimRoutes {
  const routes: Record<string, SimRoutes[string]> = {};
  for (const prefix of [BUILD, ORGANIZATION]) {
    const path = `${prefix}/jobs/:job/log`;
    for (const ending of ['', '.txt', '.html'])
      routes[`GET ${path}${ending}`] = guarded(api, ['read_build_logs'], (call) => log(call, requireJob(call)));
    routes[`HEAD ${path}`] = guarded(api, ['read_build_logs'], (call) => size(requireJob(call)));
    routes[`DELETE ${path}`] = guarded(api, ['write_build_logs'], (call) => {
      requireJob(call).job.log = '';
      return { status: 204 };
    });
  }
  return routes;
}

const TEXT = 'text/plain; charset=utf-8';

function size({ job }: Found): SimResponse {
  return { status: 200, headers: { 'content-length': String(Buffer.byteLength(job.log)), 'content-type': TEXT, 'accept-ranges': 'bytes' } };
}

function log(call: Call, { job }: Found): SimResponse {
  const { request, wording } = call;
  const { accept = '', range } = request.headers;
  const wants = (ending: string, type: string): boolean => request.path.endsWith(ending) || accept.includes(type);
  if (range !== undefined) {
    if (!accept.includes('text/plain')) throw new Refused(400, 'Range requests are only supported with Accept: text/plain');
    return tail(Buffer.from(job.log), range);
  }
  if (wants('.txt', 'text/plain')) return { status: 200, body: job.log, headers: { 'accept-ranges': 'bytes' } };
  if (wants('.html', 'text/html')) return { status: 200, body: escapeHtml(job.log), headers: { 'content-type': 'text/html; charset=utf-8' } };
  return { status: 200, body: { url: `${wording.base}${request.path}`, content: job.log, size: Buffer.byteLength(job.log), header_times: [] } };
}

/** The last N bytes, which is the only range Buildkite knows. */
function tail(bytes: Buffer, range: string): SimResponse {
  const suffix = Number(/^bytes=-(\d+)$/.exec(range)?.[1] ?? 0);
  if (suffix === 0) throw new Refused(400, 'Only suffix byte ranges are supported');
  if (bytes.length === 0) throw new Refused(416, 'The log is empty');
  const start = Math.max(0, bytes.length - suffix);
  return {
    status: 206,
    headers: { 'content-type': TEXT, 'accept-ranges': 'bytes', 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` },
    body: bytes.subarray(start),
  };
}
