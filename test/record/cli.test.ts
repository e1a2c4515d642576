// `countersign verify` on files, and the key that `export` signs with.
import { spawnSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeProblem } from '../../src/config/problem.ts';
import { readSecret, type Variables } from '../../src/config/read-secret.ts';
import { SIGNING_KEY } from '../../src/config/secret-rules.ts';
import { seal } from '../../src/record/dsse.ts';
import { statementOf } from '../../src/record/statement.ts';
import { ended, pemOf, publicOf, SIGNER } from '../support/records.ts';

const CLI = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'countersign-verify-'));
const put = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return name;
};

function verify(args: readonly string[]): { readonly code: number | null; readonly told: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'verify', ...args], { cwd: folder, encoding: 'utf8', env: {} });
  return { code: status, told: `${stdout}${stderr}` };
}

describe('countersign verify', () => {
  put('public.pem', pemOf(publicOf(SIGNER)));
  put('private.pem', pemOf(SIGNER));

  it('ends with 0, 1 or 2: genuine, not to be believed, nothing to verify', async () => {
    const seals = async (statement: unknown): Promise<string> => JSON.stringify(await seal(Buffer.from(JSON.stringify(statement)), pemOf(SIGNER)));
    const statement = statementOf(ended());
    put('good.json', await seals(statement));
    put('flawed.json', await seals({ ...statement, predicate: { ...statement.predicate, votes: [] } }));
    put('cut.json', (await seals(statement)).slice(0, 900));
    expect(verify(['good.json', '--key', 'public.pem'])).toMatchObject({ code: 0, told: expect.stringContaining('✓ genuine') });
    expect(verify(['flawed.json', '--key', 'public.pem'])).toMatchObject({ code: 1, told: expect.stringContaining('✗ the votes satisfy the rule') });
    expect(verify(['cut.json', '--key', 'public.pem'])).toMatchObject({ code: 1, told: expect.stringContaining('✗ not to be believed') });
    expect(verify(['none.json', '--key', 'public.pem']).code).toBe(2);
    expect(verify(['good.json', '--key', 'private.pem'])).toMatchObject({ code: 2, told: expect.stringContaining('holds no public key') });
    expect(verify(['good.json'])).toMatchObject({ code: 2, told: expect.stringContaining('--key public.pem') });
  });
});

describe('the key that signs records', () => {
  const files = { readText: (path: string): string => (path === 'key.pem' ? pemOf(SIGNER) : fail(path)), stampOf: (path: string): string => path };
  const read = (env: Variables): ReturnType<typeof readSecret> => readSecret(SIGNING_KEY, env, files);
  const fail = (path: string): never => {
    throw new Error(path);
  };
  const p256 = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

  it.each([
    ['a PEM', { COUNTERSIGN_SIGNING_KEY: pemOf(SIGNER) }],
    ['a PEM with \\n for line ends', { COUNTERSIGN_SIGNING_KEY: pemOf(p256).replaceAll('\n', '\\n') }],
    ['a file', { COUNTERSIGN_SIGNING_KEY_FILE: 'key.pem' }],
  ])('may be %s', (_what, env) => {
    expect(read(env).secret?.reveal()).toContain('PRIVATE KEY');
  });

  it.each([
    ['nothing', {}, 'COUNTERSIGN_SIGNING_KEY: it is not set. Make one with `openssl genpkey'],
    ['an empty variable', { COUNTERSIGN_SIGNING_KEY: ' ' }, 'it is set, but empty. Make one with'],
    ['a file that is not there', { COUNTERSIGN_SIGNING_KEY_FILE: 'none.pem' }, "the file can't be read"],
    [
      'both',
      { COUNTERSIGN_SIGNING_KEY: 'x', COUNTERSIGN_SIGNING_KEY_FILE: 'key.pem' },
      'COUNTERSIGN_SIGNING_KEY_FILE: COUNTERSIGN_SIGNING_KEY is set as well',
    ],
    ['no key at all', { COUNTERSIGN_SIGNING_KEY: 'hunter2hunter2' }, 'it is no PEM private key'],
    ['a public key', { COUNTERSIGN_SIGNING_KEY: pemOf(publicOf(SIGNER)) }, 'it is no PEM private key'],
    ['RSA', { COUNTERSIGN_SIGNING_KEY: pemOf(generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey) }, 'neither an ed25519 nor a P-256 key'],
    [
      'P-384',
      { COUNTERSIGN_SIGNING_KEY: pemOf(generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey) },
      'neither an ed25519 nor a P-256 key',
    ],
  ])('is asked for in words when it is %s', (_what, env, found) => {
    const { secret, problems } = read(env);
    expect(secret).toBeNull();
    expect(problems.map(describeProblem).join()).toContain(found);
    expect(problems.map(describeProblem).join()).not.toContain('hunter2');
  });
});
