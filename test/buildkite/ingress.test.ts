import { createHmac } from 'node:crypto';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import type { ForeignBuild } from '../../src/bot/front-door.ts';
import { deployCode } from '../../src/ids.ts';
import { createBuildkiteRoute } from '../../src/buildkite/ingress.ts';
import type { RawRequest } from '../../src/ingress.ts';
import { Trouble } from '../../src/trouble.ts';
import type { BuildFacts } from '../../workflows/build-vocabulary.ts';

const NOW = 1_700_000_000_000;
const TOKEN = '29b1ff5779c76bd48ba6705eb99ff970';
const BUILD = {
  id: '0197-uuid',
  number: 512,
  state: 'passed',
  blocked: true,
  web_url: 'https://buildkite.com/acme/api-deploy/builds/512',
  url: 'https://api.buildkite.com/v2/organizations/acme/pipelines/api-deploy/builds/512',
  commit: '4f5a6b7c'.repeat(5),
  author: 'somebody',
  created_at: '2018-03-25 03:58:14 UTC',
  started_at: '2018-03-25T03:58:15.500Z',
  finished_at: null,
  meta_data: {
    'countersign:deploy-id': 'deploy:github:101:5001',
    'countersign:target': 'cluster',
    'countersign:service': 'api',
    'countersign:environment': 'production',
  },
};
const finished = (change: object = {}): string =>
  JSON.stringify({ event: 'build.finished', build: { ...BUILD, ...change }, pipeline: { slug: 'api-deploy' }, sender: { name: 'x' } });

const made = (deployId: string): ForeignBuild['claim'] => ({ deployId, code: deployCode(deployId), commit: BUILD.commit, target: null });

function bench(options: { tokens?: string[]; fails?: Error } = {}) {
  const seen: BuildFacts[] = [];
  const foreign: ForeignBuild[] = [];
  const outcomes: string[] = [];
  const route = createBuildkiteRoute({
    tokens: () => options.tokens ?? [TOKEN],
    frontDoor: {
      buildSeen: async (build) => {
        if (options.fails !== undefined) throw options.fails;
        seen.push(build);
      },
      foreignBuildSeen: async (build) => {
        if (options.fails !== undefined) throw options.fails;
        foreign.push(build);
      },
    },
    now: () => NOW,
    log: pino({ level: 'silent' }),
    onEvent: (event, outcome) => outcomes.push(`${event} ${outcome}`),
  });
  const send = (body: string, headers: RawRequest['headers']) => route.handle({ headers, rawBody: Buffer.from(body) });
  return { route, seen, foreign, outcomes, send, withToken: (body: string) => send(body, { 'x-buildkite-token': TOKEN }) };
}
function signed(body: string, options: { token?: string; atSeconds?: number } = {}): RawRequest['headers'] {
  const timestamp = options.atSeconds ?? NOW / 1000;
  const signature = createHmac('sha256', options.token ?? TOKEN)
    .update(`${timestamp}.${body}`)
    .digest('hex');
  return { 'x-buildkite-signature': `timestamp=${timestamp},signature=${signature}` };
}

describe('a Buildkite webhook', () => {
  it('tells the front door what is known of the build, in both time formats', async () => {
    const { seen, withToken } = bench();
    expect(await withToken(finished())).toEqual({ status: 200 });
    expect(seen).toEqual([
      {
        uuid: '0197-uuid',
        number: 512,
        pipeline: 'api-deploy',
        state: 'passed',
        blocked: true,
        url: BUILD.web_url,
        commit: BUILD.commit,
        createdAt: Date.UTC(2018, 2, 25, 3, 58, 14),
        startedAt: Date.UTC(2018, 2, 25, 3, 58, 15, 500),
        finishedAt: null,
        steps: [],
        deployId: 'deploy:github:101:5001',
        target: 'cluster',
        service: 'api',
        environment: 'production',
      },
    ]);
  });

  it('is accepted with the signature that Buildkite computes', async () => {
    const { send } = bench();
    const signature = 'd3a2d29d094e5bc3a6345f3775ea05ddfbad44d0c2e19a29dd40c6307da66a16';
    const headers = { 'x-buildkite-signature': `timestamp=1700000000, signature=${signature}` };
    expect(await send('{"event":"ping"}', headers)).toEqual({ status: 200 });
  });

  it.each([
    ['the wrong token', { 'x-buildkite-token': 'wrong' }],
    ['an empty token', { 'x-buildkite-token': '' }],
    ['no credential', {}],
    ['a signature by another key', signed(finished(), { token: 'other' })],
    ['a signature over another body', signed(finished({ number: 513 }))],
    ['a signature that is 301 s old', signed(finished(), { atSeconds: NOW / 1000 - 301 })],
    ['a signature from 301 s ahead', signed(finished(), { atSeconds: NOW / 1000 + 301 })],
    ['half a signature', { 'x-buildkite-signature': `timestamp=${NOW / 1000}` }],
    ['a wrong signature beside the right token', { 'x-buildkite-signature': 'timestamp=1,signature=00', 'x-buildkite-token': TOKEN }],
  ])('is refused with %s, and nobody is told', async (_what, headers) => {
    const { seen, outcomes, send } = bench();
    expect(await send(finished(), headers)).toEqual({ status: 401 });
    expect(seen).toEqual([]);
    expect(outcomes).toEqual(['unknown refused']);
  });

  it.each([-300, 300])('is accepted when its clock differs by %i s', async (seconds) => {
    const { seen, send } = bench();
    await send(finished(), signed(finished(), { atSeconds: NOW / 1000 + seconds }));
    expect(seen).toHaveLength(1);
  });

  it('is accepted with the old and the new token while one is being rotated', async () => {
    const { seen, send } = bench({ tokens: ['new', TOKEN] });
    await send(finished(), { 'x-buildkite-token': 'new' });
    await send(finished(), signed(finished()));
    expect(seen).toHaveLength(2);
  });

  it.each([[[]], [['']]])('meets no endpoint while no token is configured (%j)', async (tokens) => {
    const { seen, send } = bench({ tokens });
    expect(await send(finished(), { 'x-buildkite-token': '' })).toEqual({ status: 404 });
    expect(seen).toEqual([]);
  });

  it.each([
    ['that is far too long', 'x'.repeat(50_000)],
    ['that is none', 'two words\n'],
    ['that is empty', ''],
  ])('follows nobody for a target %s, and still has the build judged', async (_which, target) => {
    const { seen, foreign, withToken } = bench();
    const marks = { ...BUILD.meta_data, 'countersign:target': target, 'countersign:deploy-id': 'd'.repeat(50_000) };
    expect(await withToken(finished({ meta_data: marks }))).toEqual({ status: 200 });
    expect(seen.map((build) => [build.target, build.deployId?.length])).toEqual([[null, 300]]);
    expect(foreign.map(({ claim }) => [claim?.target, claim?.deployId.length])).toEqual([[null, 300]]);
  });

  it('follows an unblocked step and builds that only carry a target', async () => {
    const { seen, withToken } = bench();
    await withToken(finished().replace('build.finished', 'job.activated'));
    await withToken(finished({ meta_data: { 'countersign:target': 'cluster' } }));
    expect(seen.map(({ deployId, target }) => [deployId, target])).toEqual([
      ['deploy:github:101:5001', 'cluster'],
      [null, 'cluster'],
    ]);
  });

  it.each([
    ['a step of a build of somebody else that starts', 'job.started', {}, { step: 'deploy', hasEnded: false }],
    ['the end of one', 'build.finished', { blocked: false }, { step: null, hasEnded: true }],
    ['a step of a build that repeats one of ours', 'job.started', { rebuilt_from: { number: 12 } }, { step: 'deploy', hasEnded: false }],
  ])('that tells of %s is handed on as one that nobody may have asked for', async (_what, event, change, told) => {
    const { seen, foreign, withToken } = bench();
    const build = { ...BUILD, meta_data: {}, ...change };
    await withToken(JSON.stringify({ event, build, job: { step_key: 'deploy' }, pipeline: { slug: 'api-deploy' } }));
    expect(seen).toEqual([]);
    expect(foreign).toMatchObject([{ organization: 'acme', pipeline: 'api-deploy', number: 512, uuid: '0197-uuid', ...told }]);
  });

  const CLAIM = {
    deployId: 'deploy:github:101:5001',
    code: deployCode('deploy:github:101:5001'),
    commit: BUILD.commit,
    target: 'cluster',
  };
  const rebuilt = { rebuilt_from: { number: 12 } };
  const marked = (meta_data: object): object => ({ meta_data });
  it.each<[string, string, object, ForeignBuild['claim']]>([
    ['names a request', 'job.started', {}, CLAIM],
    ['names a request, and no step has started', 'build.running', {}, CLAIM],
    ['names a request without a target', 'job.started', marked({ 'countersign:deploy-id': 'made up' }), made('made up')],
    ['names what is far too long to be a request', 'job.started', marked({ 'countersign:deploy-id': 'x'.repeat(9_000) }), made('x'.repeat(300))],
    ['names no request', 'job.started', marked({ 'countersign:deploy-id': '' }), null],
    ['says only where it goes', 'build.running', marked({ 'countersign:target': 'cluster' }), null],
    ['repeats one of ours, with its meta-data', 'job.started', rebuilt, null],
  ])('hands a build on that %s: nothing but its request can say whose it is', async (_what, event, change, claim) => {
    const { foreign, withToken } = bench();
    await withToken(JSON.stringify({ event, build: { ...BUILD, ...change }, job: { step_key: 'deploy' }, pipeline: { slug: 'api-deploy' } }));
    expect(foreign.map((build) => build.claim)).toEqual([claim]);
  });

  it.each<[string, string, object, boolean]>([
    ['waits for an agent', 'build.scheduled', { started_at: null }, false],
    ['runs', 'build.running', {}, true],
    ['has a job that has started, whatever its own times say', 'job.started', { started_at: null }, true],
  ])('says of a build that %s whether it has started', async (_what, event, change, hasStarted) => {
    const { foreign, withToken } = bench();
    await withToken(JSON.stringify({ event, build: { ...BUILD, ...change }, pipeline: { slug: 'api-deploy' } }));
    expect(foreign.map((build) => build.hasStarted)).toEqual([hasStarted]);
  });

  it.each([
    ['a ping', '{"event":"ping","service":{}}'],
    ['a build of somebody else', finished({ meta_data: { other: 'x' } })],
    ['a build without meta-data', finished({ meta_data: null })],
    ['an event of a job', finished().replace('build.finished', 'job.finished')],
    ['a body that is no JSON', 'not json'],
    ['a build without a number', finished({ number: 'seven' })],
    ['nothing', 'null'],
  ])('is ignored with success when it is %s', async (_what, body) => {
    const { seen, withToken } = bench();
    expect(await withToken(body)).toEqual({ status: 200 });
    expect(seen).toEqual([]);
  });

  it('is also about builds that nobody asked us for: where they are, and whether they wait', async () => {
    const { seen, foreign, outcomes, withToken } = bench();
    const at = { organization: 'acme', pipeline: 'api-deploy', number: 512, uuid: BUILD.id };
    expect(await withToken(finished({ meta_data: {}, blocked: true }))).toEqual({ status: 200 });
    expect(await withToken(finished({ meta_data: null, blocked: false, state: 'passed' }))).toEqual({ status: 200 });
    expect([seen, foreign]).toEqual([
      [],
      [
        { ...at, claim: null, waits: true, hasStarted: true, hasEnded: false, step: null },
        { ...at, claim: null, waits: false, hasStarted: true, hasEnded: true, step: null },
      ],
    ]);
    // Without an address nobody can tell whose it is.
    await withToken(finished({ meta_data: {}, url: null }));
    expect(foreign).toHaveLength(2);
    expect(outcomes.at(-1)).toBe('build.finished ignored');
  });

  it('is answered 503 while Temporal cannot be reached, so that the loss is visible', async () => {
    const { outcomes, withToken } = bench({ fails: new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'telling', found: 'nobody' }) });
    expect(await withToken(finished())).toEqual({ status: 503 });
    expect(outcomes).toEqual(['build.finished unreachable']);
  });

  it('leaves a bug to the server, which answers 500', async () => {
    await expect(bench({ fails: new Error('bug') }).withToken(finished())).rejects.toThrow('bug');
  });

  it('may have 1 MiB', () => {
    expect(bench().route.maxBytes({})).toBe(1_048_576);
  });
});
