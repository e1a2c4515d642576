// Which agents there are, what each of them may do, and which job it has: every credential of the agent API is one of three.
import { randomBytes } from 'node:crypto';
import { endJob, startJob, type Engine } from './engine.ts';
import { presentJobs, uuid7, type SimBuild, type SimJob } from './state.ts';

export interface SimAgent {
  readonly id: string;
  readonly name: string;
  /** Session token: for everything but registering. */
  readonly token: string;
  readonly tags: readonly string[];
  isConnected: boolean;
}

/** A job in the hands of an agent. */
export interface HeldJob {
  readonly agent: SimAgent;
  readonly build: SimBuild;
  readonly job: SimJob;
  /** For this job alone: meta-data, annotations, tokens. */
  readonly token: string;
  /** Chunks of the log by their sequence. */
  readonly chunks: Map<number, string>;
}

export interface AgentSessions {
  register(name: string, tags: readonly string[]): SimAgent;
  agentOf(token: string): SimAgent | null;
  heldBy(token: string): HeldJob | null;
  held(jobId: string): HeldJob | null;
  /** The next job for an agent: the first command that waits for one in a pipeline that is held, so that nothing else runs it. */
  offer(agent: SimAgent): HeldJob | null;
  /** Takes the very job; null: it is not there to be taken. */
  acquire(agent: SimAgent, jobId: string): HeldJob | null;
  start(held: HeldJob): void;
  finish(held: HeldJob, exitStatus: number): void;
}

export function createAgentSessions(engine: Engine): AgentSessions {
  const agents: SimAgent[] = [];
  const holds: HeldJob[] = [];
  const taken = (job: SimJob): HeldJob | undefined => holds.find((held) => held.job === job);
  const take = (agent: SimAgent, { build, job }: Pick<HeldJob, 'build' | 'job'>): HeldJob => {
    const held = { agent, build, job, token: secret('bkaj_'), chunks: new Map<number, string>() };
    holds.push(held);
    return held;
  };
  const free = (): readonly Pick<HeldJob, 'build' | 'job'>[] =>
    engine.state.builds
      .filter((build) => build.held !== null)
      .flatMap((build) => presentJobs(build).map((job) => ({ build, job })))
      .filter(({ job }) => job.step.type === 'command' && job.state === 'scheduled' && taken(job) === undefined);
  return {
    register(name, tags) {
      const agent = {
        id: uuid7(engine.clock.now()),
        name: name.replaceAll('%hostname', 'simulated'),
        token: secret('bkas_'),
        tags,
        isConnected: false,
      };
      agents.push(agent);
      return agent;
    },
    agentOf: (token) => agents.find((agent) => agent.token === token) ?? null,
    heldBy: (token) => holds.find((held) => held.token === token) ?? null,
    held: (jobId) => holds.find(({ job }) => job.id === jobId) ?? null,
    offer(agent) {
      const [next] = free();
      return next === undefined ? null : take(agent, next);
    },
    acquire(agent, jobId) {
      const wanted = free().find(({ job }) => job.id === jobId);
      return wanted === undefined ? null : take(agent, wanted);
    },
    start({ build, job }) {
      build.held = 'started';
      startJob(engine, build, job);
    },
    finish({ build, job, chunks }, exitStatus) {
      const isCanceled = job.state === 'canceling';
      endJob(engine, build, { job, outcome: isCanceled ? 'canceled' : exitStatus === 0 ? 'pass' : 'fail' });
      job.exitStatus = exitStatus;
      job.log = [...chunks]
        .toSorted(([one], [other]) => one - other)
        .map(([, text]) => text)
        .join('');
    },
  };
}

const secret = (prefix: string): string => prefix + randomBytes(16).toString('hex');
