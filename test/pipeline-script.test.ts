// The script of docs/pipeline, run by bash with a stand-in for buildkite-agent against an endpoint that answers as it is told.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished, describe } from 'vitest';
import { parse } from 'yaml';

const SCRIPT = fileURLToPath(new URL('../docs/pipeline/countersign-attest.sh', import.meta.url));
const PIPELINE = fileURLToPath(new URL('../docs/pipeline/pipeline.yml', import.meta.url));

interface Run {
  readonly exit: number;
  readonly said: string;
  /** Authorization of each request. */
  readonly asked: readonly string[];
  readonly log: string;
}

/** `answers`: one for each request, the last one repeats; `cut`: the connection breaks. */
async function run(
  answers: readonly (readonly [status: number | 'cut', body: string])[],
  change: Readonly<Record<string, string>> = {},
): Promise<Run> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    const [status, body] = answers[Math.min(asked.length, answers.length) - 1] ?? ['cut', ''];
    if (status === 'cut') return void response.destroy();
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const folder = await mkdtemp(join(tmpdir(), 'countersign-script-'));
  onTestFinished(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  // A token of its own for every try, and a note of what was asked for.
  const agent = `#!/bin/bash\necho "$*" >> "${folder}/asked"\necho "token-$(wc -l < "${folder}/asked" | tr -d ' ')"\n`;
  await writeFile(join(folder, 'buildkite-agent'), change['AGENT'] ?? agent, { mode: 0o755 });
  const env = {
    PATH: `${folder}:${process.env['PATH']}`,
    COUNTERSIGN_URL: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    COUNTERSIGN_PAUSE: '0',
    COUNTERSIGN_TRIES: '3',
    ...change,
  };
  const { exit, said } = await new Promise<{ exit: number; said: string }>((resolve) => {
    execFile('bash', [SCRIPT], { env, timeout: 80_000 }, (error, out, err) => {
      resolve({ exit: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, said: out + err });
    });
  });
  return { exit, said, asked, log: await readFile(join(folder, 'asked'), 'utf8').catch(() => '') };
}

const YES = [200, '{"code":"7F3K-Q2"}'] as const;
const LATER = [503, ''] as const;

describe('the script for pipelines', () => {
  it('goes on when the answer is yes, and asked with a token for just this address', async () => {
    const { exit, said, asked, log } = await run([YES]);
    expect(exit).toBe(0);
    expect(said).toContain('yes, this is the approved build\n{"code":"7F3K-Q2"}');
    expect(asked).toEqual(['POST /buildkite/attest Bearer token-1']);
    expect(log).toMatch(/^oidc request-token --audience http:\/\/127\.0\.0\.1:\d+ --lifetime 60 --claim organization_id,build_id\n$/);
  });

  it('asks again only while it is not known, each time with a new token', async () => {
    const { exit, asked } = await run([LATER, LATER, YES]);
    expect(exit).toBe(0);
    expect(asked.map((line) => line.split(' ').at(-1))).toEqual(['token-1', 'token-2', 'token-3']);
  });

  it('fails when it is still not known in the end', async () => {
    const { exit, said, asked } = await run([LATER]);
    expect({ exit, asked: asked.length }).toEqual({ exit: 1, asked: 3 });
    expect(said).toContain('still does not know');
  });

  it.each<[string, readonly [number | 'cut', string], string]>([
    ['no', [403, 'other-build'], 'no, this is not the approved build (other-build)'],
    ['no, in words that no terminal should see', [403, '\u001b[2Jother-build$(reboot)'], '(other-buildreboot)'],
    ['no such address', [404, ''], 'gave no answer (status 404)'],
    ['an error', [500, ''], 'gave no answer (status 500)'],
    ['a proxy’s error', [502, '<html>'], 'gave no answer (status 502)'],
    ['a way to somewhere else', [302, ''], 'gave no answer (status 302)'],
    ['nothing', ['cut', ''], 'gave no answer (status 000'],
  ])('fails at once, and says so, when the answer is %s', async (_what, answer, words) => {
    const { exit, said, asked } = await run([answer]);
    expect({ exit, asked: asked.length }).toEqual({ exit: 1, asked: 1 });
    expect(said).toContain(words);
    expect(said).not.toContain('\u001b');
  });

  it('fails when the agent gives no token', async () => {
    const { exit, asked } = await run([YES], { AGENT: '#!/bin/bash\nexit 1\n' });
    expect({ isBad: exit !== 0, asked }).toEqual({ isBad: true, asked: [] });
  });

  it('fails when it does not know whom to ask', async () => {
    const { exit, said, asked } = await run([YES], { COUNTERSIGN_URL: '' });
    expect({ isBad: exit !== 0, asked }).toEqual({ isBad: true, asked: [] });
    expect(said).toContain('COUNTERSIGN_URL');
  });

  it('is the first step of the ready pipeline, before a wait, and nothing is put into a command when the pipeline is uploaded', async () => {
    const text = await readFile(PIPELINE, 'utf8');
    const { steps } = parse(text) as { steps: readonly (string | Readonly<Record<string, unknown>>)[] };
    expect(steps[0]).toMatchObject({ key: 'countersign', command: '/usr/local/bin/countersign-attest.sh' });
    expect(steps[1]).toBe('wait');
    expect(text.replaceAll('$$', '')).not.toContain('$');
    expect((await readFile(SCRIPT, 'utf8')).match(/\$\{?[A-Z]\w*/g)?.filter((name) => !name.includes('COUNTERSIGN_'))).toEqual([]);
  });
});
