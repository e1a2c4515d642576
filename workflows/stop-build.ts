// Buildkite is asked to stop a build that no `build` of ours follows.
import { log, rootCause } from '@temporalio/workflow';
import { cancelling } from './ask.ts';
import type { BuildAddress } from './build-vocabulary.ts';

/** Tried for long; what still can not be cancelled then runs on. */
export async function stopBuild({ organization, pipeline, number }: BuildAddress): Promise<void> {
  try {
    await cancelling.cancelBuild.executeWithOptions({ summary: `cancel build ${number}` }, [{ organization, pipeline, number }]);
  } catch (error) {
    log.warn('the build could not be cancelled', { number, cause: rootCause(error) });
  }
}
