// The driver's seat: pipelines, people and builds by name and number, for tests, the demo and the playground.
import { cancelBuild, rebuild, retryJob, unblockJob, type Done } from './acts.ts';
import { createBuild, skip, type Engine } from './engine.ts';
import { block, expire, findJob, finish, finishStep, hold, release, start } from './hand.ts';
import {
  uuid7,
  type CommandOutcome,
  type ManualStep,
  type PipelineDefinition,
  type SimBuild,
  type SimJob,
  type SimPipeline,
  type SimUser,
  type StepDefinition,
} from './state.ts';

export interface Person {
  readonly name: string;
  readonly email: string;
}

/** Everything by slug and number. Acts that Buildkite would refuse, and unknown names, throw. */
export interface BuildDriver {
  /** A member unless said. */
  addUser(person: Person, role?: SimUser['role']): SimUser;
  addTeam(team: { readonly name: string; readonly members: readonly Person[] }): void;
  addToken(token: {
    readonly token: string;
    readonly user: Person;
    readonly scopes: readonly string[];
    readonly description?: string;
    readonly expiresAt?: number;
  }): void;
  /** From now on the token is unknown (401). */
  revokeToken(token: string): void;
  addPipeline(definition: PipelineDefinition): void;
  /** For builds made from now on. */
  changeSteps(pipeline: string, steps: readonly StepDefinition[]): void;
  /** All builds in order of creation. They are live: they change under the reader. */
  builds(pipeline?: string): readonly Readonly<SimBuild>[];
  build(pipeline: string, number: number): Readonly<SimBuild>;
  /** New builds of the pipeline stand still until driven by hand; only the grace of a cancel still runs out by itself. */
  hold(pipeline: string): void;
  /** The pipeline and its held builds go on by their own durations. */
  release(pipeline: string): void;
  startBuild(pipeline: string, number: number): void;
  finishStep(pipeline: string, number: number, end: { readonly step: string; readonly outcome: Exclude<CommandOutcome, 'hang'> }): void;
  /** Ends the build now, started or not. A block step on the way stops it as blocked. */
  finish(pipeline: string, number: number, how: 'passed' | 'failed' | 'canceled'): void;
  /** Blocks the build now: what runs passes, a block step comes next. */
  block(pipeline: string, number: number, step: Omit<ManualStep, 'type'>): void;
  /** Unblocks the first step that waits for a person, or the one named. */
  unblock(
    pipeline: string,
    number: number,
    how?: { readonly step?: string; readonly by?: Person; readonly fields?: Readonly<Record<string, string>> },
  ): void;
  /** As if no agent had taken the step for 30 days. */
  expireStep(pipeline: string, number: number, step: string): void;
  /** As if a newer build of the branch had come. */
  skip(pipeline: string, number: number): void;
  buildInUi(pipeline: string, build: { readonly commit: string; readonly branch: string; readonly message?: string; readonly by?: Person }): number;
  cancelInUi(pipeline: string, number: number): void;
  retryJobInUi(pipeline: string, number: number, step: string, by?: Person): void;
  /** Answers the new build's number. */
  rebuildInUi(pipeline: string, number: number, by?: Person): number;
}

const SOMEBODY: Person = { name: 'Somebody', email: 'somebody@example.test' };

export function createDriver(engine: Engine, options: { readonly rebuildCopiesMetaData: boolean }): BuildDriver {
  const { state, clock } = engine;
  const pipelineOf = (slug: string): SimPipeline =>
    found(
      state.pipelines.find((pipeline) => pipeline.slug === slug),
      `pipeline ${slug}`,
    );
  const buildOf = (slug: string, number: number): SimBuild =>
    found(
      state.builds.find((build) => build.pipeline === pipelineOf(slug) && build.number === number),
      `build ${number} of ${slug}`,
    );
  const userOf = ({ name, email }: Person, role?: SimUser['role']): SimUser => {
    const known = state.users.find((user) => user.email === email);
    if (known !== undefined) return known;
    const user = { id: uuid7(clock.now()), name, email, createdAt: clock.now(), ...(role === undefined ? {} : { role }) };
    state.users.push(user);
    return user;
  };
  return {
    addUser: userOf,
    ...setUp(engine, { pipelineOf, userOf }),
    builds: (slug) => (slug === undefined ? [...state.builds] : state.builds.filter((build) => build.pipeline === pipelineOf(slug))),
    build: buildOf,
    hold: (slug) => hold(pipelineOf(slug)),
    release: (slug) => release(engine, pipelineOf(slug)),
    startBuild: (slug, number) => start(engine, buildOf(slug, number)),
    finishStep: (slug, number, end) => finishStep(engine, buildOf(slug, number), end),
    finish: (slug, number, how) => finish(engine, buildOf(slug, number), how),
    block: (slug, number, step) => void block(engine, buildOf(slug, number), step),
    expireStep: (slug, number, step) => expire(engine, buildOf(slug, number), step),
    skip: (slug, number) => skip(engine, buildOf(slug, number)),
    unblock: (slug, number, how = {}) => {
      const build = buildOf(slug, number);
      const job = how.step === undefined ? waitingForPerson(build) : findJob(build, how.step);
      accepted(unblockJob(engine, build, { job, by: userOf(how.by ?? SOMEBODY), fields: how.fields ?? {} }));
    },
    cancelInUi: (slug, number) => void accepted(cancelBuild(engine, buildOf(slug, number))),
    retryJobInUi: (slug, number, step, by = SOMEBODY) => {
      const build = buildOf(slug, number);
      accepted(retryJob(engine, build, { job: findJob(build, step), by: userOf(by) }));
    },
    rebuildInUi: (slug, number, by = SOMEBODY) =>
      accepted(rebuild(engine, buildOf(slug, number), { by: userOf(by), source: 'ui', copyMetaData: options.rebuildCopiesMetaData })).number,
    buildInUi: (slug, { commit, branch, message = '', by = SOMEBODY }) =>
      createBuild(engine, pipelineOf(slug), {
        commit,
        branch,
        message,
        env: {},
        metaData: {},
        author: { name: by.name, email: by.email },
        pullRequest: null,
        source: 'ui',
        creator: userOf(by),
        rebuiltFrom: null,
        triggeredFrom: null,
      }).number,
  };
}

function setUp(
  { state, clock }: Engine,
  find: { readonly pipelineOf: (slug: string) => SimPipeline; readonly userOf: (person: Person) => SimUser },
): Pick<BuildDriver, 'addToken' | 'revokeToken' | 'addPipeline' | 'changeSteps' | 'addTeam'> {
  return {
    addTeam: ({ name, members }) =>
      void state.teams.push({
        id: uuid7(clock.now()),
        name,
        slug: name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-'),
        createdAt: clock.now(),
        createdBy: find.userOf(members[0] ?? SOMEBODY),
        members: members.map((person) => ({ user: find.userOf(person), role: 'member', since: clock.now() })),
      }),
    addToken: ({ token, user, scopes, description = '', expiresAt = null }) =>
      void state.tokens.push({
        id: uuid7(clock.now()),
        secret: token,
        user: find.userOf(user),
        scopes,
        description,
        createdAt: clock.now(),
        expiresAt,
      }),
    revokeToken: (secret) => {
      const index = state.tokens.findIndex((token) => token.secret === secret);
      if (index !== -1) state.tokens.splice(index, 1);
    },
    addPipeline: ({ slug, steps, ...settings }) =>
      void state.pipelines.push({ id: uuid7(clock.now()), slug, createdAt: clock.now(), settings, steps, held: false, lastNumber: 0 }),
    changeSteps: (slug, steps) => {
      find.pipelineOf(slug).steps = steps;
    },
  };
}

function waitingForPerson(build: SimBuild): SimJob {
  return found(
    build.jobs.find((job) => job.state === 'blocked'),
    `step that waits for a person in build ${build.number}`,
  );
}

function accepted<T>(done: Done<T>): T {
  if (done.kind === 'refused') throw new Error(`Buildkite would answer ${done.status}: ${done.message}`);
  return done.value;
}

function found<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the simulated Buildkite has no ${what}`);
  return value;
}
