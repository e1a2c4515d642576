// What may be named, and what is told, from where.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createBot } from '../../src/bot/bot.ts';
import type { Incoming } from '../../src/bot/front-door.ts';
import type { Config, Service } from '../../src/config/config.ts';
import type { Reply } from '../../src/render/reply.ts';
import type { Gateway } from '../../src/temporal/gateway.ts';
import type { ReplyInput } from '../../workflows/contract.ts';
import type { RepoSlug } from '../../workflows/vocabulary.ts';
import { NOBODY } from '../support/people-store.ts';
import { configOf, NOW, PEOPLE, policy } from '../policy/given.ts';

const service = (name: string, repo: string): Service => ({
  name,
  aliases: [],
  repo,
  zone: 'default',
  environments: { production: policy({ service: name, repo }) },
  order: ['production'],
});

const CONFIG: Config = configOf([service('api', 'acme/api'), service('payroll', 'acme/secret')]);

interface Asked {
  readonly reply: Reply;
  /** Services among which a code was looked for, of each look-up. */
  readonly among: readonly (readonly string[] | null)[];
  readonly said: readonly ReplyInput[];
}

async function ask(text: string, from: Incoming['from']): Promise<Asked> {
  const among: (readonly string[] | null)[] = [];
  const said: ReplyInput[] = [];
  const unasked = async (): Promise<never> => {
    throw new Error('this test does not ask for it');
  };
  const gateway: Gateway = {
    startDeploy: unasked,
    startReply: async (input) => void said.push(input),
    act: unasked,
    reviewStatus: unasked,
    findOwingReview: unasked,
    deployStatus: unasked,
    findByCode: async (_code, services) => {
      among.push(services);
      return null;
    },
    findOpen: unasked,
    pushed: unasked,
    pullRequestClosed: unasked,
    buildSeen: unasked,
    attest: unasked,
    outside: { start: unasked, askClaimed: unasked, changed: unasked },
    environmentState: async () => null,
    keptMs: async () => null,
    blocks: { seen: unasked, findOpen: unasked, findWaiting: unasked, status: unasked },
    people: NOBODY,
  };
  const bot = createBot({
    config: CONFIG,
    gateway,
    zones: [{ name: 'default', services: ['api', 'payroll'], gateway }],
    directory: { people: async () => PEOPLE, membership: async () => ({ groups: {}, unread: {} }), foresee: async () => null },
    metrics: { command: () => undefined, vote: () => undefined },
    log: pino({ level: 'silent' }),
    now: () => NOW,
    linksAt: null,
  });
  const by = { surface: 'github', id: 1, login: 'ann' } as const;
  return { reply: await bot.command({ key: 'deploy:github:7:5', text, by, at: NOW, from }), among, said };
}

const on = (slug: string): Incoming['from'] => ({
  surface: 'github',
  repo: { id: 7, slug: slug as RepoSlug },
  installation: 99,
  issue: 42,
  comment: 5,
});
const IN_SLACK: Incoming['from'] = { surface: 'slack', team: 'T1', channel: 'C1', user: 'U1' };

describe('a pull request of a repository without a service', () => {
  it.each(['/deploy what', '/deploy status', '/deploy help', '/deploy payroll to production', '/approve 7F3K-Q2', '/deploy frobnicate'])(
    'gets no answer to %s',
    async (text) => {
      const { reply, among, said } = await ask(text, on('mallory/api'));
      expect({ reply, among, said }).toEqual({ reply: { kind: 'silence' }, among: [], said: [] });
    },
  );
});

describe('a pull request', () => {
  it.each([
    '/approve 7F3K-Q2',
    '/reject 7F3K-Q2 no',
    '/deploy cancel 7F3K-Q2',
    '/deploy status 7F3K-Q2',
    '/deploy why 7F3K-Q2',
    '/deploy retry 7F3K-Q2',
  ])('finds by its code only a request of its own repository: %s', async (text) => {
    const { reply, among } = await ask(text, on('Acme/API'));
    expect(among).toEqual([['api']]);
    expect(reply).toMatchObject({ kind: 'refused', reasons: [{ code: 'unknown-request' }] });
  });

  it('is not told what is live of a service of another repository', async () => {
    expect((await ask('/deploy what payroll', on('acme/api'))).reply).toMatchObject({ kind: 'refused', reasons: [{ code: 'wrong-repository' }] });
    expect((await ask('/deploy what', on('acme/api'))).reply).toMatchObject({ kind: 'what-is-live', environments: [{ service: 'api' }] });
  });
});

describe('Slack', () => {
  it('finds every request by its code', async () => {
    expect((await ask('approve 7F3K-Q2', IN_SLACK)).among).toEqual([null]);
  });

  it('is told what is live of every service', async () => {
    expect((await ask('what payroll', IN_SLACK)).reply).toMatchObject({ kind: 'what-is-live', environments: [{ service: 'payroll' }] });
  });
});
