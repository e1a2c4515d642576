// Who signed it, written onto the build's page as soon as there is one. A note holds up neither the build nor the turn after it.
import { log } from '@temporalio/workflow';
import { annotating } from './ask.ts';
import type { BuildFacts } from './build-vocabulary.ts';
import type { Deploy } from './deploy-state.ts';

/** Once a request. */
export function annotateOnce(deploy: Deploy, { number }: BuildFacts): void {
  const order = deploy.go?.order;
  if (order === undefined || deploy.plan?.annotates !== true || deploy.isNoted) return;
  deploy.isNoted = true;
  void deploy.notes.run(async () => {
    try {
      await annotating.annotateBuild.executeWithOptions({ summary: 'who signed it' }, [{ order, number }]);
    } catch (error) {
      log.warn('the build was not annotated', { error });
    }
  });
}
