// `npm run bench`: every figure beside its baseline, both measured in this run on this machine. Exit code 1 when a limit does not hold.
//   npm run bench                             everything
//   npm run bench -- latency --rounds 3       one part of it, with other counts
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { Connection } from '@temporalio/client';
import { startDevServer } from '../src/temporal/dev-server.ts';
import { measureCrowd } from './crowd.ts';
import { measureDemo } from './demo.ts';
import { measureDeploys } from './deploys.ts';
import { measureFaults } from './faults.ts';
import { measureLatency } from './latency.ts';
import { measureRotation } from './rotation.ts';
import { measureQuota } from './quota-chaos.ts';
import { measureSteps } from './steps.ts';
import { tableOf, type Row } from './table.ts';

const NAMESPACE = {
  latency: 'bench-latency',
  deploys: 'bench-deploys',
  steps: 'bench-steps',
  crowd: 'bench-crowd',
  rotation: 'bench-rotation',
  rotationEu: 'bench-rotation-eu',
  faults: 'bench-faults',
  deaf: 'bench-faults-deaf',
} as const;
const DEPLOYS = 3;
const EDITS = 3;
const DEMOS = 3;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '9' }, samples: { type: 'string', default: '30' } },
});
const tell = (line: string): void => console.error(line);
const server = await startDevServer({ env: process.env, say: tell, namespaces: Object.values(NAMESPACE) });
const { address } = server;

/** Latency first: the histories of the other parts are nothing that a click should meet. */
const PARTS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  latency: () => measureLatency({ address, namespace: NAMESPACE.latency, rounds: Number(values.rounds), perRound: Number(values.samples), tell }),
  deploys: () => measureDeploys({ address, namespace: NAMESPACE.deploys, deploys: DEPLOYS, tell }),
  steps: () => measureSteps({ address, namespace: NAMESPACE.steps, edits: EDITS, tell }),
  faults: () => measureFaults({ address, namespaces: [NAMESPACE.faults, NAMESPACE.deaf], tell }),
  crowd: () => measureCrowd({ address, namespace: NAMESPACE.crowd, tell }),
  rotation: () => measureRotation({ address, namespaces: [NAMESPACE.rotation, NAMESPACE.rotationEu], tell }),
  quota: () => measureQuota(tell),
  demo: () => measureDemo({ runs: DEMOS, tell }),
};

try {
  const rows: Row[] = [];
  const failures: unknown[] = [];
  for (const name of positionals.length > 0 ? positionals : Object.keys(PARTS)) {
    const measure = PARTS[name];
    if (measure === undefined) throw new Error(`no part ${name}; there are ${Object.keys(PARTS).join(', ')}`);
    // One that breaks must not cost the figures of the others.
    await measure().then(
      (measured) => rows.push(...measured),
      (error: unknown) => failures.push(error),
    );
  }
  console.log(`${await describeMachine()}\n\n${tableOf(rows)}`);
  for (const failure of failures) console.error(failure);
  process.exitCode = failures.length === 0 && rows.every(({ holds }) => holds !== false) ? 0 : 1;
} finally {
  await server.stop();
}

async function describeMachine(): Promise<string> {
  const connection = await Connection.connect({ address });
  const { serverVersion } = await connection.workflowService.getSystemInfo({});
  await connection.close();
  const cores = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  const load = loadavg().map((value) => value.toFixed(1));
  return `${new Date().toISOString().slice(0, 10)} · ${cores.length} cores (${cores[0]?.model ?? 'unknown'}), ${memory} GiB · Node ${process.version} · Temporal server ${serverVersion}, in memory · load ${load.join(' ')}`;
}
