// Constructors of branded ids: the only casts.
import { createHash } from 'node:crypto';
import type { CommitSha, Contract, DeployCode, PersonKey, RepoSlug, Target } from '../workflows/vocabulary.ts';

const FULL_SHA = /^[0-9a-f]{40}$/;

/** The text as a full SHA, or null. */
export function parseSha(text: string): CommitSha | null {
  const lower = text.toLowerCase();
  return FULL_SHA.test(lower) ? (lower as CommitSha) : null;
}

/** The text as a full SHA. Throws a bug's `Error` if it is none: use it for values of platforms that promise one. */
export function commitSha(text: string): CommitSha {
  const sha = parseSha(text);
  if (sha === null) throw new Error(`not a full commit SHA: ${JSON.stringify(text.slice(0, 60))}`);
  return sha;
}

const TARGET = /^[A-Za-z0-9][A-Za-z0-9._/@:+-]{0,199}$/;
/** The text as the name of a target, or null: anybody may write anything into the meta-data of a build. */
export const parseTarget = (text: string): Target | null => (TARGET.test(text) ? (text as Target) : null);

export const repoSlug = (text: string): RepoSlug => text as RepoSlug;
export const target = (text: string): Target => text as Target;
export const githubPersonKey = (id: number): PersonKey => `github:${id}` as PersonKey;
export const slackPersonKey = (team: string, user: string): PersonKey => `slack:${team}:${user}` as PersonKey;

// Without 0/O, 1/I/L and U: read aloud and typed by people.
const CODE_ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ';
const CODE_PATTERN = /^([2-9A-HJKMNP-TV-Z]{4})-?([2-9A-HJKMNP-TV-Z]{2})$/;

/** The short name of a request, made from its workflow id: the same id always gives the same code. */
export function deployCode(workflowId: string): DeployCode {
  const digest = createHash('sha256').update(workflowId).digest();
  const letters = Array.from({ length: 6 }, (_, i) => CODE_ALPHABET[digest.readUInt16BE(i * 2) % CODE_ALPHABET.length]).join('');
  return `${letters.slice(0, 4)}-${letters.slice(4)}` as DeployCode;
}

/** A code as somebody typed it (any case, hyphen optional), or null. */
export function parseDeployCode(text: string): DeployCode | null {
  const match = CODE_PATTERN.exec(text.toUpperCase());
  return match === null ? null : (`${match[1]}-${match[2]}` as DeployCode);
}

/** Digest of JSON with sorted keys: equal values give equal digests. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value, sortedKeys)).digest('hex');
}

/** What the build of a request carries, and what nobody can know but from the request's history or that build: the run id is random. */
export const sealOf = (workflowId: string, firstRun: string): string => digestOf({ sealOf: workflowId, firstRun });

export const contractOf = (parts: Readonly<Record<string, unknown>>): Contract => digestOf(parts) as Contract;

function sortedKeys(_key: string, value: unknown): unknown {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
}
