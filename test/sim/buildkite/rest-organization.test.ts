import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { misshapenWebhook } from './webhook-shapes.ts';
import { BOT, BUILDS, stage, type Answer, type AskOptions, type Stage } from './sim-client.ts';

const ORG = '/organizations/acme';
const ADA = { name: 'Ada', email: 'ada@acme.test' };

/** Asks as an administrator with every scope that is about the organization. */
async function asAdmin(): Promise<Stage> {
  const s = await stage();
  s.sim.addUser(ADA, 'admin');
  const scopes = [
    'read_notification_services',
    'write_notification_services',
    'read_organizations',
    'read_teams',
    'read_pipelines',
    'write_pipelines',
  ];
  s.sim.addToken({ token: 'bkua_ada', user: ADA, scopes });
  return { ...s, ask: (method, path, options = {}) => s.ask(method, path, { token: 'bkua_ada', ...options }) };
}

describe('services', () => {
  const hook = (url: string, more: object = {}): AskOptions => ({
    body: {
      provider: 'webhook',
      description: 'countersign',
      settings: { url, token: 'first', token_mode: 'signature', events: ['build.scheduled'] },
      ...more,
    },
  });
  const register = async (s: Stage, options: AskOptions): Promise<Answer> => s.ask('POST', `${ORG}/services`, options);

  it('are registered with their own settings, and greeted by a ping', async () => {
    const s = await asAdmin();
    const url = await listener();
    const made = await register(s, hook(url));
    expect([made.status, made.body]).toMatchObject([
      201,
      { description: 'countersign', enabled: true, scope: 'all', created_by: ADA, settings: { url, token: 'first', token_mode: 'signature' } },
    ]);
    await s.sim.deliveriesSettled();
    const [ping] = s.sim.deliveries;
    expect(ping).toMatchObject({ event: 'ping', pipeline: null, status: 200, headers: { 'x-buildkite-event': 'ping' } });
    expect(misshapenWebhook(ping?.body ?? '')).toBeNull();
    expect(JSON.parse(ping?.body ?? '')).toMatchObject({
      event: 'ping',
      service: { id: made.body.id, provider: 'webhook', settings: { url } },
      organization: { slug: 'acme' },
      sender: { name: 'Ada' },
    });
  });

  it('sign with the new token once it is changed; what is left out stays', async () => {
    const s = await asAdmin();
    const made = await register(s, hook(await listener()));
    const changed = await s.ask('PATCH', `${ORG}/services/${made.body.id}`, { body: { settings: { token: 'second', token_mode: 'token' } } });
    expect(changed.body).toMatchObject({ description: 'countersign', settings: { token: 'second', events: ['build.scheduled'] } });
    await s.create();
    await s.sim.deliveriesSettled();
    expect(s.sim.deliveries.map(({ event, headers }) => [event, headers['x-buildkite-token']])).toEqual([
      ['ping', undefined],
      ['ping', 'second'],
      ['build.scheduled', 'second'],
    ]);
  });

  it.each([
    ['disabled', async (s: Stage, id: string) => s.ask('PUT', `${ORG}/services/${id}/disable`)],
    ['deleted', async (s: Stage, id: string) => s.ask('DELETE', `${ORG}/services/${id}`)],
    [
      'for another pipeline',
      async (s: Stage, id: string) => s.ask('PATCH', `${ORG}/services/${id}`, { body: { scope: 'some_projects', scope_uuids: [id] } }),
    ],
    ['for another branch', async (s: Stage, id: string) => s.ask('PATCH', `${ORG}/services/${id}`, { body: { branch_configuration: '!main' } })],
  ])('that are %s hear nothing', async (_, silence) => {
    const s = await asAdmin();
    const made = await register(s, hook(await listener()));
    expect((await silence(s, made.body.id)).status).toBeLessThan(300);
    await s.create();
    await s.sim.deliveriesSettled();
    expect(s.sim.deliveries.filter(({ event }) => event !== 'ping')).toEqual([]);
  });

  it.each<[string, object, readonly string[]]>([
    ['another provider', { provider: 'slack' }, ['provider']],
    ['no address', { provider: 'webhook', settings: {} }, ['settings.url']],
    ['what is no address, and an unknown setting', { provider: 'webhook', settings: { url: 'x', secret: 1 } }, ['settings.url', 'settings.secret']],
    ['an unknown field', { provider: 'webhook', settings: { url: 'http://x.test' }, id: 'mine' }, ['id']],
  ])('are refused with %s', async (_, body, fields) => {
    const s = await asAdmin();
    const answer = await register(s, { body });
    expect([answer.status, answer.body]).toEqual([
      422,
      { message: 'Validation Failed', errors: fields.map((field) => ({ field, code: 'invalid' })) },
    ]);
    expect((await s.ask('GET', `${ORG}/services`)).body).toMatchObject({ items: [] });
  });

  it('are for administrators', async () => {
    const s = await stage();
    s.sim.addToken({ token: 'bkua_eve', user: { name: 'Eve', email: 'eve@acme.test' }, scopes: ['read_notification_services'] });
    const answer = await s.ask('GET', `${ORG}/services`, { token: 'bkua_eve' });
    expect([answer.status, answer.body]).toEqual([403, { message: 'Forbidden' }]);
  });
});

describe('people', () => {
  it('are listed with their roles; how they sign in is told to administrators and to themselves', async () => {
    const s = await asAdmin();
    s.sim.addToken({ token: 'bkua_reader', user: BOT, scopes: ['read_organizations'] });
    const members = async (token: string): Promise<unknown> => (await s.ask('GET', `${ORG}/members`, { token })).items;
    expect(await members('bkua_ada')).toMatchObject([
      { name: 'Olga Owner', role: 'admin', sso_mode: 'optional' },
      { ...BOT, role: 'member', sso_mode: 'optional' },
      { ...ADA, role: 'admin', sso_mode: 'optional' },
    ]);
    const seen = await s.ask('GET', `${ORG}/members`, { token: 'bkua_reader' });
    expect(seen.items.map((member) => 'sso_mode' in member)).toEqual([false, true, false]);
    expect((await s.ask('GET', `${ORG}/members/nobody`)).body).toEqual({ message: 'No member found' });
  });

  it('are found in their teams', async () => {
    const s = await asAdmin();
    s.sim.addTeam({ name: 'On call', members: [BOT] });
    s.sim.addTeam({ name: 'Everyone else', members: [ADA] });
    const bot = s.sim.addUser(BOT);
    const teams = await s.ask('GET', `${ORG}/teams?user_id=${bot.id}`);
    expect(teams.items).toMatchObject([{ name: 'On call', slug: 'on-call' }]);
    expect((await s.ask('GET', `${ORG}/teams/${teams.items[0]?.id}/members`)).items).toMatchObject([{ user_name: 'Countersign', role: 'member' }]);
    expect((await s.ask('GET', `${ORG}/teams/none`)).status).toBe(404);
  });

  it('who are not of the organization can not tell that it exists', async () => {
    const s = await stage();
    s.sim.addUser({ name: 'Mallory', email: 'mallory@else.test' }, 'outsider');
    s.sim.addToken({ token: 'bkua_out', user: { name: 'Mallory', email: 'mallory@else.test' }, scopes: ['read_builds', 'read_organizations'] });
    await s.create();
    const ask = (path: string): Promise<Answer> => s.ask('GET', path, { token: 'bkua_out' });
    expect([(await ask('/organizations')).items, (await ask('/builds')).items]).toEqual([[], []]);
    expect((await ask(`${BUILDS}/1`)).body).toEqual({ message: 'No organization found' });
  });
});

it('the address for pushes is told to those who may change the pipeline', async () => {
  const s = await asAdmin();
  const address = async (token: string): Promise<unknown> =>
    Object.entries((await s.ask('GET', `${ORG}/pipelines/deploy`, { token })).body).find(([key]) => key === 'provider')?.[1];
  expect(await address('bkua_bot')).toMatchObject({ webhook_url: '' });
  expect(await address('bkua_ada')).toMatchObject({ webhook_url: expect.stringContaining('/deliver/') });
});

/** A receiver that takes everything; answers its address. */
async function listener(): Promise<string> {
  const server = createServer((req, res) => void req.resume().on('end', () => res.end()));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks`;
}
