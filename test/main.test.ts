// How the product answers a wrong start: at once, in words, without having spoken to anybody.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BASE } from './config/base-config.ts';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));

function start(config: string, words: readonly string[] = []): Promise<{ readonly code: number | string | null | undefined; readonly said: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'countersign.yml');
  writeFileSync(file, config);
  // Nothing of ours: the secrets are missing on purpose.
  const env = { PATH: process.env['PATH'], COUNTERSIGN_CONFIG: file };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...words], { env, timeout: 80_000 }, (error, _out, said) => resolve({ code: error?.code ?? 0, said }));
  });
}

describe('the product', () => {
  it('does not start as the worker of a zone in which nothing is deployed', async () => {
    const { code, said } = await start(BASE, ['--role', 'worker', '--zone', 'eu']);
    expect(code).toBe(1);
    expect(said).toContain('Countersign does not start (role worker)');
    expect(said).toContain('--zone: nothing is deployed in zone "eu".');
  });

  it('tells of settings and configuration at once', async () => {
    const { code, said } = await start(BASE.replace('approvals: none', 'aprovals: none'));
    expect(code).toBe(1);
    expect(said).toContain('PRIVATE_KEY: it is not set.');
    expect(said).toContain('aprovals');
  });
});
