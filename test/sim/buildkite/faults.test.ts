import { describe, expect, it } from 'vitest';
import { TROUBLE } from '../../../src/sim/buildkite/faults.ts';
import { BUILDS, SHA, stage } from './sim-client.ts';

const KEY = 'meta_data[countersign:deploy-id]=x';
const BODY = { commit: SHA, branch: 'main', meta_data: { 'countersign:deploy-id': 'x' } };
const HEADERS = { authorization: 'Bearer bkua_bot', 'content-type': 'application/json' };
const ON_CREATE = { method: 'POST', path: /\/builds$/, times: 1 };

describe('a create that goes wrong', () => {
  // What the client sees (a status and the kind of body, or nothing), and how many builds there are.
  it.each<[keyof typeof TROUBLE, string, number]>([
    ['errorBefore', '500 json', 0],
    ['errorAfter', '500 json', 1],
    ['cutBefore', 'cut', 0],
    ['cutAfter', 'cut', 1],
    ['badGateway', '502 html', 0],
    ['unavailable', '503 html', 0],
    ['htmlAfter', '200 html', 1],
    ['halfAfter', 'cut', 1],
    ['truncatedAfter', '200 half', 1],
    ['unauthorized', '401 json', 0],
    ['forbidden', '403 json', 0],
    ['hidden', '404 json', 0],
  ])('%s', async (trouble, seen, count) => {
    const { ask, sim } = await stage();
    sim.fault({ ...ON_CREATE, effect: TROUBLE[trouble] });
    const answer = await fetch(`${sim.url}/v2${BUILDS}`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(BODY),
    })
      .then(async (response) => `${response.status} ${kindOf(await response.text())}`)
      .catch(() => 'cut');
    expect(answer).toBe(seen);
    expect((await ask('GET', `${BUILDS}?${KEY}`)).items).toHaveLength(count);
  });

  it.each([
    ['hangBefore', 0],
    ['hangAfter', 1],
  ] as const)('%s: no answer ever', async (trouble, count) => {
    const { sim } = await stage();
    sim.fault({ ...ON_CREATE, effect: TROUBLE[trouble] });
    const given = new AbortController();
    const request = fetch(`${sim.url}/v2${BUILDS}`, {
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(BODY),
      signal: given.signal,
    });
    await expect.poll(() => [sim.requests.length, sim.builds().length]).toEqual([1, count]);
    given.abort();
    await expect(request).rejects.toThrow('aborted');
    expect(sim.requests[0]?.status).toBeNull();
  });
});

describe('reads that go wrong', () => {
  it('a slow answer arrives whole', async () => {
    const { ask, create, sim } = await stage();
    await create();
    sim.fault({ method: 'GET', path: /\/builds\/1$/, times: 1, effect: { kind: 'slow-body', ms: 20 } });
    expect((await ask('GET', `${BUILDS}/1`)).body).toMatchObject({ number: 1, state: 'scheduled' });
  });

  it('a token that does not work any more, for everything, until it is mended', async () => {
    const { ask, sim } = await stage();
    sim.fault({ method: '*', path: /./, from: 2, effect: TROUBLE.unauthorized });
    const statuses = async (): Promise<readonly number[]> => [(await ask('GET', BUILDS)).status, (await ask('GET', '/user')).status];
    expect(await statuses()).toEqual([200, 401]);
    expect(await statuses()).toEqual([401, 401]);
    sim.mend();
    expect(await statuses()).toEqual([200, 200]);
  });

  it('by chance, the same requests with the same seed', async () => {
    const day = async (seed: number): Promise<readonly number[]> => {
      const { ask, sim } = await stage({ seed });
      sim.fault({ method: 'GET', path: /./, chance: 0.5, effect: TROUBLE.badGateway });
      const statuses: number[] = [];
      for (let i = 0; i < 12; i += 1) statuses.push((await ask('GET', BUILDS)).status);
      return statuses;
    };
    const first = await day(7);
    expect(new Set(first)).toEqual(new Set([200, 502]));
    expect(await day(7)).toEqual(first);
    expect(await day(8)).not.toEqual(first);
  });
});

function kindOf(text: string): string {
  if (text.startsWith('<')) return 'html';
  try {
    JSON.parse(text);
    return 'json';
  } catch {
    return 'half';
  }
}
