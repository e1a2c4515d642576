// Block and input steps through Buildkite's REST API: what a build waits at, what is asked there, and unblocking it.
import type { ManualJob, ManualStepWords } from '../../workflows/block-vocabulary.ts';
import type { UnblockInput, UnblockOutcome } from '../../workflows/block-activities.ts';
import type { BuildAddress } from '../../workflows/build-vocabulary.ts';
import { parseJson } from '../parse-json.ts';
import type { BlocksApi, KnownUser, RawHaltedBuild } from './api.ts';
import type { ActsAs } from './credentials.ts';
import { asRead, authorOf, factsOf, labelOf } from './build-facts.ts';
import { type Call, decoded, decodedBuild, expectSuccess } from './call.ts';
import { answerText } from './http.ts';
import { manualStepsIn } from './manual-steps.ts';
import { buildPath, jobPath, organizationPath, pipelinePath } from './paths.ts';
import { type Build, Builds, Job, Members, Pipeline, type User } from './schema.ts';

/** 422 texts. The first may end with a full stop or not; the others are whole sentences of the API's documentation. */
const NOT_BLOCKED = /state must be blocked/i;
const CANCELLED = /canceled builds cannot be unblocked/i;
const NO_SUCH_MEMBER = /unblocker is not a valid user/i;
const MEMBERS_A_PAGE = 100;

export function createBlocks(call: Call): BlocksApi {
  return {
    readHalted: async (at) => {
      const doing = 'reading the steps of the build';
      return haltedOf(decodedBuild(await call(doing, { lane: 'unblock', method: 'GET', path: buildPath(at) }), doing), at.pipeline);
    },
    listHalted: async (organization) => {
      const doing = 'listing builds that wait';
      const query = new URLSearchParams({ per_page: '100', exclude_jobs: 'true', exclude_pipeline: 'true', state: 'blocked' });
      const path = `${organizationPath(organization)}/builds?${query.toString()}`;
      const builds = decoded(Builds, await call(doing, { lane: 'status', method: 'GET', path }), doing).map((build) => factsOf(build, null));
      const foreign = builds.filter(({ deployId, target, blocked }) => deployId === null && target === null && blocked);
      return foreign.map(({ pipeline, number, uuid, finishedAt }) => ({ pipeline, number, uuid, since: finishedAt }));
    },
    readManualSteps: (at) => readManualSteps(call, at),
    unblockJob: (input, as = null) => unblock(call, input, as),
    listMembers: async ({ organization, page }) => {
      const doing = 'listing members';
      const query = new URLSearchParams({ page: String(page), per_page: String(MEMBERS_A_PAGE) });
      const path = `${organizationPath(organization)}/members?${query.toString()}`;
      const outcome = await call(doing, { lane: 'status', method: 'GET', path });
      if (outcome.kind === 'answered' && (outcome.status === 403 || outcome.status === 404)) return { members: [], isLast: true };
      const members = decoded(Members, outcome, doing);
      return { members: members.map(userOf), isLast: members.length < MEMBERS_A_PAGE };
    },
  };
}

/** null: this token may not read pipelines, or the configuration is not readable. */
async function readManualSteps(call: Call, at: Pick<BuildAddress, 'organization' | 'pipeline'>): Promise<readonly ManualStepWords[] | null> {
  const doing = 'reading the pipeline';
  const outcome = await call(doing, { lane: 'status', method: 'GET', path: pipelinePath(at) });
  if (outcome.kind === 'answered' && (outcome.status === 403 || outcome.status === 404)) return null;
  return manualStepsIn(decoded(Pipeline, outcome, doing).configuration ?? '');
}

/** Safe to repeat: a step that waits no longer is told as such, and a read says who unblocked it. */
async function unblock(call: Call, { fields, unblocker, ...at }: UnblockInput, as: ActsAs): Promise<UnblockOutcome> {
  const doing = 'unblocking the step';
  const path = `${jobPath(at)}/unblock`;
  // Whoever asks by their own token need not be named.
  const body = { ...(unblocker === null || as !== null ? {} : { unblocker }), fields };
  const outcome = await call(doing, { lane: 'unblock', method: 'PUT', path, body, as });
  if (outcome.kind === 'no-credential' && as !== null && outcome.trouble.kind === 'invalid') return { kind: 'no-such-member' };
  if (outcome.kind === 'answered' && [400, 404, 422].includes(outcome.status)) {
    const answer = answerText(outcome);
    if (NOT_BLOCKED.test(answer)) return { kind: 'not-blocked' };
    if (CANCELLED.test(answer) || outcome.status === 404) return { kind: 'gone' };
    return NO_SUCH_MEMBER.test(answer) ? { kind: 'no-such-member' } : { kind: 'refused', answer };
  }
  const { text } = expectSuccess(outcome, doing);
  // The answer only says what is known already: one that can't be read is no reason to ask again.
  const job = Job.safeParse(parseJson(text));
  return { kind: 'unblocked', by: (job.success ? job.data.unblocked_by?.name : null) ?? null };
}

function haltedOf(build: Build, pipeline: string): RawHaltedBuild {
  const facts = factsOf(build, pipeline);
  return {
    ...asRead(build, facts),
    blocked: facts.blocked,
    ...(facts.blocked && facts.finishedAt !== null ? { waitsSince: facts.finishedAt } : {}),
    message: (build.message ?? '').split('\n', 1)[0]?.slice(0, 200) ?? '',
    creator: build.creator == null ? null : userOf(build.creator),
    author: authorOf(build.author),
    manual: (build.jobs ?? []).filter((job) => job.type === 'manual').map(manualOf),
  };
}

function manualOf(job: Job): Omit<ManualJob, 'unblockedBy'> & { readonly unblockedBy: KnownUser | null } {
  return {
    id: job.id,
    label: labelOf(job),
    key: job.step_key ?? null,
    state: job.state ?? '',
    unblockable: job.unblockable === true,
    unblockedBy: job.unblocked_by == null ? null : userOf(job.unblocked_by),
    unblockedAt: job.unblocked_at,
  };
}

const userOf = ({ id, name, email }: User): KnownUser => ({ id: id ?? null, name: name ?? null, email: email ?? null });
