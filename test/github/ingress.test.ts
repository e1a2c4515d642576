import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ClosedEvent, FrontDoor, Incoming, PushEvent, SubmittedReview } from '../../src/bot/front-door.ts';
import { createGithubIngress } from '../../src/github/ingress.ts';
import { createGithubProbot } from '../../src/github/probot.ts';
import type { RawResponse, Route } from '../../src/ingress.ts';
import { Trouble } from '../../src/trouble.ts';
import { API, APP_ID, PRIVATE_KEY, sha, silent, answerOnlyAnnouncedRequests } from './github-app.ts';

const SECRET = 'the present secret';
const PREVIOUS = 'the secret before';

answerOnlyAnnouncedRequests();

interface Door {
  readonly reviews: readonly SubmittedReview[];
  readonly misplaced: readonly Incoming[];
  readonly route: Route;
  readonly commands: readonly Incoming[];
  readonly pushes: readonly PushEvent[];
  readonly closures: readonly ClosedEvent[];
}

function open(
  options: {
    readonly secrets?: readonly string[];
    readonly deadlineMs?: number;
    readonly command?: () => Promise<{ readonly kind: 'silence' }>;
  } = {},
): Door {
  const commands: Incoming[] = [];
  const reviews: SubmittedReview[] = [];
  const misplaced: Incoming[] = [];
  const pushes: PushEvent[] = [];
  const closures: ClosedEvent[] = [];
  const unused = (): never => {
    throw new Error('not for GitHub');
  };
  const frontDoor: FrontDoor = {
    command: (incoming) => {
      commands.push(incoming);
      return options.command?.() ?? Promise.resolve({ kind: 'silence' });
    },
    pushed: (event) => {
      pushes.push(event);
      return Promise.resolve();
    },
    reviewed: (review) => {
      reviews.push(review);
      return Promise.resolve({ kind: 'silence' });
    },
    misplaced: (incoming) => {
      misplaced.push(incoming);
      return Promise.resolve({ kind: 'silence' });
    },
    pullRequestClosed: (event) => {
      closures.push(event);
      return Promise.resolve();
    },
    act: unused,
    details: unused,
    buildSeen: unused,
    foreignBuildSeen: unused,
  };
  const probot = createGithubProbot({ appId: APP_ID, privateKey: PRIVATE_KEY, baseUrl: API, log: silent });
  const secrets = options.secrets ?? [SECRET, PREVIOUS];
  const route = createGithubIngress({ secrets: () => secrets, frontDoor, probot, log: silent, deadlineMs: options.deadlineMs ?? 3000 });
  return { route, commands, pushes, closures, reviews, misplaced };
}

const signature = (body: string, secret = SECRET): string => `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;

function deliver(
  route: Route,
  event: string,
  body: string | object,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<RawResponse> {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const given = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-hub-signature-256': signature(text),
    ...headers,
  };
  return route.handle({ headers: given, rawBody: Buffer.from(text) });
}

function comment(overrides: { readonly comment?: object; readonly issue?: object; readonly rest?: object } = {}): object {
  return {
    action: 'created',
    issue: { number: 42, pull_request: { url: 'https://api.github.com/repos/acme/api/pulls/42' }, ...overrides.issue },
    comment: {
      id: 1001,
      body: '/deploy api to production',
      created_at: '2026-11-23T13:58:00Z',
      updated_at: '2026-11-23T13:58:00Z',
      user: { id: 1, login: 'ann', type: 'User' },
      performed_via_github_app: null,
      ...overrides.comment,
    },
    repository: { id: 7, full_name: 'acme/api' },
    sender: { id: 1, login: 'ann' },
    installation: { id: 99 },
    ...overrides.rest,
  };
}

describe('signatures', () => {
  const body = JSON.stringify(comment());
  it.each([
    ['the present secret', signature(body), 200],
    ['the previous secret', signature(body, PREVIOUS), 200],
    ['another secret', signature(body, 'guessed'), 401],
    ['no signature', undefined, 401],
    ['an empty signature', '', 401],
    ['a signature of another body', signature(`${body} `), 401],
    ['a signature without its algorithm', signature(body).slice('sha256='.length), 401],
    ['a truncated signature', signature(body).slice(0, -2), 401],
    ['no hexadecimal digits', `sha256=${'z'.repeat(64)}`, 401],
  ])('answers %s as it deserves', async (_name, header, status) => {
    const { route, commands } = open();
    expect(await deliver(route, 'issue_comment', body, { 'x-hub-signature-256': header })).toEqual({ status });
    expect(commands).toHaveLength(status === 200 ? 1 : 0);
  });

  it('does not accept the old SHA-1 header in its stead', async () => {
    const { route, commands } = open();
    const sha1 = `sha1=${createHmac('sha1', SECRET).update(body).digest('hex')}`;
    expect(await deliver(route, 'issue_comment', body, { 'x-hub-signature-256': undefined, 'x-hub-signature': sha1 })).toEqual({ status: 401 });
    expect(await deliver(route, 'issue_comment', body, { 'x-hub-signature-256': sha1 })).toEqual({ status: 401 });
    expect(commands).toEqual([]);
  });

  it.each([
    ['no secret', []],
    ['an empty secret', ['']],
  ])('refuses everything while there is %s', async (_name, secrets) => {
    const { route } = open({ secrets });
    for (const secret of ['development', 'x']) {
      const header = signature(body, secret);
      expect(await deliver(route, 'issue_comment', body, { 'x-hub-signature-256': header })).toEqual({ status: 401 });
    }
  });

  it('looks at the signature before it looks at anything else', async () => {
    const { route } = open();
    const forged = { 'x-hub-signature-256': signature('something else') };
    expect(await deliver(route, 'issue_comment', '{', forged)).toEqual({ status: 401 });
    expect(await deliver(route, 'issue_comment', '', forged)).toEqual({ status: 401 });
    expect(await deliver(route, 'issue_comment', '{}', { ...forged, 'content-type': 'text/plain' })).toEqual({ status: 401 });
  });
});

describe('deliveries', () => {
  it.each([
    ['malformed JSON', '{"action":', {}, 400],
    ['JSON that is no object', '[]', {}, 400],
    ['no delivery id', '{}', { 'x-github-delivery': undefined }, 400],
    ['a delivery id that would forge a log line', '{}', { 'x-github-delivery': 'a\nb' }, 400],
    ['no event', '{}', { 'x-github-event': undefined }, 400],
    ['a form', 'payload=%7B%7D', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['no content type', '{}', { 'content-type': undefined }, 415],
    ['JSON with a charset', '{}', { 'content-type': 'application/json; charset=utf-8', 'x-github-event': 'ping' }, 200],
    ['a ping', '{"zen":"Keep it logically awesome.","hook_id":1}', { 'x-github-event': 'ping' }, 200],
    ['an event of tomorrow', '{"action":"created"}', { 'x-github-event': 'moon_landing' }, 200],
    ['an event named like a method', '{"action":"created"}', { 'x-github-event': 'constructor' }, 200],
    ['an event named like a prototype', '{"action":"created"}', { 'x-github-event': '__proto__' }, 200],
    ['an action of tomorrow', '{"action":"resurrected"}', {}, 200],
    ['a comment of an unknown shape', '{"action":"created","comment":{"body":7}}', {}, 400],
    ['a push of an unknown shape', '{"action":"synchronize"}', { 'x-github-event': 'pull_request' }, 400],
  ])('answers %s, and nothing happens', async (_name, body, headers, status) => {
    const { route, commands, pushes } = open();
    expect(await deliver(route, 'issue_comment', body, headers)).toEqual({ status });
    expect([...commands, ...pushes]).toEqual([]);
  });

  it('caps comments at 1 MiB and everything else at 25 MiB', () => {
    const { route } = open();
    expect(route.path).toBe('/api/github/webhooks');
    expect(route.maxBytes({ 'x-github-event': 'issue_comment' })).toBe(1_048_576);
    expect(route.maxBytes({ 'x-github-event': 'pull_request' })).toBe(26_214_400);
    expect(route.maxBytes({})).toBe(26_214_400);
  });
});

describe('comments', () => {
  it('hands a new comment on a pull request to the front door, keyed by the comment', async () => {
    const { route, commands } = open();
    expect(await deliver(route, 'issue_comment', comment())).toEqual({ status: 200 });
    expect(commands).toEqual([
      {
        key: 'deploy:github:7:1001',
        text: '/deploy api to production',
        by: { surface: 'github', id: 1, login: 'ann' },
        at: Date.parse('2026-11-23T13:58:00Z'),
        from: { surface: 'github', repo: { id: 7, slug: 'acme/api' }, installation: 99, issue: 42, comment: 1001 },
      },
    ]);
  });

  it('gives a second delivery the same key', async () => {
    const { route, commands } = open();
    await deliver(route, 'issue_comment', comment());
    await deliver(route, 'issue_comment', comment(), { 'x-github-delivery': 'another' });
    expect(commands.map((command) => command.key)).toEqual(['deploy:github:7:1001', 'deploy:github:7:1001']);
  });

  it.each([
    ['on a plain issue', comment({ issue: { pull_request: undefined } })],
    ['on an issue whose pull request is null', comment({ issue: { pull_request: null } })],
    ['by a bot', comment({ comment: { user: { id: 1, login: 'renovate[bot]', type: 'Bot' } } })],
    ['by an app that speaks for a person', comment({ comment: { performed_via_github_app: { id: 12, slug: 'helper' } } })],
    ['that was edited before it was delivered', comment({ comment: { updated_at: '2026-11-23T13:58:01Z' } })],
    ['of somebody other than the sender', comment({ rest: { sender: { id: 2, login: 'bea' } } })],
    ['of an account that is gone', comment({ comment: { user: null } })],
    ['that was edited', comment({ rest: { action: 'edited' } })],
    ['that was deleted', comment({ rest: { action: 'deleted' } })],
  ])('ignores a comment %s', async (_name, payload) => {
    const { route, commands } = open();
    expect(await deliver(route, 'issue_comment', payload)).toEqual({ status: 200 });
    expect(commands).toEqual([]);
  });

  it('refuses a comment without the installation that would answer it', async () => {
    const { route, commands } = open();
    expect(await deliver(route, 'issue_comment', comment({ rest: { installation: undefined } }))).toEqual({ status: 400 });
    expect(commands).toEqual([]);
  });

  it('refuses ids that a number cannot hold, instead of rounding them', async () => {
    const { route, commands } = open();
    const body = JSON.stringify(comment()).replace('"id":1001', '"id":9007199254740993');
    expect(await deliver(route, 'issue_comment', body)).toEqual({ status: 400 });
    expect(commands).toEqual([]);
  });
});

describe('pushes', () => {
  it('tells the front door who pushed what to which pull request', async () => {
    const { route, pushes } = open();
    const payload = {
      action: 'synchronize',
      number: 42,
      before: sha('a'),
      after: sha('b'),
      pull_request: { number: 42, updated_at: '2026-11-23T14:05:00Z' },
      repository: { id: 7, full_name: 'acme/api' },
      sender: { id: 3, login: 'carl' },
    };
    expect(await deliver(route, 'pull_request', payload)).toEqual({ status: 200 });
    expect(pushes).toEqual([
      {
        repo: { id: 7, slug: 'acme/api' },
        pullRequest: 42,
        change: { sha: sha('b'), before: sha('a'), by: { surface: 'github', id: 3, login: 'carl' }, at: Date.parse('2026-11-23T14:05:00Z') },
      },
    ]);
  });
});

describe('a pull request that is closed', () => {
  const payload = (merged: boolean): object => ({
    action: 'closed',
    number: 42,
    pull_request: { merged, merge_commit_sha: sha('c'), closed_at: '2026-11-23T14:05:00Z', head: { sha: sha('b') } },
    repository: { id: 7, full_name: 'acme/api' },
    sender: { id: 3, login: 'carl' },
  });
  it.each([
    ['closed', false, null],
    ['merged', true, sha('c')],
  ] as const)('is told to the front door as %s, by whom and at which head', async (_how, merged, mergeSha) => {
    const { route, closures } = open();
    expect(await deliver(route, 'pull_request', payload(merged))).toEqual({ status: 200 });
    const at = Date.parse('2026-11-23T14:05:00Z');
    expect(closures).toEqual([
      {
        repo: { id: 7, slug: 'acme/api' },
        closure: { number: 42, merged, head: sha('b'), mergeSha, by: { surface: 'github', id: 3, login: 'carl' }, at },
      },
    ]);
  });
});

describe('failures behind the door', () => {
  const temporal = new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'starting deploy', found: 'no answer' });
  const github = new Trouble({ source: 'github', kind: 'unavailable', doing: 'reading', found: 'no answer' });
  it.each([
    ['Temporal cannot be reached', temporal, 503],
    ['somebody else is in trouble', github, 500],
    ['there is a bug', new Error('the secret is hunter2'), 500],
  ])('says nothing but the status when %s', async (_name, error, status) => {
    const { route } = open({ command: () => Promise.reject(error) });
    expect(await deliver(route, 'issue_comment', comment())).toEqual({ status });
  });

  it('answers 503 when the front door does not answer in time', async () => {
    const { route } = open({ deadlineMs: 20, command: () => new Promise(() => undefined) });
    expect(await deliver(route, 'issue_comment', comment())).toEqual({ status: 503 });
  });

  it('handles the next delivery after a failed one', async () => {
    let failing = true;
    const { route } = open({ command: () => (failing ? Promise.reject(temporal) : Promise.resolve({ kind: 'silence' })) });
    expect(await deliver(route, 'issue_comment', comment())).toEqual({ status: 503 });
    failing = false;
    expect(await deliver(route, 'issue_comment', comment())).toEqual({ status: 200 });
  });
});
