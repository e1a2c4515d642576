// Buildkite's job objects: four kinds, each with its own keys.
import { buildUrl, buildWebUrl, graphqlId, userJson, type Json, type Wording } from './objects.ts';
import type { SimBuild, SimJob } from './state.ts';

export function jobJson(build: SimBuild, job: SimJob, wording: Wording): Json {
  const ids = { id: job.id, graphql_id: graphqlId('Job', job.id) };
  switch (job.type) {
    case 'waiter':
      return { ...ids, type: 'waiter' };
    case 'manual':
      return manualJson(build, job, { ids, wording });
    case 'trigger':
      return triggerJson(build, job, { ids, wording });
    case 'script':
      return scriptJson(build, job, { ids, wording });
  }
}

const AGENT: Json = {
  id: '018f3a52-7c1e-7d02-9a4b-1f6f0c2d9e10',
  name: 'simulated-agent-1',
  hostname: 'simulated',
  version: '3.78.0',
  connection_state: 'connected',
};

interface JobContext {
  readonly ids: Json;
  readonly wording: Wording;
}

const labelOf = (job: SimJob): string => (job.step.type === 'wait' ? '' : job.step.label);
const keyOf = (job: SimJob): string | null => (job.step.type === 'wait' ? null : (job.step.key ?? null));

function manualJson(build: SimBuild, job: SimJob, { ids, wording }: JobContext): Json {
  return {
    ...ids,
    type: 'manual',
    label: labelOf(job),
    state: job.state,
    step_key: keyOf(job),
    web_url: null,
    unblocked_by: job.unblockedBy === null ? null : userJson(job.unblockedBy, wording),
    unblocked_at: wording.time(job.unblockedAt),
    unblockable: job.state === 'blocked',
    unblock_url: `${buildUrl(build, wording)}/jobs/${job.id}/unblock`,
  };
}

function timesOf(job: SimJob, wording: Wording): Json {
  return {
    created_at: wording.time(job.createdAt),
    scheduled_at: wording.time(job.scheduledAt),
    runnable_at: wording.time(job.scheduledAt),
    started_at: wording.time(job.startedAt),
    finished_at: wording.time(job.finishedAt),
  };
}

function triggerJson(build: SimBuild, job: SimJob, { ids, wording }: JobContext): Json {
  const child = job.triggered;
  return {
    ...ids,
    type: 'trigger',
    name: labelOf(job),
    state: job.state,
    async: job.step.type === 'trigger' && job.step.async === true,
    step_key: keyOf(job),
    build_url: buildUrl(build, wording),
    web_url: `${buildWebUrl(build, wording)}#${job.id}`,
    ...timesOf(job, wording),
    triggered_build:
      child === null ? null : { id: child.id, number: child.number, url: buildUrl(child, wording), web_url: buildWebUrl(child, wording) },
    soft_failed: job.softFailed,
  };
}

function scriptJson(build: SimBuild, job: SimJob, { ids, wording }: JobContext): Json {
  const url = `${buildUrl(build, wording)}/jobs/${job.id}`;
  return {
    ...ids,
    type: 'script',
    name: labelOf(job),
    step_key: keyOf(job),
    step: { id: job.id, signature: null },
    priority: { number: job.priority },
    agent_query_rules: ['queue=default'],
    state: job.state,
    build_url: buildUrl(build, wording),
    web_url: `${buildWebUrl(build, wording)}#${job.id}`,
    log_url: `${url}/log`,
    raw_log_url: `${url}/log.txt`,
    artifacts_url: `${url}/artifacts`,
    command: job.step.type === 'command' ? (job.step.command ?? job.step.label) : null,
    soft_failed: job.softFailed,
    exit_status: job.exitStatus,
    signal: null,
    signal_reason: job.signalReason,
    broken_reason: job.brokenReason,
    artifact_paths: '',
    ...timesOf(job, wording),
    expired_at: wording.time(job.expiredAt),
    concurrency_wait_time_ms: null,
    ...retryOf(job, wording),
    parallel_group_index: null,
    parallel_group_total: null,
    matrix: null,
    agent: job.startedAt === null ? null : AGENT,
    cluster_id: null,
    cluster_url: null,
    cluster_queue_id: null,
    cluster_queue_url: null,
  };
}

function retryOf(job: SimJob, wording: Wording): Json {
  return {
    retried: job.retriedIn !== null,
    retried_in_job_id: job.retriedIn?.id ?? null,
    retries_count: job.attempt === 0 ? null : job.attempt,
    retry_source: job.retrySource === null ? null : { job_id: job.retrySource.id, retry_type: job.retrySource.retryType },
    retry_type: job.retryType,
    retried_by: job.retriedBy === null ? null : userJson(job.retriedBy, wording),
  };
}
