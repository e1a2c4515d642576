// The request's place in its target's queue, and then its build, seen from the request. Neither wait is without an owner: what
// is silent for too long is asked again, so that the request outlives the end of every other workflow.
import { getExternalWorkflowHandle, log, setHandler, uuid4 } from '@temporalio/workflow';
import { annotateOnce } from './annotate.ts';
import { excerpting, joining, joiningAtOnce } from './ask.ts';
import { atOnce } from './at-once.ts';
import { buildAttested, type Attested } from './attest-contract.ts';
import { cancelAsked, type BuildReport } from './build-contract.ts';
import { buildId, buildReported, environmentId, placeGivenUp, queueChanged, type Join, type JoinAnswer } from './contract.ts';
import { enter, isOver, tellWithin, type Deploy } from './deploy-state.ts';
import { guarded, heard } from './guarded.ts';
import type { LogTail } from './status.ts';
import type { BuildFacts } from './build-vocabulary.ts';
import { sealIn } from './seal.ts';
import type { Plan } from './vocabulary.ts';

interface Place {
  readonly turn: number;
  readonly position: number;
  readonly ahead: string | null;
}
interface News {
  readonly turn: number;
  readonly report: BuildReport;
}

/** Registers the handlers of what the environment and the build tell. Told of another turn it means nothing. */
export function hearTurn(deploy: Deploy): void {
  const place = heard(({ turn, position, ahead }: Place) => {
    if (turn !== deploy.turn) return;
    deploy.heardAt = deploy.clock.now();
    notePlace(deploy, { position, ahead });
  });
  const news = heard(({ turn, report }: News) => {
    // A place is enough: a request that was reset in Temporal has forgotten that its start was granted.
    if (turn !== deploy.turn || (deploy.go === null && !deploy.inLine)) return;
    deploy.heardAt = deploy.clock.now();
    noteReport(deploy, report);
  });
  setHandler(queueChanged, place, { description: 'The place in the queue changed.' });
  setHandler(buildReported, news, { description: 'What became of the build.' });
}

/** Joins the queue and waits for the start. Returns as soon as the place is given up, the start was granted, or the request is over. */
export async function queueUp(deploy: Deploy, plan: Plan): Promise<void> {
  deploy.turn += 1;
  deploy.inLine = true;
  const { turn, clock, timing } = deploy;
  const isDecided = (): boolean => isOver(deploy) || deploy.go !== null || deploy.ended !== null || !deploy.inLine || deploy.turn !== turn;
  enter(deploy, { kind: 'queued', position: 0, ahead: null }, timing.settleMs);
  for (let pauseMs = timing.askAgainMs; !isDecided(); pauseMs = Math.min(pauseMs * 2, timing.askAgainMaxMs)) {
    const answer = await join(deploy, plan);
    if (isDecided()) break;
    if (answer?.kind === 'queued') notePlace(deploy, answer);
    if (answer?.kind === 'ended' && answer.how !== 'not-built') noteLostEnd(deploy, answer);
    // The turn ended without a start: its environment lost it. Take another.
    else if (answer?.kind === 'ended') deploy.inLine = false;
    await clock.until(isDecided, clock.now() + pauseMs, 'ask for the place in the queue again');
  }
  if (deploy.go === null && deploy.ended === null) giveUpPlace(deploy, plan, turn);
}

/** Follows the build to its end. Silence is asked about: a lost report is made good, a lost cancel passed on again. */
export async function followBuild(deploy: Deploy, plan: Plan): Promise<void> {
  const { clock, timing } = deploy;
  const hasEnded = (): boolean => isOver(deploy) || deploy.ended !== null;
  for (let pauseMs = timing.askAgainMs; !hasEnded(); pauseMs = Math.min(pauseMs * 2, timing.askAgainMaxMs)) {
    while (!hasEnded() && clock.now() < deploy.heardAt + pauseMs) {
      await clock.until(hasEnded, deploy.heardAt + pauseMs, 'ask what became of the build');
    }
    if (hasEnded()) break;
    tellIfQueued(deploy);
    const answer = await join(deploy, plan);
    deploy.heardAt = clock.now();
    if (answer?.kind === 'ended' && !hasEnded()) noteLostEnd(deploy, answer);
    if (deploy.cancelling !== null) passOnCancel(deploy, plan);
  }
  if (deploy.ended !== null && !isOver(deploy)) await finish(deploy, plan, deploy.ended);
}

/** Where the quota is used up a backlog forms in Temporal's queue, from where nobody is told: a start that takes long is said to wait. */
function tellIfQueued(deploy: Deploy): void {
  const { phase, timing } = deploy;
  if (timing.tellsQueued !== true || phase.kind !== 'starting' || phase.waitingFor !== 'nothing') return;
  enter(deploy, { kind: 'starting', waitingFor: 'quota', until: null });
}

/** Asks the build to stop. Lost when it is not there just now: a later run of it is told at its claim. */
export function passOnCancel(deploy: Deploy, plan: Plan): void {
  errand(deploy, () => getExternalWorkflowHandle(buildId(plan.target)).signal(cancelAsked, { deployId: deploy.id, ...sealIn(deploy.seal) }));
}

/** Tells the build's workflow which build may go on. Lost when it is not there just now: a later run of it is told at its claim. */
export function passOnAttested(deploy: Deploy, { target }: Plan, build: Attested): void {
  errand(deploy, () => getExternalWorkflowHandle(buildId(target)).signal(buildAttested, { deployId: deploy.id, build }));
}

/** Null when the environment gave no answer: asked again later. */
async function join(deploy: Deploy, plan: Plan): Promise<JoinAnswer | null> {
  const { id: deployId, turn, request } = deploy;
  const { target, service, environment, sha, organization, pipeline } = plan;
  const urgent = plan.emergency === undefined ? {} : ({ emergency: true } as const);
  const named = { deployId, code: request.code, turn, service, environment, sha, organization, pipeline };
  const input: Join = { ...named, ...urgent, ...sealIn(deploy.seal) };
  // New for every try: a known one would be answered from a closed run, and start nothing.
  const wish = (): Parameters<typeof joining.joinQueue>[0] => ({ join: input, target, updateId: uuid4() });
  try {
    return await atOnce({ soon: () => joiningAtOnce.joinQueue(wish()), patiently: () => joining.joinQueue(wish()) });
  } catch (error) {
    log.warn('the environment gave no answer', { target, error });
    return null;
  }
}

function giveUpPlace(deploy: Deploy, plan: Plan, turn: number): void {
  deploy.inLine = false;
  errand(deploy, () => getExternalWorkflowHandle(environmentId(plan.target)).signal(placeGivenUp, { deployId: deploy.id, turn }));
}

/** A signal to a workflow that may be gone by now: then there is nothing left to tell it. */
function errand(deploy: Deploy, signal: () => Promise<void>): void {
  void deploy.errands.run(async () => {
    try {
      await guarded(signal);
    } catch (error) {
      log.info('a peer is gone', { error });
    }
  });
}

function notePlace(deploy: Deploy, { position, ahead }: Omit<Place, 'turn'>): void {
  const { phase, timing } = deploy;
  if (phase.kind !== 'queued' || (phase.position === position && phase.ahead === ahead)) return;
  const isNext = position === 1 && ahead === null;
  enter(deploy, { kind: 'queued', position, ahead }, isNext ? timing.settleMs : phase.position === 0 ? 0 : timing.progressMs);
}

function noteReport(deploy: Deploy, report: BuildReport): void {
  if (report.kind === 'doubled') return noteDouble(deploy, report);
  if (isOver(deploy) || deploy.ended !== null) return;
  switch (report.kind) {
    case 'waiting-for-quota':
      return enter(deploy, { kind: 'starting', waitingFor: 'quota', until: report.until });
    case 'unreachable':
    case 'credential':
    case 'unclear':
      return enter(deploy, { kind: 'starting', waitingFor: report.kind, until: report.until });
    case 'progress':
      deploy.build = report.build;
      annotateOnce(deploy, report.build);
      return enter(deploy, { kind: 'building', build: report.build, cancelling: deploy.cancelling });
    case 'blocked':
      deploy.build = report.build;
      annotateOnce(deploy, report.build);
      return enter(deploy, { kind: 'blocked', build: report.build, step: report.step });
    case 'ended':
      deploy.build = report.build;
      annotateOnce(deploy, report.build);
      deploy.ended = report;
      return;
    case 'refused':
      return enter(deploy, { kind: 'not-built', answer: report.answer, at: deploy.clock.now() });
    case 'never-built':
      return noteNeverBuilt(deploy);
    case 'restarted':
      return;
  }
}

function noteDouble(deploy: Deploy, { kept, other }: Extract<BuildReport, { kind: 'doubled' }>): void {
  if (deploy.doubles.some((before) => before.other === other)) return;
  deploy.doubles = [...deploy.doubles, { kept, other }];
  // The page that says who signed it is that of the other one.
  if (deploy.build?.number === other) deploy.isNoted = false;
  deploy.isNews = true;
  tellWithin(deploy, 0);
}

function noteNeverBuilt(deploy: Deploy): void {
  const at = deploy.clock.now();
  const { cancelling: by } = deploy;
  if (by === null) return enter(deploy, { kind: 'not-built', answer: 'the build was never created', at });
  enter(deploy, { kind: 'cancelled', by, reason: deploy.cancelReason, during: 'starting', at });
}

/** The environment knows an end of which the report was lost. */
function noteLostEnd(deploy: Deploy, { how, build }: Extract<JoinAnswer, { kind: 'ended' }>): void {
  const facts = build ?? deploy.build;
  if (how === 'not-built') noteNeverBuilt(deploy);
  else if (facts !== null) noteReport(deploy, { kind: 'ended', how, build: facts });
}

async function finish(deploy: Deploy, plan: Plan, { how, build }: Extract<BuildReport, { kind: 'ended' }>): Promise<void> {
  if (how === 'passed') return enter(deploy, { kind: 'succeeded', build, at: deploy.clock.now() });
  const log = how === 'failed' ? await readLogTail(plan, build) : null;
  const cancelledBy = how === 'canceled' ? deploy.cancelling : null;
  // A person's cancel comes first: it stops the build wherever it is.
  const { blockStop } = deploy;
  const block = how === 'canceled' && cancelledBy === null && blockStop !== null ? { block: blockStop } : {};
  enter(deploy, { kind: 'ended-badly', how, build, log, cancelledBy, at: deploy.clock.now(), ...block });
}

/** Steps that failed by themselves; a `broken` one never ran. */
const FAILED_STEPS = ['failed', 'timed_out'];

async function readLogTail({ organization, pipeline }: Plan, build: BuildFacts): Promise<LogTail | null> {
  const step = build.steps.find(({ state, jobId }) => FAILED_STEPS.includes(state) && jobId !== null);
  if (step === undefined || step.jobId === null) return null;
  const { number, url: buildUrl } = build;
  try {
    return await excerpting.readLogTail({ organization, pipeline, number, jobId: step.jobId, buildUrl, step: step.label });
  } catch {
    return null;
  }
}
