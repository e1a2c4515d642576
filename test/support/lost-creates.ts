// Creates of which the answer is lost: what became of them is looked for, once they can't be under way any more.
import { ApplicationFailure } from '@temporalio/activity';
import type { World } from './deploy-world.ts';
import { changeTiming } from './plan-twists.ts';
import { SHORT } from './story.ts';

/** Buildkite's answer says nothing; in a moment the create can't be under way any more. */
export function unclear(): never {
  const details = [{ startedAt: Date.now() - SHORT.build.createMs + 100 }];
  throw ApplicationFailure.create({ type: 'Unclear', message: 'creating the build: buildkite answered 500', details });
}

/** From now on no create can be under way for long, whatever became of it. */
export const hurryCreates = (world: World): void => changeTiming(world, { createMs: 1_000 });
