// One turn on a target, and one build at Buildkite: claim the start, create exactly once, follow to the end. Its fixed id is the
// mutex of the target, so it never ends before Buildkite's build has ended or is proven absent.
import { allHandlersFinished, condition, setCurrentDetails, workflowInfo } from '@temporalio/workflow';
import { claiming, claimingAtOnce, reading } from './ask.ts';
import { atOnce } from './at-once.ts';
import { endOf } from './build-facts.ts';
import { openBuild, report, tellOver, tellStray, type Build } from './build-state.ts';
import type { BuildInput, BuildResult } from './build-contract.ts';
import { createOnce } from './create-once.ts';
import { followToEnd, type Ended } from './follow.ts';
import type { Claim } from './contract.ts';
import { guarded } from './guarded.ts';
import { hearOfBuild } from './hear-build.ts';
import type { BuildFacts } from './build-vocabulary.ts';
import { isOf } from './seal.ts';

export async function build(input: BuildInput): Promise<BuildResult> {
  const turn = openBuild(input);
  hearOfBuild(turn);
  return guarded(async () => {
    const result = await carryOut(turn);
    tellOver(turn, result);
    await condition(() => allHandlersFinished() && turn.errands.isIdle() && turn.stops.isIdle());
    return result;
  });
}

async function carryOut(turn: Build): Promise<BuildResult> {
  const { input } = turn;
  const { deployId, follow, look } = input;
  // A revived or foreign build has no turn to claim and nothing to create: it holds the target until it has ended.
  turn.isCancelled ||= input.stops === true;
  if (follow !== null) return resultOf(turn, await followToEnd(turn, follow, turn.isCancelled));
  if (deployId === null) return { kind: 'not-built', why: 'claim-refused' };
  const own = look === null ? null : await lookAround(turn, look.notBefore);
  const claim = await claimTheStart(turn, deployId);
  if (claim.kind === 'no') {
    if (own === null) return { kind: 'not-built', why: 'claim-refused' };
    // Not approved any more: it is stopped. Closed: nobody is left to say so, and it is followed to its end.
    turn.isCancelled ||= claim.reason !== 'ended';
    return resultOf(turn, await followToEnd(turn, own, true));
  }
  turn.isCancelled ||= claim.cancel;
  turn.order = claim.order;
  turn.attested ??= claim.attested ?? null;
  turn.known ??= claim.known ?? null;
  const created = await createOnce(turn, claim.order, claim.again || look !== null);
  switch (created.kind) {
    case 'refused':
      report(turn, { kind: 'refused', answer: created.answer });
      return { kind: 'not-built', why: 'refused-by-buildkite' };
    case 'cancelled-first':
      report(turn, { kind: 'never-built' });
      return { kind: 'not-built', why: 'cancelled-first' };
    case 'built': {
      setCurrentDetails(`[build ${created.build.number}](${created.build.url}) of ${claim.order.code}`);
      const end = await followToEnd(turn, created.build, true);
      report(turn, { kind: 'ended', how: end.how, build: end.build });
      return resultOf(turn, end);
    }
  }
}

async function claimTheStart({ input }: Build, deployId: string): Promise<Claim> {
  const wish = { deployId, claim: { turn: input.turn, run: workflowInfo().runId } };
  const { claimMs: withinMs } = input;
  if (withinMs === undefined) return claiming.claim(wish);
  return atOnce({ soon: () => claimingAtOnce(withinMs).claim({ ...wish, withinMs }), patiently: () => claiming.claim(wish) });
}

function resultOf({ input, order }: Build, { how, build: ended }: Ended): BuildResult {
  const rules = order?.signatures?.rules?.map(({ name }) => `the rule ${name}`) ?? [];
  const asked = order === null ? null : { requester: order.requester, approvers: [...order.approvers, ...rules], emergency: order.emergency ?? null };
  return { kind: 'ended', how, build: ended, sha: ended.commit, code: input.code, asked };
}

/**
 * After an abnormal end of the run before: waits until no create of it can be under way, then asks Buildkite once for unfinished
 * builds of the target. Builds of others are waited for; our own is adopted after the claim.
 */
async function lookAround(turn: Build, notBefore: number): Promise<BuildFacts | null> {
  const { clock, input } = turn;
  const waitMs = notBefore - clock.now();
  if (waitMs > 0) await clock.pause(waitMs, 'no create of the run before can be under way any more');
  const unfinished = (await listTargetBuilds(turn)).filter((found) => endOf(found) === null);
  for (const other of unfinished.filter((one) => !isOf(input, one))) {
    const { build: ended } = await followToEnd(turn, other, false);
    tellStray(turn, ended);
  }
  const own = unfinished.filter((one) => isOf(input, one));
  return own.toSorted((one, two) => one.number - two.number)[0] ?? null;
}

async function listTargetBuilds({ input, clock }: Build): Promise<readonly BuildFacts[]> {
  const { organization, pipelines, target, timing } = input;
  const list = (pipeline: string): Promise<readonly BuildFacts[]> =>
    reading.listTargetBuilds.executeWithOptions({ summary: `builds of ${target}` }, [{ organization, pipeline, target }]);
  let pauseMs = timing.roundMs;
  for (;;) {
    try {
      return (await Promise.all(pipelines.map(list))).flat();
    } catch {
      await clock.pause(pauseMs, 'ask Buildkite again');
      pauseMs = Math.min(pauseMs * 2, timing.roundMaxMs);
    }
  }
}
