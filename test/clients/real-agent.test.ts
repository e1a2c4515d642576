// The real buildkite-agent runs jobs of the simulator: the judge of its agent API.
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createBuildkiteSim, type BuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';
import { FIRST_AGENT_MS, runAgent } from './buildkite-agent/run.ts';
import { needGo } from './tools.ts';

const AUDIENCE = 'https://countersign.example';
const COMMAND = [
  'set -eu',
  'buildkite-agent meta-data set release 1.2',
  'buildkite-agent meta-data get release',
  'if buildkite-agent meta-data exists nothing; then echo there; else echo not there; fi',
  'echo hello | buildkite-agent annotate --context greeting --style info',
  `buildkite-agent oidc request-token --audience ${AUDIENCE} --lifetime 60 --claim organization_id,build_id | cut -d. -f2`,
].join('\n');

let sim: BuildkiteSim;
beforeEach(async () => {
  sim = await createBuildkiteSim();
  onTestFinished(() => sim.close());
  sim.addPipeline({ slug: 'deploy', steps: [{ type: 'command', label: 'deploy', key: 'deploy', command: COMMAND }] });
  sim.hold('deploy');
  sim.buildInUi('deploy', { commit: 'a'.repeat(40), branch: 'main' });
});
/** Each kind of request once: a heartbeat, or a look whether the job was cancelled, may come more than once. */
const asked = (): readonly string[] => [
  ...new Set(sim.requests.map(({ method, path, status }) => `${method} ${path.replace(/[\da-f-]{36}/, 'ID')} ${status}`)),
];

describe('buildkite-agent 3.78.0', () => {
  it.for([
    ['takes the job that it is told to take', true, ['PUT /v3/jobs/ID/acquire 200']],
    ['asks for work, and takes what it is offered', false, ['GET /v3/ping 200', 'PUT /v3/jobs/ID/accept 200']],
  ] as const)('%s', { timeout: FIRST_AGENT_MS }, async ([, isTold, taken], context) => {
    await needGo(context);
    const build = sim.build('deploy', 1);
    const [job] = build.jobs;
    const said = await runAgent(sim, { jobId: isTold ? (job?.id ?? '') : null });
    expect({ said, state: job?.state, build: build.state, unknown: sim.unknownRoutes }).toEqual({
      said: expect.any(String),
      state: 'passed',
      build: 'passed',
      unknown: [],
    });
    expect(asked()).toEqual(
      expect.arrayContaining([
        'POST /v3/register 200',
        'POST /v3/connect 200',
        ...taken,
        'PUT /v3/jobs/ID/start 200',
        'POST /v3/jobs/ID/data/set 200',
        'POST /v3/jobs/ID/data/get 200',
        'POST /v3/jobs/ID/data/exists 200',
        'POST /v3/jobs/ID/annotations 201',
        'POST /v3/jobs/ID/oidc/tokens 200',
        'POST /v3/jobs/ID/chunks 201',
        'PUT /v3/jobs/ID/finish 200',
        'POST /v3/disconnect 200',
      ]),
    );
    expect(build.metaData).toMatchObject({ release: '1.2' });
    expect(build.annotations.map(({ context: place, body }) => [place, body.trim()])).toEqual([['greeting', 'hello']]);
    expect(job?.log).toContain('not there');
    expect(claimsIn(job?.log ?? '')).toMatchObject({
      aud: AUDIENCE,
      job_id: job?.id,
      build_id: build.id,
      organization_id: expect.any(String),
      build_number: 1,
      build_source: 'ui',
      step_key: 'deploy',
    });
  });

  it('is refused with any other token', { timeout: FIRST_AGENT_MS }, async (context) => {
    await needGo(context);
    const said = await runAgent({ ...sim, registrationToken: 'wrong' }, { jobId: null });
    expect(said).toContain('Invalid access token');
    expect(sim.build('deploy', 1).state).toBe('scheduled');
  });
});

function claimsIn(log: string): unknown {
  const part = /eyJ[\w-]{40,}/.exec(log)?.[0] ?? '';
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}
