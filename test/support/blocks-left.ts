// Steps of builds that wait, in stories that are not about them: left to Buildkite. Those that are have block-stage.ts.
import type { BlockBuildkiteActivities, BlockDecidingActivities } from '../../workflows/block-activities.ts';
import type { World } from './deploy-world.ts';

export function blocksLeft(
  world: Pick<World, 'builds' | 'reads'>,
): Pick<BlockBuildkiteActivities, 'readHalted' | 'readManualSteps'> & Pick<BlockDecidingActivities, 'planBlock'> {
  return {
    async readHalted({ number, pipeline }) {
      world.reads.push('halted');
      const build = world.builds.find((one) => one.number === number);
      if (build === undefined) throw new Error(`there is no build ${number}`);
      const { uuid, url, commit, state, blocked, finishedAt } = build;
      const job = { id: 'job-1', label: 'Migrate?', key: null, unblockable: true, unblockedBy: null, unblockedAt: null };
      const manual = [{ ...job, state: blocked ? 'blocked' : 'canceled' }];
      const isOver = !blocked && finishedAt !== null;
      return {
        uuid,
        number,
        pipeline,
        url,
        commit,
        state,
        blocked,
        isOver,
        manual,
        branch: '',
        message: '',
        source: 'api',
        creator: null,
        author: null,
      };
    },
    readManualSteps: async () => null,
    planBlock: async () => ({ kind: 'left', why: 'nobody is asked here' }),
  };
}
