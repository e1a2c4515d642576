// Buildkite's JSON objects, in the shapes that recorded answers have (where the documentation differs, the recordings win).
import { createHash } from 'node:crypto';
import { presentJobs, type SimAnnotation, type SimBuild, type SimPipeline, type SimState, type SimUser } from './state.ts';
import { jobJson } from './job-objects.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Where links point, and how times are written: the API and webhooks differ. */
export interface Wording {
  /** Base address without a slash at the end. */
  readonly base: string;
  readonly organization: string;
  readonly time: (at: number | null) => string | null;
}

export const apiTime = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());
/** `2018-03-25 03:58:14 UTC`: webhooks, and a few old fields of the API. */
export const webhookTime = (at: number | null): string | null =>
  at === null ? null : `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

export const graphqlId = (type: string, id: string): string => Buffer.from(`${type}---${id}`).toString('base64');

export function userJson(user: SimUser, wording: Wording): Json {
  const hash = createHash('md5').update(user.email).digest('hex');
  return {
    id: user.id,
    graphql_id: graphqlId('User', user.id),
    name: user.name,
    email: user.email,
    avatar_url: `https://www.gravatar.com/avatar/${hash}`,
    created_at: wording.time(user.createdAt),
  };
}

export function organizationJson(state: SimState, wording: Wording): Json {
  const { organization } = state;
  const url = `${wording.base}/v2/organizations/${organization.slug}`;
  return {
    id: organization.id,
    graphql_id: graphqlId('Organization', organization.id),
    url,
    web_url: `${wording.base}/${organization.slug}`,
    name: organization.name,
    slug: organization.slug,
    pipelines_url: `${url}/pipelines`,
    agents_url: `${url}/agents`,
    emojis_url: `${url}/emojis`,
    created_at: wording.time(organization.createdAt),
  };
}

export const pipelineUrl = (pipeline: SimPipeline, wording: Wording): string =>
  `${wording.base}/v2/organizations/${wording.organization}/pipelines/${pipeline.slug}`;
export const buildUrl = (build: SimBuild, wording: Wording): string => `${pipelineUrl(build.pipeline, wording)}/builds/${build.number}`;
export const buildWebUrl = (build: SimBuild, wording: Wording): string =>
  `${wording.base}/${wording.organization}/${build.pipeline.slug}/builds/${build.number}`;

export function pipelineJson(pipeline: SimPipeline, builds: readonly SimBuild[], wording: Wording): Json {
  const { settings } = pipeline;
  const url = pipelineUrl(pipeline, wording);
  const own = builds.filter((build) => build.pipeline === pipeline);
  const jobs = own.flatMap((build) => presentJobs(build)).filter((job) => job.type === 'script');
  const count = (items: readonly { readonly state: string }[], ...states: readonly string[]): number =>
    items.filter((item) => states.includes(item.state)).length;
  return {
    id: pipeline.id,
    graphql_id: graphqlId('Pipeline', pipeline.id),
    url,
    web_url: `${wording.base}/${wording.organization}/${pipeline.slug}`,
    name: settings.name ?? pipeline.slug,
    description: null,
    slug: pipeline.slug,
    repository: settings.repository ?? `git@github.com:${wording.organization}/${pipeline.slug}.git`,
    cluster_id: null,
    cluster_url: null,
    pipeline_template_uuid: null,
    branch_configuration: settings.branchConfiguration ?? null,
    default_branch: settings.defaultBranch ?? 'main',
    skip_queued_branch_builds: settings.skipQueuedBranchBuilds ?? false,
    skip_queued_branch_builds_filter: null,
    cancel_running_branch_builds: settings.cancelRunningBranchBuilds ?? false,
    cancel_running_branch_builds_filter: null,
    allow_rebuilds: settings.allowRebuilds ?? true,
    provider: {
      id: 'github',
      settings: { trigger_mode: settings.triggerMode ?? 'code', publish_commit_status: true, publish_blocked_as_pending: false },
      webhook_url: '',
    },
    builds_url: `${url}/builds`,
    badge_url: `${wording.base}/badge/${pipeline.id.replaceAll('-', '')}.svg`,
    created_by: null,
    created_at: wording.time(pipeline.createdAt),
    archived_at: settings.archived === true ? wording.time(pipeline.createdAt) : null,
    env: settings.env ?? {},
    scheduled_builds_count: count(own, 'scheduled'),
    running_builds_count: count(own, 'running', 'failing'),
    scheduled_jobs_count: count(jobs, 'scheduled'),
    running_jobs_count: count(jobs, 'running'),
    waiting_jobs_count: count(jobs, 'waiting'),
    visibility: 'private',
    tags: null,
    emoji: null,
    color: null,
    steps: pipeline.steps.map((step) =>
      step.type === 'wait'
        ? { type: 'waiter' }
        : step.type === 'command'
          ? { type: 'script', name: step.label, command: step.command ?? step.label }
          : { type: step.type === 'trigger' ? 'trigger' : 'manual', label: step.label },
    ),
    configuration: configurationOf(pipeline),
  };
}

function configurationOf(pipeline: SimPipeline): string {
  const lines = pipeline.steps.map((step) => {
    if (step.type === 'wait') return '  - wait';
    const key = step.key === undefined ? '' : `\n    key: ${JSON.stringify(step.key)}`;
    if (step.type === 'command') return `  - label: ${JSON.stringify(step.label)}\n    command: ${JSON.stringify(step.command ?? step.label)}${key}`;
    if (step.type === 'trigger') return `  - trigger: ${JSON.stringify(step.pipeline)}\n    label: ${JSON.stringify(step.label)}${key}`;
    return `  - ${step.type}: ${JSON.stringify(step.label)}${key}`;
  });
  return `steps:\n${lines.join('\n')}\n`;
}

/** A build without `pipeline` and `jobs`: as webhooks carry it, and the start of what the API answers. */
export function bareBuildJson(build: SimBuild, wording: Wording): Json {
  const { time } = wording;
  const from = build.rebuiltFrom;
  const parent = build.triggeredFrom;
  return {
    id: build.id,
    graphql_id: graphqlId('Build', build.id),
    url: buildUrl(build, wording),
    web_url: buildWebUrl(build, wording),
    number: build.number,
    state: build.state,
    cancel_reason: build.cancelReason,
    blocked: build.blocked,
    blocked_state: build.blockedState,
    message: build.message,
    commit: build.commit,
    branch: build.branch,
    tag: null,
    source: build.source,
    author: build.author,
    creator: userJson(build.creator, wording),
    created_at: time(build.createdAt),
    scheduled_at: time(build.scheduledAt),
    started_at: time(build.startedAt),
    failing_at: time(build.failingAt),
    finished_at: time(build.finishedAt),
    meta_data: { ...build.metaData },
    pull_request: build.pullRequest,
    merge_queue: null,
    rebuilt_from: from === null ? null : { id: from.id, number: from.number, url: buildUrl(from, wording) },
    triggered_from: parent === null ? null : { build_id: parent.id, build_number: parent.number, build_pipeline_slug: parent.pipeline.slug },
    cluster_id: null,
    cluster_url: null,
  };
}

export interface BuildParts {
  readonly pipeline: boolean;
  readonly jobs: boolean;
  readonly retriedJobs: boolean;
  /** Only `GET` of one build answers `job_state_counts`. */
  readonly counts: boolean;
}

export function buildJson(
  build: SimBuild,
  context: { readonly builds: readonly SimBuild[]; readonly wording: Wording; readonly parts: BuildParts },
): Json {
  const { builds, wording, parts } = context;
  const jobs = parts.retriedJobs ? build.jobs : presentJobs(build);
  return {
    ...bareBuildJson(build, wording),
    env: build.env,
    ...(parts.pipeline ? { pipeline: pipelineJson(build.pipeline, builds, wording) } : {}),
    ...(parts.jobs ? { jobs: jobs.map((job) => jobJson(build, job, wording)) } : {}),
    ...(parts.counts ? { job_state_counts: countStates(build) } : {}),
  };
}

function countStates(build: SimBuild): Json {
  const states: Record<string, number> = {};
  const jobs = presentJobs(build).filter((job) => job.type !== 'waiter');
  for (const job of jobs) states[job.state] = (states[job.state] ?? 0) + 1;
  return { total: jobs.length, states };
}

export function annotationJson(annotation: SimAnnotation, wording: Wording): Json {
  return {
    id: annotation.id,
    context: annotation.context,
    style: annotation.style,
    scope: 'build',
    job_id: null,
    priority: annotation.priority,
    body_html: `<p>${annotation.body.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')}</p>\n`,
    created_at: wording.time(annotation.createdAt),
    updated_at: wording.time(annotation.updatedAt),
  };
}
