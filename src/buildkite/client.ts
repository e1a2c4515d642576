// Buildkite's REST API as Countersign needs it: one call, one request, one token of the quota.
import type { Logger } from 'pino';
import type { LogTailInput } from '../../workflows/buildkite-activities.ts';
import type { LogTail } from '../../workflows/status.ts';
import type { BuildAddress, BuildFacts } from '../../workflows/build-vocabulary.ts';
import { isOf, sealIn } from '../../workflows/seal.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import type { BuildkiteApi, Lane } from './api.ts';
import { createBlocks } from './blocks.ts';
import { DEPLOY_ID_KEY, factsOf, SEAL_KEY, TARGET_KEY } from './build-facts.ts';
import { type Call, createCaller, decoded, decodedBuild, expectSuccess, type OnAnswer } from './call.ts';
import { createBuild } from './create-build.ts';
import type { CredentialProvider } from './credentials.ts';
import { answerText } from './http.ts';
import type { Limiter } from './limiter.ts';
import { tailOf } from './log-tail.ts';
import { readOutside } from './outside.ts';
import { buildPath, buildsPath, jobPath, organizationPath } from './paths.ts';
import { AccessToken, Builds } from './schema.ts';

export interface BuildkiteOptions {
  readonly credentials: CredentialProvider;
  readonly organization: string;
  /** `https://api.buildkite.com`, without `/v2`. */
  readonly baseUrl: string;
  readonly limiter: Limiter;
  readonly log: Logger;
  readonly now: () => Millis;
  readonly onAnswer?: OnAnswer;
}

const PER_PAGE = 100;
const PAGE = { per_page: String(PER_PAGE), exclude_jobs: 'true', exclude_pipeline: 'true' };
/** With jobs: webhooks carry none, so this is how the steps of a running build are seen. */
const PAGE_WITH_STEPS = { per_page: String(PER_PAGE), exclude_pipeline: 'true' };
/** `passed` builds that wait at a block step are found under `blocked` (builds API, filter `state`). */
const UNFINISHED = ['creating', 'scheduled', 'running', 'failing', 'blocked', 'canceling'];
const LOG_BYTES = 4096;
/** A build has one annotation of each context (annotations API): a second one replaces the first. */
const ANNOTATION = 'countersign';
/** 422 texts of a build that has ended or is being cancelled already. */
const CANCEL_IS_DONE = /already (finished|being cancell?ed|been cancell?ed)/i;

export function createBuildkite(options: BuildkiteOptions): BuildkiteApi {
  const { now, limiter } = options;
  const call = createCaller(options);
  const listed = async (list: {
    lane: Lane;
    doing: string;
    path: string;
    query: URLSearchParams;
    pipeline: string | null;
  }): Promise<BuildFacts[]> => {
    const outcome = await call(list.doing, { lane: list.lane, method: 'GET', path: `${list.path}?${list.query.toString()}` });
    return decoded(Builds, outcome, list.doing).map((build) => factsOf(build, list.pipeline));
  };

  return {
    ...createBlocks(call),
    quota: () => limiter.quota(),
    createBuild: (order, notAfter, as = null) => createBuild({ call, now, path: buildsPath(order), as }, order, notAfter),
    findBuild: async ({ organization, pipeline, deployId, seal }) => {
      // By what only our own build has: however many carry our id, it is on the first page.
      const mark = seal === undefined ? { [`meta_data[${DEPLOY_ID_KEY}]`]: deployId } : { [`meta_data[${SEAL_KEY}]`]: seal };
      const query = new URLSearchParams({ ...PAGE, ...mark });
      const path = buildsPath({ organization, pipeline });
      const found = await listed({ lane: 'create', doing: 'looking for the build', path, query, pipeline });
      // Adopting a stranger would be worse than finding nothing: the filter's work is checked.
      return found.filter((build) => isOf({ deployId, ...sealIn(seal) }, build)).toSorted((a, b) => a.number - b.number);
    },
    listTargetBuilds: async ({ organization, pipeline, target }) => {
      const query = new URLSearchParams({ ...PAGE, [`meta_data[${TARGET_KEY}]`]: target });
      const path = buildsPath({ organization, pipeline });
      const found = await listed({ lane: 'create', doing: 'listing builds of the target', path, query, pipeline });
      return found.filter((build) => build.target === target).toSorted((a, b) => b.number - a.number);
    },
    listRunningPage: async ({ organization, page }) => {
      const query = new URLSearchParams({ ...PAGE_WITH_STEPS, page: String(page) });
      for (const state of UNFINISHED) query.append('state[]', state);
      const path = `${organizationPath(organization)}/builds`;
      const found = await listed({ lane: 'status', doing: 'listing running builds', path, query, pipeline: null });
      return { builds: found.filter(({ deployId, target }) => deployId !== null || target !== null), isLast: found.length < PER_PAGE };
    },
    readBuild: async (at) => {
      const doing = 'reading the build';
      const outcome = await call(doing, { lane: 'status', method: 'GET', path: buildPath(at) });
      return factsOf(decodedBuild(outcome, doing), at.pipeline);
    },
    readOutside: (at) => readOutside(call, at),
    cancelBuild: (at) => cancelBuild(call, at),
    readLogTail: (input) => readLogTail(call, input),
    annotate: async ({ body, ...at }) => {
      const doing = 'annotating the build';
      const note = { body, style: 'info', context: ANNOTATION };
      expectSuccess(await call(doing, { lane: 'status', method: 'POST', path: `${buildPath(at)}/annotations`, body: note }), doing);
    },
    checkToken: async () => {
      const doing = 'checking the token';
      const outcome = await call(doing, { lane: 'status', method: 'GET', path: '/v2/access-token' });
      const { scopes, user, expires_at: expiresAt } = decoded(AccessToken, outcome, doing);
      return { scopes, user: user?.email ?? user?.name ?? 'unknown', expiresAt };
    },
  };
}

async function cancelBuild(call: Call, at: BuildAddress): Promise<void> {
  const doing = 'cancelling the build';
  const outcome = await call(doing, { lane: 'cancel', method: 'PUT', path: `${buildPath(at)}/cancel` });
  if (outcome.kind === 'answered' && outcome.status === 422 && CANCEL_IS_DONE.test(answerText(outcome))) return;
  expectSuccess(outcome, doing);
}

async function readLogTail(call: Call, input: LogTailInput): Promise<LogTail | null> {
  const doing = 'reading the log';
  const path = `${jobPath(input)}/log`;
  const headers = { accept: 'text/plain', range: `bytes=-${LOG_BYTES}` };
  const outcome = await call(doing, { lane: 'status', method: 'GET', path, headers });
  // An empty log has no last bytes (416); a deleted one is not there (404, 410).
  if (outcome.kind === 'answered' && [404, 410, 416].includes(outcome.status)) return null;
  const { text } = expectSuccess(outcome, doing);
  // A shorter log is answered whole, with 206 all the same.
  const lines = tailOf(text, { isCut: Buffer.byteLength(text) >= LOG_BYTES });
  return lines.length === 0 ? null : { step: input.step, lines, url: `${input.buildUrl}#${input.jobId}` };
}
