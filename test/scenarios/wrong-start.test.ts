// How the product answers a wrong start: at once, every problem in words, no secret's value, exit 1.
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { CONFIG, startWorld, type World } from '../../src/sim/world.ts';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const CANARY = 'canary-0123456789-abcdef';

describe('a wrong start', () => {
  let world: World;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countersign-start-'));
    world = await startWorld({ folder });
  });
  afterAll(async () => {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Starts with everything right but for the change, and waits until it gives up. */
  function start(
    change: Readonly<Record<string, string | undefined>>,
    args: readonly string[] = [],
  ): Promise<{ readonly code: unknown; readonly said: string }> {
    const env = {
      PATH: process.env['PATH'],
      ...world.env,
      TEMPORAL_ADDRESS: inject('temporalAddress'),
      PORT: '0',
      OPS_PORT: '0',
      ...change,
    };
    return new Promise((resolve) => {
      execFile(process.execPath, [MAIN, ...args], { env, cwd: folder, timeout: 150_000 }, (error, out, said) => {
        resolve({ code: error === null ? 0 : error.code, said: `${out}${said}` });
      });
    });
  }

  const CASES: readonly {
    readonly what: string;
    readonly change: Readonly<Record<string, string | undefined>>;
    readonly args?: readonly string[];
    readonly says: readonly string[];
  }[] = [
    {
      what: 'without any secret',
      change: {
        PRIVATE_KEY: undefined,
        WEBHOOK_SECRET: undefined,
        SLACK_BOT_TOKEN: undefined,
        SLACK_SIGNING_SECRET: undefined,
        BUILDKITE_API_TOKEN: undefined,
      },
      says: [
        '5 problems',
        'PRIVATE_KEY: it is not set.',
        'WEBHOOK_SECRET: it is not set.',
        'SLACK_BOT_TOKEN: it is not set.',
        'SLACK_SIGNING_SECRET: it is not set.',
        'BUILDKITE_API_TOKEN: it is not set.',
      ],
    },
    {
      what: 'with empty secrets and placeholders',
      change: { WEBHOOK_SECRET: 'development', SLACK_SIGNING_SECRET: ' ', BUILDKITE_API_TOKEN: 'changeme' },
      says: ['WEBHOOK_SECRET: it is a placeholder', 'SLACK_SIGNING_SECRET: it is set, but empty', 'BUILDKITE_API_TOKEN: it is a placeholder'],
    },
    {
      what: 'with secrets of the wrong kind, never printing them',
      change: {
        SLACK_BOT_TOKEN: CANARY,
        PRIVATE_KEY: CANARY,
        WEBHOOK_SECRET: CANARY,
        BUILDKITE_WEBHOOK_TOKEN: CANARY,
        SLACK_SIGNING_SECRET: `${CANARY} ${CANARY}`,
      },
      says: [
        'SLACK_BOT_TOKEN: it does not begin with xoxb-',
        'PRIVATE_KEY:',
        'BUILDKITE_WEBHOOK_TOKEN: it is the same as WEBHOOK_SECRET',
        'SLACK_SIGNING_SECRET: it has white space inside',
      ],
    },
    {
      what: 'with addresses that would carry tokens in the clear',
      change: { GITHUB_API_URL: 'http://github.acme.test/api/v3', BUILDKITE_REST_API_ENDPOINT: 'not an address' },
      says: ['GITHUB_API_URL:', 'BUILDKITE_REST_API_ENDPOINT:'],
    },
    {
      what: 'with a profile of Temporal that is not there',
      change: { TEMPORAL_CONFIG_FILE: '/nowhere/temporal.toml' },
      says: ['TEMPORAL_CONFIG_FILE: there is no such file'],
    },
    {
      what: 'in production without the address of Temporal',
      change: { TEMPORAL_ADDRESS: undefined, NODE_ENV: 'production' },
      says: ['TEMPORAL_ADDRESS: found nothing.'],
    },
    {
      what: 'as a worker without the address of Temporal',
      change: { TEMPORAL_ADDRESS: undefined },
      args: ['--role', 'worker'],
      says: ['TEMPORAL_ADDRESS: found nothing.'],
    },
    {
      what: 'in a role that does not exist',
      change: {},
      args: ['--role', 'boss'],
      says: ['--role: found "boss". Write --role web or --role worker'],
    },
    { what: 'without a configuration', change: { COUNTERSIGN_CONFIG: 'nowhere.yml' }, says: ['nowhere.yml'] },
  ];
  it.each(CASES)('$what: exit 1 with every problem', async ({ change, args, says }) => {
    const { code, said } = await start(change, args);
    expect({ code, said }).toMatchObject({ code: 1 });
    for (const words of says) expect(said).toContain(words);
    for (const secret of [CANARY, ...secretsOf(world)]) expect(said).not.toContain(secret);
    expect(said).not.toMatch(/^\s+at /m);
  });

  it('with a configuration that is wrong in several places: exit 1 with path, line and fix of each', async () => {
    const broken = join(folder, 'broken.yml');
    await writeFile(
      broken,
      CONFIG.replace('aliases: [backend]', 'alias: [backend]')
        .replace('group: sre, count: 1', 'group: sree, count: 1')
        .replace('repo: acme/api', 'repo: api'),
    );
    const { code, said } = await start({ COUNTERSIGN_CONFIG: broken });
    expect(code).toBe(1);
    expect(said).toContain('3 problems');
    expect(said).toMatch(/broken\.yml:\d+ services\.api\.alias: unknown key "alias"\. Did you mean "aliases"\?/);
    expect(said).toMatch(/broken\.yml:\d+ services\.api\.repo: found "api"\. Write owner\/name/);
    expect(said).toMatch(/broken\.yml:\d+ .*\.group: there is no group "sree"\. Did you mean "sre"\?/);
  });

  it('in a namespace that forgets too soon: exit 1 with the command that mends it', async () => {
    const connection = await Connection.connect({ address: inject('temporalAddress') });
    const namespace = `short-${process.pid}`;
    await connection.workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: { seconds: 86_400 as never } });
    await connection.close();
    const { code, said } = await start({ TEMPORAL_NAMESPACE: namespace });
    expect({ code, said }).toMatchObject({ code: 1 });
    expect(said).toContain(`temporal operator namespace update --namespace ${namespace} --retention 30d`);
  });

  it('with a token that Slack does not know: exit 1, without the token', async () => {
    const { code, said } = await start({ SLACK_BOT_TOKEN: `xoxb-${CANARY}` });
    expect({ code, said }).toMatchObject({ code: 1 });
    expect(said).toContain('slack');
    expect(said).not.toContain(CANARY);
  });
});

function secretsOf({ env }: World): readonly string[] {
  return ['PRIVATE_KEY', 'WEBHOOK_SECRET', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'BUILDKITE_API_TOKEN', 'BUILDKITE_WEBHOOK_TOKEN'].map(
    (name) => env[name] ?? name,
  );
}
