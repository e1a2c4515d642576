import { createHmac } from 'node:crypto';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signSlack } from '../../src/sim/slack/delivery.ts';
import { REPOSITORY } from '../../src/sim/world.ts';
import { eventually } from '../support/acme.ts';
import { openStories, type PullRequest, type Stories } from '../support/stories.ts';

interface Example {
  readonly name: string;
  readonly examples: readonly object[];
}
// The package's types claim a default export that its JSON does not have.
const EXAMPLES = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Example[];

const KIBI = 1_024;
type Headers = Readonly<Record<string, string>>;

// Everything here is asked of a product to which nothing has happened yet; at the end one good command must have done one thing.
describe('at the doors, without effect', () => {
  let acme: Stories;
  let pull: PullRequest;
  let before: Awaited<ReturnType<typeof effects>>;
  beforeAll(async () => {
    acme = await openStories({ api: { environments: { staging: { approvals: 'none' } } } });
    pull = await acme.pull();
    before = await effects();
  });
  afterAll(() => acme.end());

  async function effects(): Promise<Readonly<Record<string, number>>> {
    const { github, slack, buildkite } = acme.world;
    // Reading who is who and what is there changes nothing.
    const writes = [...github.requests, ...slack.requests, ...buildkite.requests].filter(
      ({ method, path }) => method !== 'GET' && !/auth\.test|users\.info/.test(path),
    );
    // The one of accounts is started by the worker itself, so that the first click finds it running.
    const workflows = await acme.client.workflow.count(`WorkflowType != 'people'`);
    return { workflows: workflows.count, writes: writes.length };
  }
  async function post(path: string, headers: Headers, body: string): Promise<number> {
    const response = await fetch(`${acme.product().url}${path}`, { method: 'POST', headers, body });
    expect(await response.text()).toBe('');
    return response.status;
  }

  const hub = (body: string, more: Headers = {}): Headers => ({
    'content-type': 'application/json',
    'x-github-event': 'issue_comment',
    'x-github-delivery': '3f1c-story',
    'x-hub-signature-256': `sha256=${createHmac('sha256', acme.world.env['WEBHOOK_SECRET'] ?? '')
      .update(body)
      .digest('hex')}`,
    ...more,
  });
  const GITHUB = '/api/github/webhooks';
  const comment = (): string => acme.world.github.deliveries.find(({ event }) => event === 'issue_comment')?.payload ?? '';

  const FROM_GITHUB: readonly { what: string; send: () => Promise<number>; status: number }[] = [
    { what: 'unsigned', send: () => post(GITHUB, { 'content-type': 'application/json', 'x-github-event': 'issue_comment' }, '{}'), status: 401 },
    { what: 'signed with another secret', send: () => post(GITHUB, hub('{} '), '{}'), status: 401 },
    { what: 'signed, but no JSON', send: () => post(GITHUB, hub('{"action":'), '{"action":'), status: 400 },
    { what: 'signed, but a list', send: () => post(GITHUB, hub('[]'), '[]'), status: 400 },
    { what: 'signed, but of no shape we know', send: () => post(GITHUB, hub('{"action":"created"}'), '{"action":"created"}'), status: 400 },
    {
      what: 'a form',
      send: () => post(GITHUB, hub('payload=%7B%7D', { 'content-type': 'application/x-www-form-urlencoded' }), 'payload=%7B%7D'),
      status: 415,
    },
    { what: 'a comment of more than 1 MiB', send: () => post(GITHUB, hub('x'), 'x'.repeat(KIBI * KIBI + 1)), status: 413 },
    {
      what: 'an event that means nothing to us',
      send: () => post(GITHUB, hub('{"zen":"Keep it simple."}', { 'x-github-event': 'ping' }), '{"zen":"Keep it simple."}'),
      status: 200,
    },
    { what: 'an event by a name that nobody knows', send: () => post(GITHUB, hub('{}', { 'x-github-event': '__proto__' }), '{}'), status: 200 },
  ];
  it.each(FROM_GITHUB)('GitHub: $what is answered $status', async ({ send, status }) => {
    expect(await send()).toBe(status);
    expect(await effects()).toEqual(before);
  });

  const SLACK = '/slack/events';
  const form = (change: Headers = {}): string =>
    new URLSearchParams({
      command: '/deploy',
      text: 'api to staging',
      team_id: 'T01ACME',
      api_app_id: 'A01COUNTERSIGN',
      user_id: 'U01ANN',
      user_name: 'ann',
      channel_id: 'C0API',
      trigger_id: '1.2.story',
      ...change,
    }).toString();
  const slackSigned = (body: string, { aheadS = 0, secret = acme.world.slack.signingSecret() } = {}): Headers => ({
    'content-type': 'application/x-www-form-urlencoded',
    ...signSlack(secret, Math.floor(Date.now() / 1_000) + aheadS, body),
  });
  const FROM_SLACK: readonly { what: string; send: () => Promise<number>; status: number }[] = [
    { what: 'unsigned', send: () => post(SLACK, { 'content-type': 'application/x-www-form-urlencoded' }, form()), status: 401 },
    {
      what: 'signed with another secret',
      send: () => post(SLACK, slackSigned(form(), { secret: 'another-secret-0123456789' }), form()),
      status: 401,
    },
    { what: 'signed six minutes ago', send: () => post(SLACK, slackSigned(form(), { aheadS: -360 }), form()), status: 401 },
    { what: 'signed six minutes ahead', send: () => post(SLACK, slackSigned(form(), { aheadS: 360 }), form()), status: 401 },
    {
      what: 'for another workspace',
      send: () => post(SLACK, slackSigned(form({ team_id: 'T02OTHER' })), form({ team_id: 'T02OTHER' })),
      status: 401,
    },
    {
      what: 'for another app',
      send: () => post(SLACK, slackSigned(form({ api_app_id: 'A02OTHER' })), form({ api_app_id: 'A02OTHER' })),
      status: 401,
    },
    { what: 'signed, but unreadable', send: () => post(SLACK, slackSigned('payload=%7B'), 'payload=%7B'), status: 400 },
    { what: 'more than 256 KiB', send: () => post(SLACK, slackSigned('x'), 'x'.repeat(256 * KIBI + 1)), status: 413 },
    { what: 'another slash command', send: () => post(SLACK, slackSigned(form({ command: '/remind' })), form({ command: '/remind' })), status: 200 },
    { what: 'a question about our certificate', send: () => post(SLACK, slackSigned('ssl_check=1&token=x'), 'ssl_check=1&token=x'), status: 200 },
  ];
  it.each(FROM_SLACK)('Slack: $what is answered $status', async ({ send, status }) => {
    expect(await send()).toBe(status);
    expect(await effects()).toEqual(before);
  });

  const BUILDKITE = '/buildkite/webhooks';
  const finished = JSON.stringify({ event: 'build.finished', build: { id: 'b', meta_data: { 'countersign:target': 'api/staging' } } });
  const FROM_BUILDKITE: readonly { what: string; send: () => Promise<number>; status: number }[] = [
    { what: 'unsigned', send: () => post(BUILDKITE, {}, finished), status: 401 },
    { what: 'with a wrong token', send: () => post(BUILDKITE, { 'x-buildkite-token': 'wrong' }, finished), status: 401 },
    {
      what: 'signed ten minutes ago',
      send: () =>
        post(BUILDKITE, { 'x-buildkite-signature': `timestamp=${Math.floor(Date.now() / 1_000) - 600},signature=${'0'.repeat(64)}` }, finished),
      status: 401,
    },
    { what: 'more than 1 MiB', send: () => post(BUILDKITE, {}, 'x'.repeat(KIBI * KIBI + 1)), status: 413 },
    {
      what: 'genuine, but unreadable',
      send: () => post(BUILDKITE, { 'x-buildkite-token': acme.world.env['BUILDKITE_WEBHOOK_TOKEN'] ?? '' }, 'no JSON'),
      status: 200,
    },
  ];
  it.each(FROM_BUILDKITE)('Buildkite: $what is answered $status', async ({ send, status }) => {
    expect(await send()).toBe(status);
    expect(await effects()).toEqual(before);
  });

  it('no other path and no other method', async () => {
    expect(await post('/', {}, '')).toBe(404);
    expect(await post('/slack/events/', {}, '')).toBe(404);
    expect((await fetch(`${acme.product().url}${GITHUB}`)).status).toBe(405);
  });

  it('every example payload of the community, signed', async () => {
    const statuses = new Set<number>();
    for (const { name, examples } of EXAMPLES) {
      for (const example of examples) {
        const body = JSON.stringify(example);
        statuses.add(await post(GITHUB, hub(body, { 'x-github-event': name }), body));
      }
    }
    expect([...statuses]).toEqual([200]);
    expect(await effects()).toEqual(before);
  });

  const WORDS: readonly { what: string; body: string }[] = [
    { what: 'quoted', body: '> /deploy api to staging' },
    { what: 'fenced', body: '```\n/deploy api to staging\n```' },
    { what: 'indented like code', body: '    /deploy api to staging' },
    { what: 'hidden', body: '<!-- /deploy api to staging -->' },
    { what: 'on the second line', body: 'Ship it!\n/deploy api to staging' },
    { what: 'in the middle of a sentence', body: 'type /deploy api to staging' },
    { what: 'another bot’s', body: '/deployment api to staging' },
  ];
  it.each(WORDS)('a command that is $what', async ({ body }) => {
    const told = await acme.ann.comments(pull, body);
    expect(await effects()).toEqual(before);
    expect([...told.reactions(), ...told.replies()]).toEqual([]);
  });

  it('an edited or deleted comment, a comment of a bot, of ours, and on an issue', async () => {
    const { github } = acme.world;
    const harmless = await acme.ann.comments(pull, 'looks good');
    await github.editComment(harmless.id, 'ann', '/deploy api to staging');
    await github.deleteComment(harmless.id, 'ann');
    github.addUser({ login: 'renovate[bot]', type: 'Bot' });
    github.setRole(REPOSITORY, 'renovate[bot]', 'write');
    await github.comment(REPOSITORY, pull.number, 'renovate[bot]', '/deploy api to staging');
    await github.comment(REPOSITORY, pull.number, github.botLogin, '/deploy api to staging');
    const issue = github.openIssue(REPOSITORY, { title: 'A wish', by: 'ann' });
    await github.comment(REPOSITORY, issue.number, 'ann', '/deploy api to staging');
    expect(github.deliveries.filter(({ event }) => event === 'issue_comment').map(({ statusCode }) => statusCode)).not.toContain(500);
    expect(await effects()).toEqual(before);
  });

  it('a good comment that is sent again with another body under its old signature', async () => {
    const sent = comment();
    expect(await post(GITHUB, hub(sent), sent.replace('A wish', 'Another'))).toBe(401);
    expect(await effects()).toEqual(before);
  });

  it('after all of which one good command does one thing', async () => {
    const deploy = await acme.ann.asks(pull, '/deploy staging');
    await deploy.ends('✅', 'is live on staging');
    await eventually('one request', async () => (await acme.requests()) === 1);
    expect(acme.builds('api')).toHaveLength(1);
    expect(acme.world.slack.messages('C0API').filter(({ metadata }) => metadata !== null)).toHaveLength(1);
  });
});
