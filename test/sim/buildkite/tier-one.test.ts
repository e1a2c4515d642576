// Every address that a deploy bot may need, asked once: it answers with the documented status, in the documented shape (`ask` sees to that).
import { describe, expect, it } from 'vitest';
import { BOT, BUILDS, SHA, stage, type AskOptions, type Stage } from './sim-client.ts';
import { misshapen, SHAPES, shapesOf } from './shapes.ts';

const SCOPES = [
  'read_builds write_builds read_build_logs write_build_logs read_job_env read_artifacts read_pipelines write_pipelines',
  'read_user read_organizations read_teams read_notification_services write_notification_services',
].flatMap((line) => line.split(' '));
const ORG = '/organizations/acme';
const HOOK = { url: 'http://127.0.0.1:9/', token: 't' };

/** A build with a failed step, one that waits for a person and one for a trigger; a team; an annotation; a service. */
async function full(): Promise<Stage & { readonly fill: (path: string) => string }> {
  const s = await stage({
    steps: [
      { type: 'input', label: 'Notes' },
      { type: 'command', label: 'test', outcome: 'fail', log: 'broken\n' },
      { type: 'trigger', label: 'infra', pipeline: 'infra', async: true },
      { type: 'wait' },
      { type: 'command', label: 'deploy' },
    ],
  });
  s.sim.addPipeline({ slug: 'infra', steps: [{ type: 'command', label: 'apply' }] });
  s.sim.addUser({ name: 'Ada', email: 'ada@acme.test' }, 'admin');
  s.sim.addToken({ token: 'bkua_full', user: { name: 'Ada', email: 'ada@acme.test' }, scopes: SCOPES });
  s.sim.addTeam({ name: 'On call', members: [BOT] });
  const ask: Stage['ask'] = (method, path, options = {}) => s.ask(method, path, { token: 'bkua_full', ...options });
  const made = await ask('POST', BUILDS, { body: { commit: SHA, branch: 'main', pull_request_id: 42 } });
  const [manual, script] = made.body.jobs.map((job) => job.id);
  s.sim.finishStep('deploy', 1, { step: 'test', outcome: 'fail' });
  const note = await ask('POST', `${BUILDS}/1/annotations`, { body: { body: 'x' } });
  const jobNote = await ask('POST', `${BUILDS}/1/jobs/${script}/annotations`, { body: { body: 'y' } });
  const service = await ask('POST', `${ORG}/services`, { body: { provider: 'webhook', settings: HOOK } });
  const ids: Readonly<Record<string, string>> = {
    script: script ?? '',
    manual: manual ?? '',
    note: note.body.id,
    'job-note': jobNote.body.id,
    service: service.body.id,
    team: (await ask('GET', `${ORG}/teams`)).items[0]?.id ?? '',
    user: (await ask('GET', `${ORG}/members`)).items[0]?.id ?? '',
  };
  return { ...s, ask, fill: (path) => path.replaceAll(/\{([\w-]+)\}/g, (_, name: string) => ids[name] ?? name) };
}

const JOBS = [`${BUILDS}/1/jobs`, `${ORG}/jobs`];
type Row = readonly [method: string, path: string, status: number, options?: AskOptions];
const ROWS: readonly Row[] = [
  ['GET', '/meta', 200, { token: null }],
  ['GET', '/access-token', 200],
  ['DELETE', '/access-token', 204],
  ['GET', '/user', 200],
  ['GET', '/organizations', 200],
  ['GET', ORG, 200],
  ['GET', `${ORG}/rate_limit`, 200],
  ['GET', `${ORG}/emojis`, 200],
  ['GET', `${ORG}/members`, 200],
  ['GET', `${ORG}/members/{user}`, 200],
  ['GET', `${ORG}/teams`, 200],
  ['GET', `${ORG}/teams/{team}`, 200],
  ['GET', `${ORG}/teams/{team}/members`, 200],
  ['GET', `${ORG}/services`, 200],
  ['POST', `${ORG}/services`, 201, { body: { provider: 'webhook', settings: HOOK } }],
  ['GET', `${ORG}/services/{service}`, 200],
  ['PATCH', `${ORG}/services/{service}`, 200, { body: { description: 'deploys' } }],
  ['PUT', `${ORG}/services/{service}/disable`, 200],
  ['DELETE', `${ORG}/services/{service}`, 204],
  ['GET', `${ORG}/pipelines`, 200],
  ['GET', `${ORG}/pipelines/deploy`, 200],
  ['GET', '/builds', 200],
  ['GET', `${ORG}/builds`, 200],
  ['GET', BUILDS, 200],
  ['POST', BUILDS, 201, { body: { commit: 'HEAD', branch: 'main', nonsense: true } }],
  ['GET', `${BUILDS}/1`, 200],
  ['PUT', `${BUILDS}/1/rebuild`, 200],
  ['PUT', `${BUILDS}/1/retry_failed_jobs`, 202],
  ['GET', `${BUILDS}/1/artifacts`, 200],
  ['GET', `${BUILDS}/1/annotations?scope=all`, 200],
  ['GET', `${BUILDS}/1/annotations?omit_body=true`, 200],
  ['POST', `${BUILDS}/1/annotations`, 201, { body: { body: 'z', style: 'warning', priority: 10 } }],
  ['DELETE', `${BUILDS}/1/annotations/{note}`, 204],
  ['GET', `${BUILDS}/1/jobs`, 200],
  ...JOBS.flatMap((jobs): readonly Row[] => [
    ['GET', `${jobs}/{script}`, 200],
    ['GET', `${jobs}/{manual}`, 200],
    ['GET', `${jobs}/{script}/env`, 200],
    ['GET', `${jobs}/{script}/log`, 200],
    ['GET', `${jobs}/{script}/log.txt`, 200],
    ['GET', `${jobs}/{script}/log.html`, 200],
    ['HEAD', `${jobs}/{script}/log`, 200],
    ['DELETE', `${jobs}/{script}/log`, 204],
    ['GET', `${jobs}/{script}/annotations`, 200],
    ['DELETE', `${jobs}/{script}/annotations/{job-note}`, 204],
    ['PUT', `${jobs}/{script}/retry`, 200],
    ['PUT', `${jobs}/{script}/reprioritize`, 200, { body: { priority: 5 } }],
    ['PUT', `${jobs}/{manual}/unblock?Fields=map[ok:yes]`, 200, { body: {} }],
  ]),
  ['PUT', `${BUILDS}/1/cancel`, 200],
];

describe('the API of tier 1', () => {
  it.for(ROWS)('%s %s answers %i', async ([method, path, status, options]) => {
    const { ask, fill, sim } = await full();
    const answer = await ask(method, fill(path), options);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    expect(answer.headers.has('ratelimit-user-remaining')).toBe(path !== '/meta');
    expect(sim.unknownRoutes).toEqual([]);
  });
});

describe('the shapes', () => {
  it('are asked for, each of them', () => {
    const used = new Set(ROWS.map(([method, path]) => shapesOf(method, path.replace(/\?.*$/, ''))));
    expect(Object.entries(SHAPES).filter(([, shape]) => !used.has(shape))).toEqual([]);
  });

  it.each([
    ['a key too many', (json: object) => ({ ...json, extra: 1 }), /extra/],
    ['a key that is missing', (json: object) => ({ ...json, blocked: undefined }), /blocked/],
    ['another type', (json: object) => ({ ...json, number: '1' }), /number/],
    ['a state nobody knows', (json: object) => ({ ...json, state: 'done' }), /state/],
  ])('find %s', async (_, spoil, finding) => {
    const { ask } = await full();
    const { text } = await ask('GET', `${BUILDS}/1`);
    const seen = { method: 'GET', path: `${BUILDS}/1`, status: 200, contentType: 'application/json; charset=utf-8' };
    expect(misshapen({ ...seen, text })).toBeNull();
    expect(misshapen({ ...seen, text: JSON.stringify(spoil(JSON.parse(text))) })).toMatch(finding);
  });
});
