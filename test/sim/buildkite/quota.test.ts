import { describe, expect, it } from 'vitest';
import { createQuotaBook, QUOTA_DEFAULTS, type QuotaBook, type QuotaOptions } from '../../../src/sim/buildkite/quota.ts';
import { stage } from './sim-client.ts';

interface Desk {
  readonly book: QuotaBook;
  time: number;
}
function desk(options: Partial<QuotaOptions> = {}, time = Date.UTC(2026, 10, 23, 12, 0, 40)): Desk {
  const it: Desk = { time, book: createQuotaBook(() => it.time, { ...QUOTA_DEFAULTS, ...options }) };
  return it;
}
const remaining = (book: QuotaBook): readonly number[] => book.gauges().map((gauge) => gauge.remaining);

describe('the two quotas', () => {
  it('counts every request against the organization and its user', () => {
    const { book } = desk();
    book.take('bot');
    book.take('bot');
    book.take('ann');
    expect(book.gauges().map(({ scope, user, current, remaining }) => [scope, user, current, remaining])).toEqual([
      ['rest', null, 3, 197],
      ['rest_user', 'bot', 2, 48],
      ['rest_user', 'ann', 1, 49],
    ]);
  });

  it('a window opens with its first request and lasts a minute', () => {
    const d = desk();
    d.book.take('bot');
    d.time += 59_999;
    expect(d.book.take('bot').headers['RateLimit-User-Reset']).toBe('1');
    expect(remaining(d.book)).toEqual([198, 48]);
    d.time += 1;
    expect(remaining(d.book)).toEqual([200, 50]);
    d.time += 30_000;
    expect(d.book.take('bot').headers).toMatchObject({ 'RateLimit-Reset': '60', 'RateLimit-User-Remaining': '49' });
  });

  it('or with the minute of the clock, where told so', () => {
    const d = desk({ opens: 'clock-minute' });
    expect(d.book.take('bot').headers['RateLimit-Reset']).toBe('20');
    d.time += 20_000;
    expect(d.book.take('bot').headers).toMatchObject({ 'RateLimit-Reset': '60', 'RateLimit-User-Remaining': '49' });
  });

  it('refuses the user at his limit, and goes on counting what it refuses', () => {
    const { book } = desk({ user: 2 });
    expect([book.take('bot'), book.take('bot')].map((verdict) => verdict.refusal)).toEqual([null, null]);
    book.take('bot');
    expect(book.take('bot').refusal).toEqual({
      message: 'You have exceeded your API rate limit. Please wait 60 seconds before making more requests.',
      scope: 'rest_user',
      limit: 2,
      current: 4,
      reset: 60,
    });
    expect(book.take('ann').refusal).toBeNull();
    expect(book.gauges()[0]?.current).toBe(5);
  });

  it('refuses everybody when the organization is at its limit', () => {
    const { book } = desk({ organization: 3 });
    book.consume(3);
    expect(book.take('bot').refusal).toMatchObject({ scope: 'rest', limit: 3, current: 4 });
  });

  it('other clients of the organization eat into its quota as time passes, not into the user’s', () => {
    const d = desk();
    d.book.foreignTraffic(120);
    d.time += 10_000;
    d.book.take('bot');
    expect(remaining(d.book)).toEqual([179, 49]);
    d.book.foreignTraffic(0);
    d.time += 3_600_000;
    expect(remaining(d.book)).toEqual([200, 50]);
  });
});

describe('on the wire', () => {
  it('answers both families of headers, with a span and not a point in time', async () => {
    const { ask, clock } = await stage();
    await ask('GET', '/user');
    clock.advance(18_000);
    const { headers } = await ask('GET', '/user');
    const named = Object.fromEntries([...headers].filter(([name]) => name.startsWith('ratelimit')));
    expect(named).toEqual({
      'ratelimit-scope': 'rest',
      'ratelimit-limit': '200',
      'ratelimit-remaining': '198',
      'ratelimit-reset': '42',
      'ratelimit-user-scope': 'rest_user',
      'ratelimit-user-limit': '50',
      'ratelimit-user-remaining': '48',
      'ratelimit-user-reset': '42',
    });
  });

  it('answers 429 with the scope that is used up and a warning in its family alone', async () => {
    const { ask, clock } = await stage({ quota: { user: 1 } });
    await ask('GET', '/user');
    const refused = await ask('GET', '/user');
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({ scope: 'rest_user', limit: 1, current: 2, reset: 60 });
    expect(refused.headers.get('ratelimit-user-warning')).toBe('You have exceeded your API rate limit.');
    expect(refused.headers.get('ratelimit-warning')).toBeNull();
    clock.advance(60_000);
    expect((await ask('GET', '/user')).status).toBe(200);
  });

  it('a refused create makes no build', async () => {
    const { ask, sim } = await stage({ quota: { organization: 0 } });
    expect((await ask('POST', '/organizations/acme/pipelines/deploy/builds', { body: { commit: 'x', branch: 'main' } })).status).toBe(429);
    expect(sim.builds()).toEqual([]);
  });

  it('needs no token and costs nothing at the root and at meta', async () => {
    const { ask, sim } = await stage();
    expect((await ask('GET', '/meta', { token: null })).body).toEqual({ webhook_ips: ['127.0.0.1/32'] });
    expect(await (await fetch(sim.url)).json()).toEqual({ message: '🛠', timestamp: Date.UTC(2026, 10, 23, 12) / 1000 });
    expect(sim.quota().map((gauge) => gauge.current)).toEqual([0]);
  });

  it('tells the organization’s figures, and costs one request itself', async () => {
    const { ask } = await stage();
    expect((await ask('GET', '/organizations/acme/rate_limit')).body).toMatchObject({
      scopes: { rest: { limit: 200, current: 1, reset: 60, reset_at: '2026-11-23T12:01:00Z', enforced: true } },
    });
  });
});
