// Buildkite's build object, with the parts that each address answers.
import { inStates } from './filters.ts';
import { jobJson } from './job-objects.ts';
import { buildUrl, buildWebUrl, graphqlId, pipelineJson, userJson, type Json, type Wording } from './objects.ts';
import { presentJobs, type SimBuild } from './state.ts';

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
  /** Only jobs in these states; all for none. */
  readonly jobStates: readonly string[];
  /** Only `GET` of one build answers `job_state_counts`. */
  readonly counts: boolean;
}

export function buildJson(
  build: SimBuild,
  context: { readonly builds: readonly SimBuild[]; readonly wording: Wording; readonly parts: BuildParts },
): Json {
  const { builds, wording, parts } = context;
  const attempts = parts.retriedJobs ? build.jobs : presentJobs(build);
  const jobs = inStates(attempts, parts.jobStates);
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
