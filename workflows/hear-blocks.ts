// What a request hears of the block steps of its build: only why one of them stops it. Who may let it go on is asked elsewhere (block.ts).
import { setHandler } from '@temporalio/workflow';
import { stoppedAtBlock } from './block-contract.ts';
import type { Deploy } from './deploy-state.ts';
import { heard } from './guarded.ts';
import type { BlockStop } from './status.ts';

export function hearBlocks(deploy: Deploy): void {
  const note = heard((stop: BlockStop) => {
    deploy.blockStop = stop;
  });
  setHandler(stoppedAtBlock, note, { description: 'A block step stops the build: rejected, or not approved in time.' });
}
