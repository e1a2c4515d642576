import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestProject } from 'vitest/node';
import { registerSearchAttributes } from '../../src/temporal/bootstrap.ts';
import { writeBundle } from '../../src/temporal/bundle.ts';
import { startDevServer } from '../../src/temporal/dev-server.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Address of the Temporal dev server of this run. */
    temporalAddress: string;
    /** The workflow bundle, made once per run: `workflowBundle: { codePath: inject('workflowBundlePath') }`. */
    workflowBundlePath: string;
  }
}

/** One real Temporal dev server and one workflow bundle for all server tests of a run. */
export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-test-'));
  const bundle = join(folder, 'workflows.js');
  const [server] = await Promise.all([startDevServer({ env: process.env, say: (line) => process.stdout.write(`${line}\n`) }), writeBundle(bundle)]);
  await registerSearchAttributes(server.address, 'default');
  project.provide('temporalAddress', server.address);
  project.provide('workflowBundlePath', bundle);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  };
}
