// Where a zone's Temporal is, whose key signs in there, and whether the server still takes it.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchAccess } from '../../src/temporal/access.ts';
import { readTemporalAddress } from '../../src/temporal/connect.ts';

const NO_PROFILE = { TEMPORAL_CONFIG_FILE: undefined, XDG_CONFIG_HOME: '/nonexistent', HOME: '/nonexistent' };

describe('the address of a zone', () => {
  const env = {
    ...NO_PROFILE,
    TEMPORAL_ADDRESS: 'temporal.acme.test:7233',
    TEMPORAL_NAMESPACE: 'countersign',
    TEMPORAL_API_KEY: 'key-of-home',
    TEMPORAL_TLS_SERVER_NAME: 'temporal.acme.test',
    TEMPORAL_GRPC_META_AUTHORIZATION: 'Bearer home',
  };

  it('is that of the others unless it has its own, and never with their credential', () => {
    const eu = readTemporalAddress(env, { suffix: '_EU', apiKey: null });
    expect(eu).toMatchObject({ address: 'temporal.acme.test:7233', namespace: null });
    expect(JSON.stringify(eu)).not.toMatch(/home/);
    const own = { ...env, TEMPORAL_ADDRESS_EU: 'eu.acme.test:7233', TEMPORAL_TLS_SERVER_NAME_EU: 'eu.acme.test' };
    expect(readTemporalAddress(own, { suffix: '_EU', apiKey: null })).toMatchObject({
      address: 'eu.acme.test:7233',
      options: { tls: { serverNameOverride: 'eu.acme.test' } },
    });
  });

  it('is not given where a variable is empty, as compose files write it', () => {
    expect(readTemporalAddress({ ...NO_PROFILE, TEMPORAL_ADDRESS: '', TEMPORAL_CONFIG_FILE: '' })).toBeNull();
    expect(readTemporalAddress({ ...env, TEMPORAL_NAMESPACE: '' })).toMatchObject({ namespace: null });
    expect(readTemporalAddress({ ...env, TEMPORAL_ADDRESS_EU: '' }, { suffix: '_EU', apiKey: null })).toMatchObject({
      address: 'temporal.acme.test:7233',
    });
  });

  it('comes with its own key, asked anew each time', () => {
    let key = 'key-of-eu-1';
    const eu = readTemporalAddress(env, { suffix: '_EU', apiKey: () => key });
    expect(eu).toMatchObject({ options: { apiKey: 'key-of-eu-1' } });
    key = 'key-of-eu-2';
    expect(eu?.apiKey?.()).toBe('key-of-eu-2');
    expect(readTemporalAddress(env, { suffix: '', apiKey: null })).toMatchObject({ namespace: 'countersign', options: { apiKey: 'key-of-home' } });
  });

  it('is not read from a profile that is another zone’s', () => {
    const folder = mkdtempSync(join(tmpdir(), 'countersign-profile-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'temporal.toml');
    writeFileSync(
      file,
      '[profile.default]\naddress = "home.acme.test:7233"\napi_key = "key-of-home"\n[profile.eu]\naddress = "eu.acme.test:7233"\napi_key = "key-of-eu"\n',
    );
    const profiled = { TEMPORAL_CONFIG_FILE: file };
    expect(readTemporalAddress(profiled)).toMatchObject({ address: 'home.acme.test:7233', options: { apiKey: 'key-of-home' } });
    expect(readTemporalAddress({ ...NO_PROFILE, ...profiled }, { suffix: '_EU', apiKey: null })).toBeNull();
    const named = { TEMPORAL_CONFIG_FILE_EU: file, TEMPORAL_PROFILE_EU: 'eu' };
    expect(readTemporalAddress({ ...profiled, ...named }, { suffix: '_EU', apiKey: null })).toMatchObject({
      address: 'eu.acme.test:7233',
      options: { apiKey: 'key-of-eu' },
    });
  });
});

describe('a worker’s access', () => {
  const refusal = Object.assign(new Error('7 PERMISSION_DENIED: Request unauthorized.'), { code: 7, details: 'Request unauthorized.', metadata: {} });
  const outage = Object.assign(new Error('14 UNAVAILABLE'), { code: 14, details: '', metadata: {} });

  function server() {
    const state = { now: 0, key: 'one', answer: null as Error | null, used: [] as string[], asked: 0 };
    const connection = {
      setApiKey: async (key: string) => void state.used.push(key),
      withDeadline: (_at: unknown, call: () => Promise<unknown>) => call(),
      workflowService: {
        describeNamespace: async () => {
          state.asked += 1;
          if (state.answer !== null) throw state.answer;
          return {};
        },
      },
    } as unknown as Parameters<typeof watchAccess>[0]['connection'];
    const access = watchAccess({
      connection,
      namespace: 'countersign',
      apiKey: () => state.key,
      now: () => state.now,
      log: pino({ level: 'silent' }),
    });
    onTestFinished(() => access.stop());
    return { state, access };
  }

  it('takes a new key as soon as there is one, and no sooner', async () => {
    const { state, access } = server();
    await access.look();
    expect([state.used, state.asked]).toEqual([[], 0]);
    state.key = 'two';
    await access.look();
    await access.look();
    expect([state.used, state.asked]).toEqual([['two'], 1]);
  });

  it('that the server refuses is told, until it takes the credential again', async () => {
    const { state, access } = server();
    state.answer = refusal;
    state.now += 30_000;
    await access.look();
    expect(access.isRefused()).toBe(true);
    state.answer = null;
    state.key = 'two';
    await access.look();
    expect([access.isRefused(), state.used]).toEqual([false, ['two']]);
  });

  it('is not lost by an outage', async () => {
    const { state, access } = server();
    state.answer = outage;
    state.now += 30_000;
    await access.look();
    expect(access.isRefused()).toBe(false);
  });
});
