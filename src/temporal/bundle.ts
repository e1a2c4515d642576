// Bundles `workflows/` once: the image and the tests load the file, so that nobody runs a bundler at start-up.
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
/** Where `npm run build` puts the bundle. */
export const BUNDLE_FILE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

/** Bundles the workflows. Throws when one of them imports what it must not (`node:…`). */
export async function bundleWorkflows(): Promise<WorkflowBundle> {
  return bundleWorkflowCode({ workflowsPath: WORKFLOWS, logger: new DefaultLogger('WARN') });
}

/** Bundles into a file, in one step for whoever reads it. */
export async function writeBundle(file: string): Promise<void> {
  const { code } = await bundleWorkflows();
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, code);
  await rename(`${file}.${process.pid}`, file);
}

/** The prebuilt bundle if there is one, else a fresh one (development). */
export async function loadBundle(): Promise<{ readonly codePath: string } | WorkflowBundle> {
  const prebuilt = await readFile(BUNDLE_FILE).then(
    () => true,
    () => false,
  );
  return prebuilt ? { codePath: BUNDLE_FILE } : bundleWorkflows();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeBundle(BUNDLE_FILE);
