// S-07: what is edited, quoted, fenced, hidden, typed by bots or in forks has no effect, in the conversation and in reviews, through the
// verified front door; whoever may have meant a command is told how to write it.
import { sign } from '@octokit/webhooks-methods';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createBot } from '../../src/bot/bot.ts';
import type { Config } from '../../src/config/config.ts';
import { createGithubIngress } from '../../src/github/ingress.ts';
import { createGithubProbot } from '../../src/github/probot.ts';
import type { Gateway } from '../../src/temporal/gateway.ts';
import type { ReplyInput } from '../../workflows/contract.ts';
import { API, APP_ID, answerOnlyAnnouncedRequests, PRIVATE_KEY } from '../github/github-app.ts';
import { configOf, NOW, PEOPLE, policy } from '../policy/given.ts';
import { commentDelivery, NOT_COMMANDS, NOT_WORDS, reviewDelivery, threadDelivery } from '../support/not-commands.ts';

const SECRET = 'a secret';
const CONFIG: Config = configOf([
  {
    name: 'api',
    aliases: [],
    repo: 'acme/api',
    zone: 'default',
    environments: { production: policy({ service: 'api', repo: 'acme/api' }) },
    order: ['production'],
  },
]);

answerOnlyAnnouncedRequests();

interface Seen {
  readonly status: number;
  /** Every call that changes something in Temporal, but for answers. */
  readonly effects: readonly string[];
  readonly answers: readonly ReplyInput[];
}

async function deliver(event: string, payload: object): Promise<Seen> {
  const effects: string[] = [];
  const answers: ReplyInput[] = [];
  const known: Partial<Gateway> = {
    startReply: async (input) => void answers.push(input),
    findOpen: async () => [],
    findOwingReview: async () => [],
    findByCode: async () => null,
  };
  const gateway = new Proxy(known, {
    get: (given, name) =>
      Reflect.get(given, name) ??
      (async () => {
        effects.push(String(name));
        return null;
      }),
  }) as Gateway;
  const log = pino({ level: 'silent' });
  const directory = { people: async () => PEOPLE, membership: async () => ({ groups: {}, unread: {} }), foresee: async () => null };
  const frontDoor = createBot({
    config: CONFIG,
    gateway,
    zones: [{ name: 'default', services: ['api'], gateway }],
    directory,
    linksAt: null,
    metrics: { command: () => undefined, vote: () => undefined },
    log,
    now: () => NOW,
  });
  const probot = createGithubProbot({ appId: APP_ID, privateKey: PRIVATE_KEY, baseUrl: API, log });
  const route = createGithubIngress({ secrets: () => [SECRET], frontDoor, probot, log });
  const body = JSON.stringify(payload);
  const signature = await sign(SECRET, body);
  const headers = { 'content-type': 'application/json', 'x-github-event': event, 'x-github-delivery': 'd', 'x-hub-signature-256': signature };
  const { status } = await route.handle({ headers, rawBody: Buffer.from(body) });
  return { status, effects, answers };
}

describe.each([
  ['a comment', 'issue_comment', commentDelivery],
  ['a review', 'pull_request_review', reviewDelivery],
] as const)('in %s', (_place, event, delivery) => {
  it.each(Object.entries(NOT_COMMANDS))('%s is no command', async (_what, { text, told }) => {
    const { status, effects, answers } = await deliver(event, delivery(text));
    expect({ status, effects }).toEqual({ status: 200, effects: [] });
    expect(answers).toHaveLength(told === null ? 0 : 1);
    expect(answers[0]?.markdown ?? '').toContain(told ?? '');
  });

  it('the same words in their place are one', async () => {
    expect(await deliver(event, delivery('/deploy api to production'))).toEqual({ status: 200, effects: ['startDeploy'], answers: [] });
  });
});

it.each(Object.entries(NOT_WORDS))('%s is nothing', async (_what, { event, payload }) => {
  expect(await deliver(event, payload)).toEqual({ status: 200, effects: [], answers: [] });
});

describe('at a line of code', () => {
  it.each(['/deploy api to production', '/approve', '/deploy cancel 7F3K-Q2', '/deploy api to prodution'])(
    '%s does nothing, and is told where to go',
    async (text) => {
      const { status, effects, answers } = await deliver('pull_request_review_comment', threadDelivery(text));
      expect({ status, effects }).toEqual({ status: 200, effects: [] });
      expect(answers).toMatchObject([{ reaction: 'confused', to: { comment: 1001, written: { kind: 'thread', root: 1001 } } }]);
      expect(answers[0]?.markdown).toContain(`first line of a review: \`${text}\``);
    },
  );
});

it('is more than sixty of them', () => {
  expect(Object.keys(NOT_COMMANDS).length * 2 + Object.keys(NOT_WORDS).length).toBeGreaterThan(100);
});
