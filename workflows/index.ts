// The workflows by name: the one file that a worker bundles. Names are WIRE FORMAT.
export { block } from './block.ts';
export { build } from './build.ts';
export { buildWatch } from './build-watch.ts';
export { deploy } from './deploy.ts';
export { environment } from './environment.ts';
export { farewell } from './farewell.ts';
export { outside } from './outside.ts';
export { people } from './people.ts';
export { reply } from './reply.ts';
export { review } from './review.ts';
