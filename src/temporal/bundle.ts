// Bundles `workflows/` once: the image and the tests load the file, so that nobody runs a bundler at start-up.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
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
export async function loadBundle(): Promise<WorkflowBundle> {
  const prebuilt = await readFile(BUNDLE_FILE, 'utf8').catch(() => null);
  return { code: prebuilt ?? (await bundleElsewhere()) };
}

/** In a process of its own: the bundler would leave some 150 MiB behind in ours. */
async function bundleElsewhere(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bundle-'));
  try {
    const file = join(folder, 'workflow-bundle.js');
    await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), file]);
    return await readFile(file, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeBundle(process.argv[2] ?? BUNDLE_FILE);
