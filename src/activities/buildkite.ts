// Activities of the `buildkite` queue: one activity = one HTTP request = one token.
import type { BuildkiteActivities, CreateOutcome } from '../../workflows/buildkite-activities.ts';
import type { BuildOrder } from '../../workflows/build-vocabulary.ts';
import type { BuildkiteApi } from '../buildkite/api.ts';
import { annotationMarkdown } from '../render/annotation.ts';

/** The POST is not begun later than this after the attempt's start (design §5, exactly one build). */
const BEGIN_WITHIN_MS = 15_000;

export function createBuildkiteActivities(deps: {
  readonly buildkite: BuildkiteApi;
  /** Users at Buildkite by the key of the person, where builds are created in the name of an approver; null: the bot creates them. */
  readonly approvers: Readonly<Record<string, string>> | null;
  readonly now: () => number;
}): BuildkiteActivities {
  const { buildkite, approvers, now } = deps;
  return {
    createBuild: async (order) => {
      const as = approvers === null ? null : creatorOf(order, approvers);
      return as === undefined ? withoutCreator(order) : buildkite.createBuild(order, now() + BEGIN_WITHIN_MS, as);
    },
    findBuild: (input) => buildkite.findBuild(input),
    readBuild: (input) => buildkite.readBuild(input),
    cancelBuild: (input) => buildkite.cancelBuild(input),
    listTargetBuilds: (input) => buildkite.listTargetBuilds(input),
    listRunningBuilds: async ({ organization }) => (await buildkite.listRunningPage({ organization, page: 1 })).builds,
    listRunningPage: (input) => buildkite.listRunningPage(input),
    readLogTail: (input) => buildkite.readLogTail(input),
    annotateBuild: ({ order, number }) => {
      const { organization, pipeline } = order;
      return buildkite.annotate({ organization, pipeline, number, body: annotationMarkdown(order) });
    },
  };
}

/** Whoever approved last and is a user at Buildkite. null: nobody had to approve, so the bot; undefined: somebody did, and none of them is. */
function creatorOf({ approvers, signatures }: BuildOrder, users: Readonly<Record<string, string>>): string | null | undefined {
  if (approvers.length === 0) return null;
  const known = (signatures?.approved ?? []).flatMap(({ key }) => (key !== undefined && Object.hasOwn(users, key) ? [users[key]] : []));
  return known.at(-1);
}

/** In the bot's name it would be built past the permissions that were to be checked. */
function withoutCreator({ approvers }: BuildOrder): CreateOutcome {
  const answer = `builds are created in the name of whoever approved, and the configuration names no Buildkite user of ${approvers.join(' or ')}`;
  return { kind: 'refused', status: 0, answer };
}
