// Two processes of the product that share Buildkite's quota in a Redis, which goes and comes back.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts, startProduct, type Product } from '../../src/sim/product.ts';
import { eventually, type Acme } from '../support/acme.ts';
import { startRedis, type TestRedis } from '../support/redis.ts';
import { approvedSha, ask, broken, built, click, ended, FIRST, LAST, startCompany } from '../support/survival.ts';

describe('two processes with one Redis', () => {
  let redis: TestRedis;
  let acme: Acme;
  let second: Product;
  beforeAll(async () => {
    redis = await startRedis();
    acme = await startCompany(['web', 'api'], {
      // A quota that two deploys in a row do not use up: this is about where the bucket is.
      buildkite: { quota: { user: 600, organization: 2_400 } },
      env: { REDIS_URL: redis.url, BUILDKITE_REQUESTS_PER_MINUTE: '600' },
    });
    second = await startProduct({ env: acme.env(), ports: await freePorts(), args: ['--role', 'worker'] });
  });
  afterAll(async () => {
    await second.kill();
    await acme.end();
    await redis.stop();
  });

  const both = (): readonly Product[] => [acme.product(), second];
  const page = async (product: Product, path: string): Promise<string> => (await fetch(`${product.opsUrl}${path}`)).text();
  async function all(what: string, path: string, words: RegExp): Promise<void> {
    await eventually(what, async () => (await Promise.all(both().map((product) => page(product, path)))).every((text) => words.test(text)));
  }
  async function deploy(service: 'web' | 'api'): Promise<void> {
    const asked = await ask(acme, 'ann', `/deploy ${service} to production`);
    await click(acme, 'bea', asked, FIRST);
    await click(acme, 'dan', asked, LAST);
    await ended(acme, asked);
  }

  it('deploy, and say that they share the quota; nothing else of the product speaks to Redis', async () => {
    await deploy('web');
    expect(built(acme, 'web')).toEqual([approvedSha(acme)]);
    await all('both at one bucket', '/statusz', /"mode": "shared",\s+"processes": 2/);
    await all('both to say so', '/metrics', /countersign_limiter_degraded 0/);
    // One to ask and one to listen for each process, and the test's own: Probot, which would take this variable for its own, has none. One
    // that was connected again is listed twice for a moment.
    await eventually(
      'five connections',
      async () =>
        String(await redis.client.call('CLIENT', 'LIST'))
          .trim()
          .split('\n').length === 5,
    );
  });

  it('deploy without it, stay ready and say why they are slower; and share again as soon as it is back, empty', async () => {
    await redis.kill();
    await all('both alone', '/readyz', /^ok: ready, but Redis can’t be reached: this process keeps to its part/);
    await all('the board to say so', '/', /Redis can’t be reached/);
    await deploy('api');
    expect(built(acme, 'api')).toEqual([approvedSha(acme)]);
    await redis.start();
    await all('both at one bucket again', '/statusz', /"mode": "shared",\s+"processes": 2/);
    await all('both ready', '/readyz', /^ok: ready\n$/);
  });

  it('break no invariant', async () => {
    expect(await broken(acme, second.log())).toEqual([]);
  });
});
