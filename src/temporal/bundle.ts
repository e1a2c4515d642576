// Bundles `workflows/` once: whoever starts afterwards loads the file, and runs no bundler.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger, type WorkflowBundle } from '@temporalio/worker';

const WORKFLOWS = fileURLToPath(new URL('../../workflows/', import.meta.url));
/** They name the versions of what is bundled with the workflows, and of the bundler. */
const LIBRARIES = ['common', 'workflow', 'worker'].map((name) => createRequire(import.meta.url).resolve(`@temporalio/${name}/package.json`));
/** Where the bundle is kept. It begins with what it was made of. */
export const BUNDLE_FILE = fileURLToPath(new URL('../../dist/workflow-bundle.js', import.meta.url));

/** The kept bundle if it was made of the present sources, else a fresh one, kept for the next start where files may be written. */
export async function loadBundle(file = BUNDLE_FILE): Promise<WorkflowBundle> {
  const [kept, origin] = await Promise.all([readFile(file, 'utf8').catch(() => ''), originOf()]);
  if (kept.startsWith(origin)) return { code: kept };
  const code = await bundleElsewhere();
  await write(file, code).catch(() => undefined);
  return { code };
}

/** Names the present sources. On one line with the first of the bundle: the numbers of its lines are in stack traces. */
async function originOf(): Promise<string> {
  const hash = createHash('sha256');
  const names = await readdir(WORKFLOWS, { recursive: true });
  const sources = names.filter((name) => name.endsWith('.ts')).toSorted();
  for (const file of [...sources.map((name) => join(WORKFLOWS, name)), ...LIBRARIES]) hash.update(await readFile(file)).update('\0');
  return `/* of ${hash.digest('hex')} */ `;
}

/** Bundles into a file. Throws when a workflow imports what it must not (`node:…`). */
async function writeBundle(file: string): Promise<void> {
  const origin = await originOf();
  const [workflowsPath, interceptors] = [join(WORKFLOWS, 'index.ts'), join(WORKFLOWS, 'interceptors.ts')];
  const { code } = await bundleWorkflowCode({ workflowsPath, workflowInterceptorModules: [interceptors], logger: new DefaultLogger('WARN') });
  await write(file, origin + code);
}

/** In one step for whoever reads it. */
async function write(file: string, code: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  await writeFile(`${file}.${process.pid}`, code);
  await rename(`${file}.${process.pid}`, file);
}

/** In a process of its own: the bundler would leave some 150 MiB behind in ours. */
async function bundleElsewhere(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'countersign-bundle-'));
  try {
    const fresh = join(folder, 'workflow-bundle.js');
    await promisify(execFile)(process.execPath, [fileURLToPath(import.meta.url), fresh]);
    return await readFile(fresh, 'utf8');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await writeBundle(process.argv[2] ?? BUNDLE_FILE);
