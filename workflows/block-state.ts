// What is known of a build that waits at a block step, and how it hears. No waiting here.
import { setHandler, upsertSearchAttributes, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { answerOnce } from './answers.ts';
import {
  BLOCK_TIMING,
  blockActArrived,
  blockStatus,
  castBlockVote,
  haltSeen,
  serviceOfPipeline,
  withdrawBlockVote,
  type BlockInput,
  type BlockNews,
  type BlockPhase,
  type BlockPlan,
  type BlockResult,
  type BlockStatus,
  type BlockTiming,
  type BlockVoid,
  type FilledFields,
  type LateBlockAct,
} from './block-contract.ts';
import type { HaltedBuild, ManualJob, MemberIds } from './block-vocabulary.ts';
import { applyBlockAct } from './block-votes.ts';
import { createClock, type Clock } from './clock.ts';
import { heard } from './guarded.ts';
import { createLine, type Line } from './line.ts';
import { changedAttributes } from './seen-in-temporal.ts';
import type { Contract, Millis, Tally, Vote } from './vocabulary.ts';

/** The step that people are asked about. */
export interface OpenStep {
  readonly build: HaltedBuild;
  readonly job: ManualJob;
  readonly plan: BlockPlan;
  readonly openedAt: Millis;
  phase: BlockPhase;
  votes: readonly Vote[];
  tally: Tally;
  filled: FilledFields | null;
  /** When that last became something else than what stood there. */
  filledAt: Millis;
  /** How often the fields were filled in otherwise: each time approvals are for something else. */
  fillings: number;
  voided: BlockVoid | null;
  /** Grows with everything that changes who has approved. */
  version: number;
  /** When Buildkite was first asked to let it go on. */
  askedAt: Millis | null;
  /** Buildkite is being asked: nothing is taken back. */
  isAsking: boolean;
  unblocker: string | null;
  /** People have not been told yet. */
  isNews: boolean;
  news: BlockNews | null;
}

export interface Halt {
  readonly input: BlockInput;
  readonly timing: BlockTiming;
  readonly clock: Clock;
  readonly acts: Line;
  readonly receipts: Line;
  step: OpenStep | null;
  /** Steps that are left to Buildkite, by the id of their job. */
  left: readonly string[];
  /** Grows with each sign that something changed at Buildkite. */
  sightings: number;
  /** Members whom the configuration knows, once they were read. */
  members: MemberIds | null;
  /** Tellers that have not said the last word yet. */
  telling: number;
  ended: BlockResult['steps'];
}

export function openHalt(input: BlockInput): Halt {
  return {
    input,
    timing: input.timing ?? BLOCK_TIMING,
    clock: createClock(),
    acts: createLine(),
    receipts: createLine(),
    step: null,
    left: [],
    sightings: 0,
    members: null,
    telling: 0,
    ended: [],
  };
}

/** Registers the handlers. */
export function hearOfHalt(halt: Halt): void {
  const { acts, receipts } = halt;
  const answer = answerOnce<LateBlockAct>({
    acts,
    receipts,
    apply: (act) => applyBlockAct(halt, act),
    kindOf: (act) => (act.act === 'castBlockVote' ? act.input.kind : 'withdraw'),
  });
  const seen = heard(() => {
    halt.sightings += 1;
  });
  setHandler(haltSeen, () => seen(undefined), { description: 'Something changed about the build.' });
  setHandler(castBlockVote, (input) => answer({ act: 'castBlockVote', input }, 'update'), {
    description: 'Approve or reject the step, once per key.',
  });
  setHandler(withdrawBlockVote, (input) => answer({ act: 'withdrawBlockVote', input }, 'update'), { description: 'Take an approval back.' });
  setHandler(blockActArrived, async (act) => void (await answer(act, 'signal')), { description: 'An act whose Update got no answer in time.' });
  setHandler(blockStatus, () => (halt.step === null ? null : statusOf(halt, halt.step)), {
    description: 'The step that waits, as its card shows it.',
  });
}

export const isSettled = ({ phase }: Pick<OpenStep, 'phase'>): boolean => phase.kind !== 'waiting' && phase.kind !== 'unblocking';

/** Moves on and tells people. What is settled stays as it is. */
export function enter(halt: Halt, step: OpenStep, phase: BlockPhase, news: BlockNews | null): void {
  if (isSettled(step)) return;
  step.phase = phase;
  step.isNews = true;
  step.news = news ?? step.news;
  if (!isSettled(step)) return;
  step.news = 'ended';
  halt.ended = [...halt.ended, { label: step.job.label, how: phase.kind }];
}

/** What a vote is for now. */
export const contractOf = ({ plan, fillings }: Pick<OpenStep, 'plan' | 'fillings'>): Contract =>
  fillings === 0 ? plan.contract : (`${plan.contract}.${fillings}` as Contract);

export function statusOf({ input }: Halt, step: OpenStep): BlockStatus {
  const { organization, pipeline, number } = input;
  const { build, job, plan, phase, votes, tally, filled, voided, openedAt } = step;
  return {
    workflowId: workflowInfo().workflowId,
    build: { organization, pipeline, number, uuid: build.uuid, url: build.url },
    job: { id: job.id, label: job.label, key: job.key },
    plan,
    contract: contractOf(step),
    phase,
    votes,
    tally,
    filled,
    voided,
    openedAt,
    ...(build.waitsSince === undefined ? {} : { waitsSince: build.waitsSince }),
  };
}

/** How it is found, and read in Temporal's own UI. For display and addressing, never for a decision. */
export function showBlockInTemporal({ input }: Halt, { plan, job, build, phase, tally }: OpenStep): void {
  const { subject } = plan;
  setCurrentDetails(
    `**${job.label}** in [build ${input.number} of ${input.pipeline}](${build.url}): **${phase.kind}**, ${tally.have} of ${tally.need}`,
  );
  const own =
    subject.kind === 'own' ? { DeployService: subject.service, DeployEnvironment: subject.environment } : { DeployService: serviceOfPipeline(input) };
  const changed = changedAttributes({
    DeployCode: plan.code,
    DeployState: `block: ${phase.kind}`,
    DeployBuild: `${input.pipeline}#${input.number}`,
    ...own,
  });
  if (changed.length > 0) upsertSearchAttributes([...changed]);
}
