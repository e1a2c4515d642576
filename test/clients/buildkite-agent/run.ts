// The real agent takes one job of the simulator and runs it.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BuildkiteSim } from '../../../src/sim/buildkite/buildkite-sim.ts';
import { goTool } from '../tools.ts';

/** The first run on a machine fetches and compiles it. */
export const FIRST_AGENT_MS = 420_000;

export interface AgentRun {
  /** The job to take; null: whatever the simulator offers when it is asked for work. */
  readonly jobId: string | null;
  /** What the `environment` hook of the agent's machine sets. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Ends when the agent has ended, and answers what it wrote. Nothing is checked out: the commits of the simulated GitHub are in no repository. */
export async function runAgent(sim: BuildkiteSim, { jobId, env = {} }: AgentRun): Promise<string> {
  const agent = await goTool('buildkite-agent', { module: 'github.com/buildkite/agent/v3', name: 'buildkite-agent' });
  const home = await mkdtemp(join(tmpdir(), 'countersign-agent-'));
  onTestFinished(() => rm(home, { recursive: true, force: true }));
  const hooks = join(home, 'hooks');
  await mkdir(hooks);
  const exports = Object.entries(env).map(([name, value]) => `export ${name}='${value}'\n`);
  await writeFile(join(hooks, 'environment'), `#!/bin/bash\n${exports.join('')}`, { mode: 0o755 });
  await writeFile(join(hooks, 'checkout'), '#!/bin/bash\n', { mode: 0o755 });
  const work = jobId === null ? ['--disconnect-after-job'] : ['--acquire-job', jobId];
  const places = ['--hooks-path', hooks, '--build-path', join(home, 'builds'), '--sockets-path', join(home, 'sockets')];
  const manners = ['--no-http2', '--no-color', '--no-feature-reporting', '--name', 'stranger'];
  return new Promise((resolve) => {
    execFile(
      agent.command,
      ['start', ...work, ...places, ...manners],
      {
        env: { PATH: process.env['PATH'], HOME: home, BUILDKITE_AGENT_TOKEN: sim.registrationToken, BUILDKITE_AGENT_ENDPOINT: `${sim.url}/v3` },
        timeout: 180_000,
      },
      (_error, out, said) => resolve(out + said),
    );
  });
}
