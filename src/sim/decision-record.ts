// The decision record of the demo's request: exported and verified with the commands that an auditor types, each in a process of its own.
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../cli.ts', import.meta.url));

export interface DecisionRecord {
  readonly code: string;
  /** What was typed, without the program that runs it. */
  readonly commands: readonly string[];
  /** What `verify` wrote. */
  readonly verdict: readonly string[];
  readonly sha: string;
  readonly approvers: readonly string[];
}

/** `env`: reaches Temporal. `folder`: where keys and record are put. Rejects with what a command says when it refuses. */
export async function recordOf(
  code: string,
  how: { readonly env: Readonly<Record<string, string>>; readonly folder: string },
): Promise<DecisionRecord> {
  const { env, folder } = how;
  const [key, trusted, file] = ['signing.pem', 'public.pem', `${code}.json`] as const;
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  await writeFile(join(folder, key), privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600 });
  await writeFile(join(folder, trusted), publicKey.export({ type: 'spki', format: 'pem' }));
  const json = await countersign(['export', code], { folder, env: { ...env, COUNTERSIGN_SIGNING_KEY_FILE: join(folder, key) } });
  await writeFile(join(folder, file), json);
  const verified = await countersign(['verify', file, '--key', trusted], { folder, env: {} });
  return {
    code,
    commands: [`countersign export ${code} > ${file}`, `countersign verify ${file} --key ${trusted}`],
    verdict: verified.trimEnd().split('\n'),
    ...contentOf(await readFile(join(folder, file), 'utf8')),
  };
}

/** Where a command runs, and all that it finds in its environment. */
interface Place {
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

async function countersign(args: readonly string[], place: Place): Promise<string> {
  const { code, out, err } = await runCommand(args, place);
  if (code !== 0) throw new Error(`countersign ${args.join(' ')} ended with ${code}: ${err || out}`);
  return out;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs `countersign`. Not synchronously: the platforms' simulators may live in this process. */
export async function runCommand(args: readonly string[], { folder, env }: Place): Promise<Ended> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = once(child, 'exit');
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number | null];
  return { code, out, err };
}

interface Statement {
  readonly subject: readonly [{ readonly digest: { readonly gitCommit: string } }];
  readonly predicate: { readonly votes: readonly { readonly kind: string; readonly by: { readonly name: string } }[] };
}

/** Read without the product's code: a DSSE envelope around an in-toto statement. */
function contentOf(json: string): Pick<DecisionRecord, 'sha' | 'approvers'> {
  const { payload } = JSON.parse(json) as { readonly payload: string };
  const { subject, predicate } = JSON.parse(Buffer.from(payload, 'base64').toString('utf8')) as Statement;
  return { sha: subject[0].digest.gitCommit, approvers: predicate.votes.filter(({ kind }) => kind === 'approve').map(({ by }) => by.name) };
}
