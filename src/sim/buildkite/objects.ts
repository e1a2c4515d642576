// Buildkite's JSON objects, in the shapes that recorded answers have (where the documentation differs, the recordings win).
import { createHash } from 'node:crypto';
import { presentJobs, type SimAnnotation, type SimBuild, type SimPipeline, type SimState, type SimUser } from './state.ts';

export type Json = Readonly<Record<string, unknown>>;

/** Where links point, and how times are written: the API and webhooks differ. */
export interface Wording {
  /** Base address without a slash at the end. */
  readonly base: string;
  readonly organization: string;
  readonly time: (at: number | null) => string | null;
  /** May the reader see where a pipeline's pushes are to be sent? */
  readonly webhookUrls?: boolean;
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

const pipelineUrl = (pipeline: SimPipeline, wording: Wording): string =>
  `${wording.base}/v2/organizations/${wording.organization}/pipelines/${pipeline.slug}`;
export const buildUrl = (build: SimBuild, wording: Wording): string => `${pipelineUrl(build.pipeline, wording)}/builds/${build.number}`;
export const buildWebUrl = (build: SimBuild, wording: Pick<Wording, 'base' | 'organization'>): string =>
  `${wording.base}/${wording.organization}/${build.pipeline.slug}/builds/${build.number}`;

export const repositoryOf = ({ slug, settings }: SimPipeline, { organization }: Pick<Wording, 'organization'>): string =>
  settings.repository ?? `git@github.com:${organization}/${slug}.git`;

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
    repository: repositoryOf(pipeline, wording),
    cluster_id: null,
    cluster_url: null,
    pipeline_template_uuid: null,
    branch_configuration: settings.branchConfiguration ?? null,
    default_branch: settings.defaultBranch ?? 'main',
    skip_queued_branch_builds: settings.skipQueuedBranchBuilds ?? false,
    skip_queued_branch_builds_filter: settings.skipQueuedBranchBuildsFilter ?? null,
    cancel_running_branch_builds: settings.cancelRunningBranchBuilds ?? false,
    cancel_running_branch_builds_filter: settings.cancelRunningBranchBuildsFilter ?? null,
    allow_rebuilds: settings.allowRebuilds ?? true,
    provider: {
      id: 'github',
      settings: { trigger_mode: settings.triggerMode ?? 'code', publish_commit_status: true, publish_blocked_as_pending: false },
      webhook_url: wording.webhookUrls === true ? `${wording.base}/deliver/${pipeline.id.replaceAll('-', '')}` : '',
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
    const prompt = step.prompt === undefined ? '' : `\n    prompt: ${JSON.stringify(step.prompt)}`;
    // JSON is YAML.
    const fields = step.fields === undefined ? '' : `\n    fields: ${JSON.stringify(step.fields)}`;
    return `  - ${step.type}: ${JSON.stringify(step.label)}${key}${prompt}${fields}`;
  });
  return `steps:\n${lines.join('\n')}\n`;
}

export function annotationJson(annotation: SimAnnotation, wording: Wording): Json {
  return {
    id: annotation.id,
    context: annotation.context,
    style: annotation.style,
    scope: annotation.job === null ? 'build' : 'job',
    job_id: annotation.job?.id ?? null,
    priority: annotation.priority,
    body_html: `<p>${escapeHtml(annotation.body)}</p>\n`,
    created_at: wording.time(annotation.createdAt),
    updated_at: wording.time(annotation.updatedAt),
  };
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
