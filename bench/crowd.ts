// A thousand open requests in one worker: how much memory they take, what a vote costs on one that the worker has forgotten meanwhile, and
// how long it takes until all are decided when all of them are due at once.
import { readFile } from 'node:fs/promises';
import type { SimMessage } from '../src/sim/slack/world.ts';
import { PEOPLE, REPOSITORY } from '../src/sim/world.ts';
import { manyServices, openChannels, openSubject, type Subject } from './company.ts';
import { openSender, recordDeliveries } from './sender.ts';
import { eventually, pause, quiet, setStage, type Stage } from './stage.ts';
import { percentile, spreadOf } from './statistics.ts';
import { counted, type Row } from './table.ts';

const OPEN = 1_000;
const VOTES = 50;
/** Opened at a time: as many as two cores plan without falling behind. */
const AT_ONCE = 16;
const MEMORY_MAX_MIB = 600;
const FORGOTTEN_MAX = 5;
const DECIDED_WITHIN_S = 60;
/** Long enough to open them all and to vote. */
const REMIND_MINUTES = 3;
const OPENED_WITHIN_MS = 120_000;
const TOLD_WITHIN_MS = 600_000;
const REST_MS = 60;

export interface CrowdOptions {
  readonly address: string;
  readonly namespace: string;
  readonly tell: (line: string) => void;
}

export async function measureCrowd({ address, namespace, tell }: CrowdOptions): Promise<readonly Row[]> {
  const stage = await setStage({
    address,
    namespace,
    world: { config: manyServices(`, remind: [${REMIND_MINUTES}m]`), github: { rateLimit: 10_000_000 } },
  });
  try {
    openChannels(stage.world);
    tell(`crowd: opening ${OPEN} requests`);
    const subjects = await openMany(stage, OPEN);
    const memory = await memoryOf(stage.product.pid);
    tell('crowd: votes');
    const votes = await measureVotes(stage, subjects);
    tell('crowd: every reminder is due at once');
    const reminded = await measureReminders(stage, subjects);
    tell('crowd: every expiry is due at once');
    const due = await measureDue(stage, subjects.length);
    return [memoryRow(memory), votesRow(votes), remindedRow(reminded), ...dueRows(stage, subjects, due)];
  } finally {
    await stage.close();
  }
}

async function openMany(stage: Stage, count: number): Promise<Subject[]> {
  const subjects: Subject[] = [];
  for (let next = 0; next < count; next += AT_ONCE) {
    const indexes = Array.from({ length: Math.min(AT_ONCE, count - next) }, (_, offset) => next + offset);
    const opened = await Promise.all(indexes.map((index) => openSubject(stage.world, index)));
    await Promise.all(opened.map(({ number, service }) => stage.world.github.comment(REPOSITORY, number, 'ann', `/deploy ${service} to production`)));
    for (const subject of opened) await eventually(`a card of #${subject.number}`, () => cardOf(stage, subject), OPENED_WITHIN_MS);
    subjects.push(...opened);
  }
  await quiet(stage.world);
  return subjects;
}

function cardOf({ world }: Stage, { channel, number }: Subject): SimMessage | undefined {
  const link = new RegExp(`/pull/${number}\\b`);
  return world.slack.messages(channel).find(({ metadata, blocks }) => metadata !== null && link.test(JSON.stringify(blocks)));
}

interface Memory {
  readonly now: number;
  readonly peak: number;
}

/** Resident memory of the product, in MiB, as Linux counts it. */
async function memoryOf(pid: number): Promise<Memory> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const mib = (name: string): number => Math.round(Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]) / 1_024);
  return { now: mib('VmRSS'), peak: mib('VmHWM') };
}

interface Votes {
  readonly cached: readonly number[];
  readonly forgotten: readonly number[];
}

/** In turns: one that the worker, which keeps the last 250, has forgotten, and one that it has just seen. Each vote is the first on its request. */
async function measureVotes(stage: Stage, subjects: readonly Subject[]): Promise<Votes> {
  const recorder = await recordDeliveries(stage.world);
  const sender = await openSender(stage.product.url);
  const votes = { cached: [] as number[], forgotten: [] as number[] };
  const vote = async (subject: Subject): Promise<number> => {
    const card = await eventually(`a card of #${subject.number}`, () => cardOf(stage, subject));
    const took = await sender.send(await recorder.click(PEOPLE.bea.slack, card, 'countersign:approve'));
    await quiet(stage.world);
    return took;
  };
  try {
    for (let index = 0; index < VOTES; index += 1) {
      const [old, recent] = [subjects[index], subjects.at(-1 - index)];
      if (old === undefined || recent === undefined) break;
      votes.forgotten.push(await vote(old));
      await pause(REST_MS);
      votes.cached.push(await vote(recent));
      await pause(REST_MS);
    }
  } finally {
    sender.close();
    recorder.close();
    stage.world.connect(stage.product.url);
  }
  return votes;
}

interface Reminded {
  readonly n: number;
  /** Seconds from the product's start until the last reminder was decided in its history. */
  readonly decided: number;
  /** … until the last message was out. */
  readonly told: number;
}

/** The product is down while they come due: all of them wait for it when it is back. Times are those of the histories. */
async function measureReminders(stage: Stage, subjects: readonly Subject[]): Promise<Reminded> {
  const early = subjects.filter((subject) => remindersOf(stage, subject) > 0).length;
  await stage.down();
  await pause(REMIND_MINUTES * 60_000 + 5_000);
  await stage.up();
  const began = Date.now();
  const isTold = (): boolean => subjects.every((subject) => remindersOf(stage, subject) > 0);
  await eventually('every reminder', isTold, TOLD_WITHIN_MS);
  const told = (Date.now() - began) / 1_000;
  let last = began;
  for await (const { workflowId } of stage.client.workflow.list({ query: `WorkflowType = 'deploy' AND ExecutionStatus = 'Running'` })) {
    const { events } = await stage.client.workflow.getHandle(workflowId).fetchHistory();
    const decided = events?.find((event) => event.activityTaskScheduledEventAttributes?.activityType?.name === 'remind')?.eventTime;
    last = Math.max(last, Number(decided?.seconds ?? 0) * 1_000);
  }
  return { n: subjects.length - early, decided: (last - began) / 1_000, told };
}

interface Due {
  /** Seconds until every expiry was decided. */
  readonly decided: number;
  /** Seconds until every request had said its last word. */
  readonly told: number;
}

/** The server moves each request's own time to its next timer: all expiries come within the same seconds. */
async function measureDue({ client, namespace }: Stage, requests: number): Promise<Due> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: `WorkflowType = 'deploy' AND ExecutionStatus = 'Running'` })) ids.push(workflowId);
  if (ids.length !== requests) throw new Error(`${ids.length} requests are open instead of ${requests}`);
  const began = performance.now();
  const skip = (workflowId: string): Promise<unknown> =>
    client.workflowService.updateWorkflowExecutionOptions({
      namespace,
      identity: 'bench',
      workflowExecution: { workflowId },
      workflowExecutionOptions: { timeSkippingConfig: { enabled: true } },
      updateMask: { paths: ['time_skipping_config'] },
    });
  for (let next = 0; next < ids.length; next += AT_ONCE) await Promise.all(ids.slice(next, next + AT_ONCE).map(skip));
  const seconds = (): number => (performance.now() - began) / 1_000;
  const all = async (query: string): Promise<number> => {
    for (;;) {
      const { count } = await client.workflow.count(`WorkflowType = 'deploy' AND ${query}`);
      if (count >= requests) return seconds();
      if (seconds() * 1_000 > TOLD_WITHIN_MS) throw new Error(`only ${count} of ${requests} after ${seconds().toFixed(0)} s: ${query}`);
      await pause(250);
    }
  };
  const decided = await all(`DeployState = 'expired'`);
  return { decided, told: await all(`ExecutionStatus = 'Completed'`) };
}

function memoryRow({ now, peak }: Memory): Row {
  const product = `${now} MiB (at most ${peak} on the way)`;
  return counted(`memory of the product with ${OPEN} open requests`, {
    n: 1,
    product,
    limit: `< ${MEMORY_MAX_MIB} MiB`,
    holds: peak < MEMORY_MAX_MIB,
  });
}

function votesRow({ cached, forgotten }: Votes): Row {
  const [known, cold] = [spreadOf(cached), spreadOf(forgotten)];
  const ratio = percentile(forgotten, 50) / percentile(cached, 50);
  const ms = (spread: typeof known): string => `${spread.p50.toFixed(1)} / ${spread.p95.toFixed(1)} ms`;
  return {
    what: 'a click on a request that the worker has forgotten, against one that it remembers',
    n: cold.n,
    baseline: ms(known),
    product: ms(cold),
    ratio: ratio.toFixed(2),
    limit: `< ${FORGOTTEN_MAX}`,
    holds: ratio < FORGOTTEN_MAX,
  };
}

function remindedRow({ n, decided, told }: Reminded): Row {
  return counted(`${n} reminders that are due at once: until the last one is decided in its history, and told`, {
    n,
    product: `${decided.toFixed(1)} s; ${told.toFixed(1)} s`,
    limit: `≤ ${DECIDED_WITHIN_S} s`,
    holds: decided <= DECIDED_WITHIN_S,
  });
}

function dueRows(stage: Stage, subjects: readonly Subject[], { decided, told }: Due): readonly Row[] {
  const wrong = subjects.filter((subject) => !isToldOnce(stage, subject)).length;
  return [
    counted(`${subjects.length} requests that expire at once: until the last one is decided in its history`, {
      n: 1,
      product: `${decided.toFixed(1)} s`,
      limit: `≤ ${DECIDED_WITHIN_S} s`,
      holds: decided <= DECIDED_WITHIN_S,
    }),
    counted(`the same: until the last message is out; requests whose messages are lost or doubled`, {
      n: subjects.length,
      product: `${told.toFixed(1)} s; ${wrong}`,
      limit: '0 wrong',
      holds: wrong === 0,
    }),
  ];
}

/** The card has no button left; its thread reminds once, and says once that the request expired. */
function isToldOnce(stage: Stage, subject: Subject): boolean {
  const card = cardOf(stage, subject);
  if (card === undefined || JSON.stringify(card.blocks).includes('countersign:approve')) return false;
  return remindersOf(stage, subject) === 1 && threadOf(stage, subject).filter((text) => /expired/i.test(text)).length === 1;
}

const remindersOf = (stage: Stage, subject: Subject): number =>
  threadOf(stage, subject).filter((text) => text.includes('still waits for your approval')).length;

function threadOf(stage: Stage, subject: Subject): readonly string[] {
  const card = cardOf(stage, subject);
  const thread = stage.world.slack.messages(subject.channel).filter(({ threadTs }) => threadTs === card?.ts);
  return thread.map(({ text }) => text);
}
