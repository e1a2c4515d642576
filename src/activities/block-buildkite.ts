// Activities of the `buildkite` queue about block steps: one activity = one HTTP request = one token. People come out as who they are in
// the configuration: no e-mail address gets into a history.
import type { BlockBuildkiteActivities } from '../../workflows/block-activities.ts';
import type { BuildkiteUser } from '../../workflows/block-vocabulary.ts';
import type { PersonKey } from '../../workflows/vocabulary.ts';
import type { BlocksApi, KnownUser, RawHaltedBuild } from '../buildkite/api.ts';
import type { Config } from '../config/config.ts';

type People = Pick<Config, 'people' | 'buildkite'>;

export function createBlockBuildkiteActivities({
  buildkite,
  config,
  asApprover = false,
}: {
  readonly buildkite: BlocksApi;
  readonly config: People;
  /** Steps are unblocked by whoever approved last, with their own token, or not at all. */
  readonly asApprover?: boolean;
}): BlockBuildkiteActivities {
  return {
    readHalted: async (at) => {
      const build = await buildkite.readHalted(at);
      return {
        ...build,
        creator: build.creator === null ? null : userOf(config, build.creator),
        author: build.author === null ? null : authorOf(config, build.author),
        manual: build.manual.map((job) => ({ ...job, unblockedBy: job.unblockedBy === null ? null : userOf(config, job.unblockedBy) })),
      };
    },
    readManualSteps: (at) => buildkite.readManualSteps(at),
    readMembers: async ({ organization, page }) => {
      const { members, isLast } = await buildkite.listMembers({ organization, page });
      const ids = members.flatMap((member) => {
        const person = personOf(config, member.email);
        return person === null || member.id === null ? [] : [[person, member.id] as const];
      });
      return { ids: Object.fromEntries(ids), isLast };
    },
    unblockJob: async (input) => {
      if (!asApprover) return buildkite.unblockJob(input);
      return input.unblocker === null ? { kind: 'refused', answer: NOBODY } : buildkite.unblockJob(input, input.unblocker);
    },
  };
}

const NOBODY = 'steps are unblocked in the name of whoever approved, who is no user at Buildkite, or is not in the configuration as one';

const userOf = (config: People, { id, name, email }: KnownUser): BuildkiteUser => ({ id, name, person: personOf(config, email) });

/** An author may be named by a GitHub login alone. It takes rights away and gives none, so a name is enough. */
function authorOf(config: People, { name, email, login }: NonNullable<RawHaltedBuild['author']>): BuildkiteUser {
  const named = login === null ? undefined : config.people.find(({ github }) => github?.login.toLowerCase() === login.toLowerCase());
  return { id: null, name, person: personOf(config, email) ?? named?.key ?? null };
}

function personOf({ buildkite }: People, email: string | null): PersonKey | null {
  const found = email === null ? undefined : Object.entries(buildkite).find(([, address]) => address === email.toLowerCase());
  return (found?.[0] as PersonKey | undefined) ?? null;
}
