// A simulated Buildkite on a standing clock, and the shortest way to ask it something.
import { expect, onTestFinished } from 'vitest';
import { createBuildkiteSim, type BuildkiteSim, type BuildkiteSimOptions } from '../../../src/sim/buildkite/buildkite-sim.ts';
import { manualClock, type ManualClock } from '../../../src/sim/buildkite/clock.ts';
import type { StepDefinition } from '../../../src/sim/buildkite/state.ts';
import { misshapen } from './shapes.ts';

export const SHA = '4f5a6b7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6';
export const BOT = { name: 'Countersign', email: 'bot@acme.test' };
const ALL_SCOPES = ['read_builds', 'write_builds', 'read_pipelines', 'read_build_logs', 'read_user', 'read_organizations'];
export const ONE_STEP: readonly StepDefinition[] = [{ type: 'command', label: 'deploy', durationMs: 1_000 }];

/** The fields of jobs, builds and errors that the tests look at. */
export interface JobBody {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly label?: string;
  readonly state: string;
  readonly unblock_url: string;
}
export interface Body {
  readonly id: string;
  readonly number: number;
  readonly url: string;
  readonly state: string;
  readonly blocked: boolean;
  readonly commit: string;
  readonly message: string;
  readonly env: unknown;
  readonly meta_data: unknown;
  readonly rebuilt_from: unknown;
  readonly started_at: string;
  readonly failing_at: string | null;
  readonly finished_at: string;
  readonly jobs: readonly JobBody[];
  readonly job_state_counts: unknown;
}
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: Body;
  /** The body of a list. */
  readonly items: readonly Body[];
}
export interface Stage {
  readonly sim: BuildkiteSim;
  readonly clock: ManualClock;
  /** `path` goes behind `/v2`. */
  readonly ask: (method: string, path: string, options?: AskOptions) => Promise<Answer>;
  /** Creates a build of `deploy` and answers its JSON. */
  readonly create: (fields?: Readonly<Record<string, unknown>>) => Promise<Body>;
}
export interface AskOptions {
  /** A string is sent as it is. */
  readonly body?: unknown;
  /** `bkua_bot` unless given; null: none. */
  readonly token?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

export const BUILDS = '/organizations/acme/pipelines/deploy/builds';

/** With the pipeline `deploy` and the token `bkua_bot`. Ends with the test. */
export async function stage(options: BuildkiteSimOptions & { readonly steps?: readonly StepDefinition[] } = {}): Promise<Stage> {
  const clock = manualClock();
  const sim = await createBuildkiteSim({ clock, ...options });
  onTestFinished(() => sim.close());
  sim.addToken({ token: 'bkua_bot', user: BOT, scopes: ALL_SCOPES });
  sim.addPipeline({ slug: 'deploy', steps: options.steps ?? ONE_STEP });
  const ask: Stage['ask'] = async (method, path, { body, token = 'bkua_bot', headers = {} } = {}) => {
    const response = await fetch(`${sim.url}/v2${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...(token === null ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const contentType = response.headers.get('content-type');
    // Every answer that any test of the simulator sees must look like one of Buildkite's.
    if (!contentType?.startsWith('text/html'))
      expect(misshapen({ method, path: path.replace(/\?.*$/, ''), status: response.status, contentType, text })).toBeNull();
    const isJson = contentType?.startsWith('application/json') === true;
    const value: unknown = isJson && text !== '' ? JSON.parse(text) : {};
    return { status: response.status, headers: response.headers, text, body: value as Body, items: Array.isArray(value) ? value : [] };
  };
  const create: Stage['create'] = async (fields = {}) => {
    const answer = await ask('POST', BUILDS, { body: { commit: SHA, branch: 'main', message: 'Deploy', ...fields } });
    if (answer.status !== 201) throw new Error(`not created: ${answer.text}`);
    return answer.body;
  };
  return { sim, clock, ask, create };
}
