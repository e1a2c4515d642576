// The environment of a job: what an agent runs it with, and what the API tells of it.
import { buildWebUrl, repositoryOf, type Wording } from './objects.ts';
import type { SimBuild, SimJob } from './state.ts';

/** The build's own over the pipeline's, and what Buildkite says over both. */
export function environmentOf(build: SimBuild, job: SimJob, wording: Pick<Wording, 'base' | 'organization'>): Readonly<Record<string, string>> {
  const { pipeline } = build;
  const step = job.step.type === 'command' ? job.step : null;
  return {
    ...Object.fromEntries(Object.entries({ ...pipeline.settings.env, ...build.env }).map(([name, value]) => [name, String(value)])),
    CI: 'true',
    BUILDKITE: 'true',
    BUILDKITE_BRANCH: build.branch,
    BUILDKITE_BUILD_CREATOR: build.creator.name,
    BUILDKITE_BUILD_CREATOR_EMAIL: build.creator.email,
    BUILDKITE_BUILD_ID: build.id,
    BUILDKITE_BUILD_NUMBER: String(build.number),
    BUILDKITE_BUILD_URL: buildWebUrl(build, wording),
    BUILDKITE_COMMAND: step?.command ?? '',
    BUILDKITE_COMMIT: build.commit,
    BUILDKITE_JOB_ID: job.id,
    BUILDKITE_LABEL: step?.label ?? '',
    BUILDKITE_MESSAGE: build.message,
    BUILDKITE_ORGANIZATION_SLUG: wording.organization,
    BUILDKITE_PIPELINE_PROVIDER: 'github',
    BUILDKITE_PIPELINE_SLUG: pipeline.slug,
    BUILDKITE_PULL_REQUEST: build.pullRequest?.id ?? 'false',
    BUILDKITE_REPO: repositoryOf(pipeline, wording),
    BUILDKITE_RETRY_COUNT: String(job.attempt),
    BUILDKITE_SOURCE: build.source,
    BUILDKITE_STEP_KEY: step?.key ?? '',
    BUILDKITE_TAG: '',
  };
}
