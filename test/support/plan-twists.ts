// Twists that many stories need: another rule, a plan that takes until the test says so, a vote that is void at the turn, other durations.
import type { BuildTiming } from '../../workflows/timing.ts';
import type { ApprovalRule } from '../../workflows/vocabulary.ts';
import { PEOPLE, tallyOf } from './deploy-examples.ts';
import type { World } from './deploy-world.ts';
import { createGate, type Gate } from './gate.ts';

/** From now on plans have this in their rule. */
export function changeRule(world: World, change: Partial<ApprovalRule>): void {
  const { plan } = world;
  world.plan = async (input) => {
    const result = await plan(input);
    return result.kind === 'planned' ? { ...result, plan: { ...result.plan, rule: { ...result.plan.rule, ...change } } } : result;
  };
}

/** From now on plans wait at this gate: those of one revision, if it is named. */
export function holdPlans(world: World, revision: number | null = null): Gate {
  const { plan } = world;
  const gate = createGate();
  world.plan = async (input) => {
    if (revision === null || input.revision === revision) await gate.pass();
    return plan(input);
  };
  return gate;
}

/** At the next look before a start Carl has left his group; after that everybody is as they were. */
export function voidCarlOnce(world: World): void {
  const { recheck } = world;
  world.recheck = () => {
    world.recheck = recheck;
    return { kind: 'void', votes: [{ by: PEOPLE.carl, why: 'left-group', detail: 'sre' }], tally: tallyOf([PEOPLE.bea]) };
  };
}

/** From now on builds are started with these durations. */
export function changeTiming(world: World, change: Partial<BuildTiming>): void {
  const { environment } = world.timing;
  world.timing.environment = { ...environment, build: { ...environment.build, ...change } };
}
