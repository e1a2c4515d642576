import type { TestProject } from 'vitest/node';
import { registerSearchAttributes } from '../../src/temporal/bootstrap.ts';
import { BUNDLE_FILE, loadBundle } from '../../src/temporal/bundle.ts';
import { startDevServer } from '../../src/temporal/dev-server.ts';
import { compileProduct } from '../../src/sim/product.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the Temporal dev server of this run. */
    temporalAddress: string;
    /** The workflow bundle: `workflowBundle: { codePath: inject('workflowBundlePath') }`. */
    workflowBundlePath: string;
  }
}

/** One real Temporal dev server and one workflow bundle for all server tests of a run. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const [server] = await Promise.all([startDevServer({ env: process.env, say }), loadBundle(), compileProduct()]);
  await registerSearchAttributes(server.address, 'default');
  project.provide('temporalAddress', server.address);
  project.provide('workflowBundlePath', BUNDLE_FILE);
  return () => server.stop();
}
