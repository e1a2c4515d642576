// The step against a front door that answers as told: what it deploys, and what its log says.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { attestStep } from '../../src/sim/attest-job.ts';
import { createBuildkiteSim } from '../../src/sim/buildkite/buildkite-sim.ts';

const cleanUp: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of cleanUp.splice(0)) await end();
});

/** Runs one build whose first step asks a door that gives these answers, one after the other; answers how it ended and which tokens were shown. */
async function built(answers: readonly (readonly [status: number, body: string])[]): Promise<{
  readonly states: readonly string[];
  readonly log: string;
  readonly tokens: readonly string[];
}> {
  const tokens: string[] = [];
  const door = createServer((request, response) => {
    tokens.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const [status, body] = answers[tokens.length - 1] ?? [500, ''];
    response.writeHead(status).end(body);
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  const sim = await createBuildkiteSim({ speed: 100 });
  cleanUp.push(
    () => sim.close(),
    () => new Promise((resolve) => door.close(resolve)),
  );
  const at = `http://127.0.0.1:${(door.address() as AddressInfo).port}`;
  sim.addPipeline({ slug: 'api', steps: [attestStep(sim.oidc, at), { type: 'wait' }, { type: 'command', label: 'deploy' }] });
  const number = sim.buildInUi('api', { commit: 'a'.repeat(40), branch: 'main' });
  const build = sim.build('api', number);
  await expect.poll(() => build.state).toMatch(/passed|failed/);
  const [asked, , deploy] = build.jobs;
  return { states: [asked?.state ?? '', deploy?.state ?? ''], log: asked?.log ?? '', tokens };
}

describe('a pipeline that asks first', () => {
  it('deploys when it is told yes, and asks again, with a token for this product, while the answer is not known', async () => {
    const { states, log, tokens } = await built([
      [503, ''],
      [200, '{"code":"7F3K-Q2"}'],
    ]);
    expect(states).toEqual(['passed', 'passed']);
    expect(log).toBe('Countersign does not know yet (try 1 of 24)\nCountersign: yes, this is the approved build\n{"code":"7F3K-Q2"}');
    expect(tokens).toHaveLength(2);
    const claims = JSON.parse(Buffer.from(tokens[0]?.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
    expect(claims).toMatchObject({ build_number: 1, pipeline_slug: 'api', step_key: 'countersign', build_id: expect.any(String) as unknown });
    expect(String(claims['aud'])).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(tokens[0]).toMatch(/^POST \/buildkite\/attest Bearer /);
  });

  it.each([
    ['is told no', [403, 'no-request'], 'Countersign: no, this is not the approved build (no-request)'],
    ['is told no in words that are no code', [403, '<script>'], 'Countersign: no, this is not the approved build (script)'],
    ['gets no answer', [500, ''], 'Countersign gave no answer, so this is not known to be the approved build'],
  ] as const)('deploys nothing when it %s', async (_, answer, log) => {
    const ended = await built([answer]);
    expect(ended.states).toEqual(['failed', 'waiting_failed']);
    expect(ended.log).toBe(log);
  });
});
