// Tokens that are minted: when, how often, and what is done with the last good one.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { givenCredentials, mintedCredentials, type ActsAs, type Minted } from '../../src/buildkite/credentials.ts';
import { Trouble } from '../../src/trouble.ts';

const LIFE = 900_000;
const trouble = (kind: 'unavailable' | 'unauthorised') => new Trouble({ source: 'buildkite', kind, doing: 'getting a token', found: 'no' });

/** A mint that is opened by hand, and a clock. */
function desk(options: { readonly life?: number; readonly random?: number } = {}) {
  const { life = LIFE, random = 0 } = options;
  const state = { now: 1_000_000, minted: 0, broken: null as Trouble | null, held: null as PromiseWithResolvers<void> | null };
  const asked: ActsAs[] = [];
  const provider = mintedCredentials({
    mint: async (as): Promise<Minted> => {
      asked.push(as);
      await state.held?.promise;
      if (state.broken !== null) throw state.broken;
      return { token: `token-${(state.minted += 1)}`, expiresAt: state.now + life };
    },
    now: () => state.now,
    log: pino({ level: 'silent' }),
    random: () => random,
  });
  const token = async (as: ActsAs = null) => (await provider.ready(as)).token();
  return { state, asked, provider, token };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a minted token', () => {
  it('is asked for once, however many wait for it', async () => {
    const { token, asked } = desk();
    expect(new Set(await Promise.all(Array.from({ length: 50 }, () => token())))).toEqual(new Set(['token-1']));
    expect(asked).toHaveLength(1);
  });

  it('is replaced at 70 % of its life by whoever asks then, who goes on with the old one meanwhile', async () => {
    const { state, token, asked, provider } = desk();
    await token();
    state.now += LIFE * 0.69;
    expect(await token()).toBe('token-1');
    expect(asked).toHaveLength(1);
    state.now += LIFE * 0.02;
    state.held = Promise.withResolvers();
    expect([await token(), await token(), await token()]).toEqual(['token-1', 'token-1', 'token-1']);
    expect(asked).toHaveLength(2);
    state.held.resolve();
    await settled();
    expect(await token()).toBe('token-2');
    expect(provider.expiresAt()).toBe(state.now + LIFE);
  });

  it('that nobody needs is not replaced, and is no trouble', async () => {
    const { state, token, asked, provider } = desk();
    await token();
    state.now += LIFE * 0.8;
    expect([provider.expiresAt(), asked.length]).toEqual([null, 1]);
  });

  it('is replaced earlier by some processes than by others', async () => {
    const { state, token, asked } = desk({ random: 1 });
    await token();
    state.now += LIFE * 0.61;
    await token();
    expect(asked).toHaveLength(2);
  });

  it('is kept until it runs out when no new one is to be had, which is asked for ever more rarely', async () => {
    const { state, token, asked, provider } = desk();
    await token();
    state.broken = trouble('unavailable');
    for (let second = 0; second < (LIFE * 0.98) / 1_000; second += 1) {
      state.now += 1_000;
      expect(await token()).toBe('token-1');
      await settled();
    }
    expect(provider.expiresAt()).toBe(1_000_000 + LIFE);
    // 252 s of trying, every 30 s at last.
    expect(asked.length).toBeGreaterThan(8);
    expect(asked.length).toBeLessThan(18);
    state.now += LIFE * 0.02;
    await expect(token()).rejects.toMatchObject({ kind: 'unavailable', retryAfterMs: expect.any(Number) as number });
    state.broken = null;
    state.now += 30_000;
    expect(await token()).toBe('token-2');
  });

  it('is not sent when it could run out on its way', async () => {
    const { state, token } = desk();
    await token();
    state.now += LIFE - 9_000;
    expect(await token()).toBe('token-2');
  });

  it('that lives for seconds only is used for most of them', async () => {
    const { state, token } = desk({ life: 4_000 });
    await token();
    state.now += 2_700;
    expect(await token()).toBe('token-1');
    state.now += 400;
    expect(await token()).toBe('token-2');
  });

  it('is replaced once when it is refused, however many were refused with it', async () => {
    const { token, asked, provider } = desk();
    const credential = await provider.ready(null);
    const refused = credential.token() ?? '';
    expect([1, 2, 3, 4].map(() => credential.refused(refused))).toEqual([true, true, true, true]);
    expect(credential.token()).toBeNull();
    expect(await Promise.all([token(), token()])).toEqual(['token-2', 'token-2']);
    expect(credential.refused(refused)).toBe(true);
    expect(await token()).toBe('token-2');
    expect(asked).toHaveLength(2);
  });

  it('that is refused as well after it replaced a refused one is not replaced again at once', async () => {
    const { state, token, asked, provider } = desk();
    const credential = await provider.ready(null);
    expect(credential.refused(credential.token() ?? '')).toBe(true);
    await token();
    expect(credential.refused(credential.token() ?? '')).toBe(false);
    await expect(token()).rejects.toMatchObject({ kind: 'unauthorised' });
    expect(asked).toHaveLength(2);
    state.now += 32_000;
    expect(await token()).toBe('token-3');
  });

  it('is another for everybody who is acted as, and nothing of one touches another', async () => {
    const { token, asked, provider } = desk();
    expect(await Promise.all([token(), token('bea@acme.test'), token('bea@acme.test'), token('dan@acme.test')])).toEqual([
      'token-1',
      'token-2',
      'token-2',
      'token-3',
    ]);
    const bea = await provider.ready('bea@acme.test');
    bea.refused(bea.token() ?? '');
    expect([await token(), await token('dan@acme.test'), await token('bea@acme.test')]).toEqual(['token-1', 'token-3', 'token-4']);
    expect(asked).toHaveLength(4);
  });
});

describe('a token that is given', () => {
  it('is read at every request, and has changed after a refusal or not', async () => {
    let file = 'old';
    const credential = await givenCredentials(() => file).ready(null);
    expect([credential.token(), credential.refused('old')]).toEqual(['old', false]);
    file = 'new';
    expect([credential.token(), credential.refused('old'), credential.refused('new')]).toEqual(['new', true, false]);
  });

  it('acts as nobody else', async () => {
    await expect(givenCredentials(() => 'bot').ready('bea@acme.test')).rejects.toMatchObject({ kind: 'invalid' });
  });
});
