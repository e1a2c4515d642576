// How long a newcomer waits for the demo's story, after installation: the whole process, from the command to its end.
import { spawn } from 'node:child_process';
import { percentile } from './statistics.ts';
import { counted, type Row } from './table.ts';

const LIMIT_S = 20;

export async function measureDemo(options: { readonly runs: number; readonly tell: (line: string) => void }): Promise<readonly Row[]> {
  const seconds: number[] = [];
  for (let run = 1; run <= options.runs; run += 1) {
    options.tell(`demo: ${run} of ${options.runs}`);
    seconds.push(await playDemo());
  }
  const slowest = Math.max(...seconds);
  return [
    counted('`npm run demo -- --once`, the whole process, median and slowest of n', {
      n: seconds.length,
      product: `${percentile(seconds, 50).toFixed(1)} s / ${slowest.toFixed(1)} s`,
      limit: `< ${LIMIT_S} s`,
      holds: slowest < LIMIT_S,
    }),
  ];
}

async function playDemo(): Promise<number> {
  const began = performance.now();
  const child = spawn('npm', ['run', 'demo', '--', '--once'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => output.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`the demo ended with ${code}:\n${Buffer.concat(output).toString('utf8').slice(-2_000)}`);
  return (performance.now() - began) / 1_000;
}
