// What answers of Buildkite look like, typed by hand from its documentation and from recorded traffic, and from nothing of ours: neither the
// simulator nor the client has seen this file. Strict: a key too many is as wrong as one that is missing.
import { z } from 'zod';

const uuid = z.uuid();
const time = z.iso.datetime({ precision: 3 });
const oldTime = z.string().regex(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/);
const url = z.url();
const count = z.int().min(0);
/** `base64("<Type>---<uuid>")`. */
const graphqlId = (type: string) => z.base64().refine((id) => new RegExp(`^${type}---[\\da-f-]{36}$`).test(Buffer.from(id, 'base64').toString()));

const User = z.strictObject({ id: uuid, graphql_id: graphqlId('User'), name: z.string(), email: z.email(), avatar_url: url, created_at: time });

export const Organization = z.strictObject({
  id: uuid,
  graphql_id: graphqlId('Organization'),
  url,
  web_url: url,
  name: z.string(),
  slug: z.string(),
  pipelines_url: url,
  agents_url: url,
  emojis_url: url,
  created_at: time,
});

export const Pipeline = z.strictObject({
  id: uuid,
  graphql_id: graphqlId('Pipeline'),
  url,
  web_url: url,
  name: z.string(),
  description: z.string().nullable(),
  slug: z.string(),
  repository: z.string(),
  cluster_id: z.null(),
  cluster_url: z.null(),
  pipeline_template_uuid: z.null(),
  branch_configuration: z.string().nullable(),
  default_branch: z.string(),
  skip_queued_branch_builds: z.boolean(),
  skip_queued_branch_builds_filter: z.string().nullable(),
  cancel_running_branch_builds: z.boolean(),
  cancel_running_branch_builds_filter: z.string().nullable(),
  allow_rebuilds: z.boolean(),
  provider: z.strictObject({
    id: z.literal('github'),
    settings: z.looseObject({ trigger_mode: z.enum(['code', 'deployment', 'fork', 'none']) }),
    webhook_url: z.union([z.literal(''), url]),
  }),
  builds_url: url,
  badge_url: url,
  created_by: User.nullable(),
  created_at: time,
  archived_at: time.nullable(),
  env: z.record(z.string(), z.string()),
  scheduled_builds_count: count,
  running_builds_count: count,
  scheduled_jobs_count: count,
  running_jobs_count: count,
  waiting_jobs_count: count,
  visibility: z.enum(['private', 'public']),
  tags: z.array(z.string()).nullable(),
  emoji: z.string().nullable(),
  color: z.string().nullable(),
  steps: z.array(z.looseObject({ type: z.enum(['script', 'waiter', 'manual', 'trigger']) })),
  configuration: z.string(),
});

const job = { id: uuid, graphql_id: graphqlId('Job') };
const JOB_STATES = [
  'pending waiting waiting_failed blocked blocked_failed unblocked unblocked_failed scheduled assigned accepted',
  'running passed failed canceling canceled timing_out timed_out skipped broken expired limited',
].flatMap((line) => line.split(' '));
const jobState = z.enum(JOB_STATES);
const times = {
  created_at: time,
  scheduled_at: time.nullable(),
  runnable_at: time.nullable(),
  started_at: time.nullable(),
  finished_at: time.nullable(),
};

const Waiter = z.strictObject({ ...job, type: z.literal('waiter') });
const Manual = z.strictObject({
  ...job,
  type: z.literal('manual'),
  label: z.string(),
  state: jobState,
  step_key: z.string().nullable(),
  web_url: z.null(),
  unblocked_by: User.nullable(),
  unblocked_at: time.nullable(),
  unblockable: z.boolean(),
  unblock_url: url,
});
const Trigger = z.strictObject({
  ...job,
  type: z.literal('trigger'),
  name: z.string(),
  state: jobState,
  async: z.boolean(),
  step_key: z.string().nullable(),
  build_url: url,
  web_url: url,
  ...times,
  triggered_build: z.strictObject({ id: uuid, number: count, url, web_url: url }).nullable(),
  soft_failed: z.boolean(),
});
const Script = z.strictObject({
  ...job,
  type: z.literal('script'),
  name: z.string(),
  step_key: z.string().nullable(),
  step: z.strictObject({ id: uuid, signature: z.null() }),
  priority: z.strictObject({ number: z.int() }),
  agent_query_rules: z.array(z.string()),
  state: jobState,
  build_url: url,
  web_url: url,
  log_url: url,
  raw_log_url: url,
  artifacts_url: url,
  command: z.string().nullable(),
  soft_failed: z.boolean(),
  exit_status: z.int().nullable(),
  signal: z.string().nullable(),
  signal_reason: z.string().nullable(),
  broken_reason: z.string().nullable(),
  artifact_paths: z.string().nullable(),
  ...times,
  expired_at: time.nullable(),
  concurrency_wait_time_ms: z.int().nullable(),
  retried: z.boolean(),
  retried_in_job_id: uuid.nullable(),
  retries_count: z.int().min(1).nullable(),
  retry_source: z.strictObject({ job_id: uuid, retry_type: z.enum(['manual', 'automatic']) }).nullable(),
  retry_type: z.enum(['manual', 'automatic']).nullable(),
  retried_by: User.nullable(),
  parallel_group_index: z.null(),
  parallel_group_total: z.null(),
  matrix: z.null(),
  agent: z.looseObject({ id: uuid, name: z.string(), hostname: z.string() }).nullable(),
  cluster_id: z.null(),
  cluster_url: z.null(),
  cluster_queue_id: z.null(),
  cluster_queue_url: z.null(),
});
export const Job = z.discriminatedUnion('type', [Waiter, Manual, Trigger, Script]);

export const bareBuild = {
  id: uuid,
  graphql_id: graphqlId('Build'),
  url,
  web_url: url,
  number: z.int().min(1),
  state: z.enum(['creating', 'scheduled', 'running', 'failing', 'passed', 'failed', 'canceling', 'canceled', 'skipped', 'not_run']),
  cancel_reason: z.string().nullable(),
  blocked: z.boolean(),
  blocked_state: z.enum(['', 'passed', 'failed', 'running']),
  message: z.string(),
  commit: z.string(),
  branch: z.string(),
  tag: z.string().nullable(),
  source: z.enum(['webhook', 'api', 'ui', 'trigger_job', 'schedule']),
  author: z.record(z.string(), z.string()).nullable(),
  creator: User.nullable(),
  created_at: time,
  scheduled_at: time.nullable(),
  started_at: time.nullable(),
  failing_at: time.nullable(),
  finished_at: time.nullable(),
  meta_data: z.record(z.string(), z.string()),
  pull_request: z.strictObject({ id: z.string(), base: z.string(), repository: z.string() }).nullable(),
  merge_queue: z.null(),
  rebuilt_from: z.strictObject({ id: uuid, number: z.int(), url }).nullable(),
  triggered_from: z.strictObject({ build_id: uuid, build_number: z.int(), build_pipeline_slug: z.string() }).nullable(),
  cluster_id: z.null(),
  cluster_url: z.null(),
};
const build = { ...bareBuild, env: z.record(z.string(), z.unknown()) };
const ListedBuild = z.strictObject({ ...build, pipeline: Pipeline.optional(), jobs: z.array(Job).optional() });
const WholeBuild = z.strictObject({ ...build, pipeline: Pipeline, jobs: z.array(Job) });
const counts = z.strictObject({ total: count, states: z.record(z.enum(JOB_STATES), count).or(z.partialRecord(z.enum(JOB_STATES), count)) });

const annotation = {
  id: uuid,
  context: z.string(),
  style: z.enum(['success', 'info', 'warning', 'error']).nullable(),
  scope: z.enum(['build', 'job']),
  job_id: uuid.nullable(),
  priority: z.int().min(1).max(10),
  created_at: time,
  updated_at: time,
};
const Annotation = z.strictObject({ ...annotation, body_html: z.string() });

const Member = z.strictObject({
  id: uuid,
  name: z.string(),
  email: z.email(),
  role: z.enum(['admin', 'member']),
  sso_mode: z.enum(['required', 'optional']).optional(),
});
const Team = z.strictObject({
  id: uuid,
  graphql_id: graphqlId('Team'),
  name: z.string(),
  slug: z.string(),
  description: z.string(),
  created_at: time,
  privacy: z.enum(['visible', 'secret']),
  default: z.boolean(),
  created_by: User,
});
const Service = z.strictObject({
  id: uuid,
  graphql_id: graphqlId('NotificationServiceWebhook'),
  url,
  provider: z.strictObject({ id: z.literal('webhook'), name: z.literal('Webhook') }),
  description: z.string(),
  enabled: z.boolean(),
  scope: z.enum(['all', 'some_projects', 'some_teams', 'some_clusters']),
  scope_uuids: z.array(uuid),
  branch_configuration: z.string(),
  build_states: z.strictObject({
    build_passed: z.boolean(),
    build_fixed: z.boolean(),
    build_failed: z.boolean(),
    build_blocked: z.boolean(),
    build_canceled: z.boolean(),
    build_failing: z.boolean(),
    job_activated: z.boolean(),
  }),
  settings: z.strictObject({
    url,
    version: z.literal(3),
    token: z.string(),
    token_mode: z.enum(['token', 'signature']),
    events: z.array(z.string()),
    tls_verify: z.boolean(),
  }),
  created_at: time,
  created_by: User.nullable(),
});

const limit = z.strictObject({ limit: count, current: count, reset: count, reset_at: z.iso.datetime({ precision: 0 }), enforced: z.boolean() });
const cursored = (item: z.ZodType) =>
  z.strictObject({ items: z.array(item), links: z.strictObject({ self: url, next: url.optional(), prev: url.optional(), first: url.optional() }) });

const refusal = z.strictObject({
  message: z.string().min(1),
  errors: z.array(z.strictObject({ field: z.string(), code: z.string() })).optional(),
});
const overQuota = z.strictObject({ message: z.string(), scope: z.enum(['rest', 'rest_user']), limit: count, current: count, reset: count });

const ORGANIZATION = '/organizations/[^/]+';
const PIPELINE = `${ORGANIZATION}/pipelines/[^/]+`;
const BUILD = `${PIPELINE}/builds/\\d+`;
const JOB = `(?:${BUILD}|${ORGANIZATION})/jobs/[^/]+`;

/** `METHOD path` as a pattern → the body of each good answer by its status; null: none, or no JSON. */
export const SHAPES: Readonly<Record<string, Readonly<Record<number, z.ZodType | null>>>> = {
  'GET /meta': { 200: z.strictObject({ webhook_ips: z.array(z.cidrv4()) }) },
  'GET /access-token': {
    200: z.strictObject({
      uuid,
      scopes: z.array(z.string()),
      description: z.string(),
      created_at: oldTime,
      expires_at: oldTime.nullable(),
      user: z.strictObject({ name: z.string(), email: z.email() }),
    }),
  },
  'DELETE /access-token': { 204: null },
  'GET /user': { 200: User },
  'GET /organizations': { 200: z.array(Organization) },
  [`GET ${ORGANIZATION}`]: { 200: Organization },
  [`GET ${ORGANIZATION}/rate_limit`]: { 200: z.strictObject({ scopes: z.strictObject({ rest: limit, graphql: limit }) }) },
  [`GET ${ORGANIZATION}/emojis`]: { 200: z.array(z.strictObject({ name: z.string(), url, aliases: z.array(z.string()).min(1).optional() })) },
  [`GET ${ORGANIZATION}/members`]: { 200: z.array(Member) },
  [`GET ${ORGANIZATION}/members/[^/]+`]: { 200: Member },
  [`GET ${ORGANIZATION}/teams`]: { 200: z.array(Team) },
  [`GET ${ORGANIZATION}/teams/[^/]+`]: { 200: Team },
  [`GET ${ORGANIZATION}/teams/[^/]+/members`]: {
    200: z.array(z.strictObject({ role: z.enum(['member', 'maintainer']), created_at: time, user_id: uuid, user_name: z.string() })),
  },
  [`GET ${ORGANIZATION}/services`]: { 200: cursored(Service) },
  [`POST ${ORGANIZATION}/services`]: { 201: Service },
  [`GET ${ORGANIZATION}/services/[^/]+`]: { 200: Service },
  [`PATCH ${ORGANIZATION}/services/[^/]+`]: { 200: Service },
  [`DELETE ${ORGANIZATION}/services/[^/]+`]: { 204: null },
  [`PUT ${ORGANIZATION}/services/[^/]+/(?:enable|disable)`]: { 200: Service },
  [`GET ${ORGANIZATION}/pipelines`]: { 200: z.array(Pipeline) },
  [`GET ${PIPELINE}`]: { 200: Pipeline },
  [`GET (?:${PIPELINE}|${ORGANIZATION})?/builds`]: { 200: z.array(ListedBuild) },
  [`POST ${PIPELINE}/builds`]: { 201: WholeBuild },
  [`GET ${BUILD}`]: { 200: ListedBuild.extend({ job_state_counts: counts }) },
  [`PUT ${BUILD}/(?:cancel|rebuild)`]: { 200: WholeBuild },
  [`PUT ${BUILD}/retry_failed_jobs`]: { 202: WholeBuild.extend({ retried_jobs_count: count }) },
  [`GET ${BUILD}/artifacts`]: { 200: z.array(z.never()) },
  [`GET (?:${BUILD}|${JOB})/annotations`]: { 200: z.array(z.union([Annotation, z.strictObject(annotation)])) },
  [`POST (?:${BUILD}|${JOB})/annotations`]: { 201: Annotation },
  [`DELETE (?:${BUILD}|${JOB})/annotations/[^/]+`]: { 204: null },
  [`GET ${BUILD}/jobs`]: { 200: cursored(Job) },
  [`GET ${JOB}`]: { 200: Job },
  [`GET ${JOB}/env`]: { 200: z.strictObject({ env: z.record(z.string(), z.string()) }) },
  [`PUT ${JOB}/(?:retry|reprioritize)`]: { 200: Script },
  [`PUT ${JOB}/unblock`]: { 200: Manual },
  [`GET ${JOB}/log`]: { 200: z.strictObject({ url, content: z.string(), size: count, header_times: z.array(z.int()) }), 206: null },
  [`GET ${JOB}/log\\.(?:txt|html)`]: { 200: null },
  [`HEAD ${JOB}/log`]: { 200: null },
  [`DELETE ${JOB}/log`]: { 204: null },
};

export interface Seen {
  readonly method: string;
  /** Behind `/v2`, without the query. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string | null;
  readonly text: string;
}

/** What is wrong with the answer; null: nothing. */
export function misshapen(seen: Seen): string | null {
  const isJson = seen.contentType === 'application/json; charset=utf-8';
  const shape = shapeFor(seen);
  if (shape === undefined) return `no shape for ${seen.method} ${seen.path} ${seen.status}`;
  // A log is JSON only for those who ask for it.
  const isText = !isJson && seen.path.endsWith('/log');
  if (shape === null || isText) return isJson && seen.text !== '' ? 'a body where none is expected' : null;
  if (!isJson) return `not JSON: ${seen.contentType}`;
  const result = shape.safeParse(JSON.parse(seen.text));
  return result.success ? null : z.prettifyError(result.error);
}

function shapeFor({ method, path, status }: Seen): z.ZodType | null | undefined {
  if (status === 429) return overQuota;
  if (status >= 400) return refusal;
  return shapesOf(method, path)?.[status];
}

/** The row of the table for a request. */
export function shapesOf(method: string, path: string): (typeof SHAPES)[string] | undefined {
  return Object.entries(SHAPES).find(([row]) => new RegExp(`^${row}/?$`).test(`${method} ${path}`))?.[1];
}
