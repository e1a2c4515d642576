// `npm run bench`: every figure beside its baseline, both measured in this run on this machine. Exit code 1 when a limit does not hold.
//   npm run bench                             everything
//   npm run bench -- latency --rounds 3       one part of it, with other counts
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { Connection } from '@temporalio/client';
import { startDevServer } from '../src/temporal/dev-server.ts';
import { measureLatency } from './latency.ts';
import { tableOf, type Row } from './table.ts';

const NAMESPACES = ['bench-latency', 'bench-deploys', 'bench-steps'] as const;
const PARTS = ['latency', 'deploys', 'steps', 'demo'] as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' }, samples: { type: 'string', default: '50' } },
});
const parts: readonly string[] = positionals.length > 0 ? positionals : PARTS;
const tell = (line: string): void => console.error(line);

const server = await startDevServer({ env: process.env, say: tell, namespaces: NAMESPACES });
try {
  const rows: Row[] = [];
  if (parts.includes('latency')) {
    const counts = { rounds: Number(values.rounds), perRound: Number(values.samples) };
    rows.push(...(await measureLatency({ address: server.address, namespace: 'bench-latency', ...counts, tell })));
  }
  console.log(`${await describeMachine(server.address)}\n\n${tableOf(rows)}`);
  process.exitCode = rows.every(({ holds }) => holds !== false) ? 0 : 1;
} finally {
  await server.stop();
}

async function describeMachine(address: string): Promise<string> {
  const connection = await Connection.connect({ address });
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  await connection.close();
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg().map((value) => value.toFixed(1));
  return `${new Date().toISOString().slice(0, 10)} · ${cores.length} cores (${cores[0]?.model ?? 'unknown'}), ${memory} GiB · Node ${process.version} · Temporal server ${serverVersion}, in memory · load ${load.join(' ')}`;
}
