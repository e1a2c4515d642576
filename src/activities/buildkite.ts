// Activities of the `buildkite` queue: one activity = one HTTP request = one token.
import type { BuildkiteActivities } from '../../workflows/buildkite-activities.ts';
import type { BuildkiteApi } from '../buildkite/api.ts';
import { annotationMarkdown } from '../render/annotation.ts';

/** The POST is not begun later than this after the attempt's start (design §5, exactly one build). */
const BEGIN_WITHIN_MS = 15_000;

export function createBuildkiteActivities(deps: { readonly buildkite: BuildkiteApi; readonly now: () => number }): BuildkiteActivities {
  const { buildkite, now } = deps;
  return {
    createBuild: (order) => buildkite.createBuild(order, now() + BEGIN_WITHIN_MS),
    findBuild: (input) => buildkite.findBuild(input),
    readBuild: (input) => buildkite.readBuild(input),
    cancelBuild: (input) => buildkite.cancelBuild(input),
    listTargetBuilds: (input) => buildkite.listTargetBuilds(input),
    listRunningBuilds: (input) => buildkite.listRunningBuilds(input),
    readLogTail: (input) => buildkite.readLogTail(input),
    annotateBuild: ({ order, number }) => {
      const { organization, pipeline } = order;
      return buildkite.annotate({ organization, pipeline, number, body: annotationMarkdown(order) });
    },
  };
}
