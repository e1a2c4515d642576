// Buildkite's build as the facts that workflows keep. Pure.
import { endOf } from '../../workflows/build-facts.ts';
import type { BuildAsRead, BuildFacts, BuildStep } from '../../workflows/build-vocabulary.ts';
import { parseTarget } from '../ids.ts';
import type { RawHaltedBuild } from './api.ts';
import { SEAL } from './order.ts';
import type { Build, Job } from './schema.ts';

export const DEPLOY_ID_KEY = 'countersign:deploy-id';
export const TARGET_KEY = 'countersign:target';
export const SEAL_KEY = 'countersign:seal';
const SERVICE_KEY = 'countersign:service';
const ENVIRONMENT_KEY = 'countersign:environment';

const LABEL_MAX = 120;
/** More than anything of ours has, and little enough to be kept in a history. */
const TEXT_MAX = 300;
const STEP_TYPES: Readonly<Record<string, BuildStep['type']>> = { script: 'command', manual: 'block', trigger: 'trigger' };

/** `pipeline`: the slug if the caller knows it; bulk lists leave it out and it is read from the build's address. */
export function factsOf(build: Build, pipeline: string | null): BuildFacts {
  return {
    uuid: build.id,
    number: build.number,
    pipeline: pipeline ?? build.pipeline?.slug ?? pipelineIn(build.url) ?? '',
    state: build.state,
    // A blocked build keeps the state it pretends to have, often `passed`; only `blocked` tells the truth.
    blocked: build.blocked === true || build.state === 'blocked',
    url: build.web_url ?? build.url ?? '',
    commit: build.commit ?? '',
    createdAt: build.created_at,
    startedAt: build.started_at,
    finishedAt: build.finished_at,
    steps: stepsOf(build.jobs ?? []),
    ...saysOf(build),
  };
}

/** As it is told of a build that may be anybody's. */
export function asRead(build: Build, facts: BuildFacts): BuildAsRead {
  const { uuid, number, pipeline, url, commit, state } = facts;
  return { uuid, number, pipeline, url, commit, branch: build.branch ?? '', source: build.source ?? '', state, isOver: endOf(facts) !== null };
}

/**
 * Whose build it is, by its meta-data, which is a claim: the request judges by the seal. A rebuild has our environment variables, and as far as Buildkite says not our meta-data: it goes to
 * the same target, which it holds, but it is not the build that was approved.
 */
function saysOf(build: Build): Pick<BuildFacts, 'deployId' | 'target' | 'service' | 'environment' | 'rebuiltFrom' | 'seal'> {
  const { rebuilt_from: from } = build;
  const says = (key: string): string | null => textIn(build.meta_data, key) ?? (from == null ? null : textIn(build.env, variableOf(key)));
  const seal = textIn(build.meta_data, SEAL_KEY);
  const place = { target: parseTarget(says(TARGET_KEY) ?? ''), service: says(SERVICE_KEY), environment: says(ENVIRONMENT_KEY) };
  if (from != null) return { deployId: null, ...place, rebuiltFrom: from.number };
  return { deployId: says(DEPLOY_ID_KEY), ...place, ...(seal !== null && SEAL.test(seal) ? { seal } : {}) };
}

/** `countersign:deploy-id` is `COUNTERSIGN_DEPLOY_ID` to the steps of a build. */
const variableOf = (key: string): string => key.toUpperCase().replaceAll(/[:-]/g, '_');

/** Waiters are no steps to a person and are left out: "step 3 of 7" counts what does something. */
function stepsOf(jobs: readonly Job[]): BuildStep[] {
  return jobs
    .filter((job) => job.type !== 'waiter')
    .map((job) => ({
      label: labelOf(job),
      type: STEP_TYPES[job.type] ?? 'other',
      state: job.state ?? '',
      jobId: job.type === 'script' ? job.id : null,
    }));
}

/** Block and input steps carry `label`, the others `name`. Never the command: it may hold what should not be shown. */
export function labelOf(job: Job): string {
  const label = [job.label, job.name, job.step_key].find((text) => (text ?? '').trim() !== '') ?? `unnamed ${job.type}`;
  return label.replaceAll(/\s+/g, ' ').trim().slice(0, LABEL_MAX);
}

function pipelineIn(url: string | null | undefined): string | null {
  return /\/pipelines\/([^/?#]+)\/builds\//.exec(url ?? '')?.[1] ?? null;
}

function textIn(values: Build['meta_data'], key: string): string | null {
  const value = values?.[key];
  return typeof value === 'string' && value !== '' ? value.slice(0, TEXT_MAX) : null;
}

/** Sometimes a bare string. `username` is one of GitHub. */
export function authorOf(author: unknown): RawHaltedBuild['author'] {
  if (typeof author === 'string') return { name: author.slice(0, 100), email: null, login: null };
  if (typeof author !== 'object' || author === null) return null;
  const text = (key: string): string | null => {
    const value: unknown = (author as Readonly<Record<string, unknown>>)[key];
    return typeof value === 'string' && value !== '' ? value.slice(0, 200) : null;
  };
  return { name: text('name'), email: text('email'), login: text('username') };
}
