// What is wrong with the configuration or the environment variables, told so that it can be mended. Never a secret's value.
import { nearest } from '../command/spelling.ts';
import { scrubSecrets } from '../scrub.ts';

export interface Problem {
  /** The configuration file; null: an environment variable. */
  readonly file: string | null;
  /** 1-based; null where no line is to blame. */
  readonly line: number | null;
  /** `services.api.environments.production.pipeline`, or the variable's name. Empty: the file itself. */
  readonly path: string;
  readonly found: string;
  readonly fix: string;
}

/** `countersign.yml:12 services.api.repo: found "api", which is not owner/name. Write owner/name.` */
export function describeProblem({ file, line, path, found, fix }: Problem): string {
  const place = file === null || line === null ? (file ?? '') : `${file}:${line}`;
  return `${[place, path].filter((part) => part !== '').join(' ')}: ${found}. ${fix}${fix.endsWith('?') ? '' : '.'}`;
}

const QUOTED_MAX = 60;

/** A value of the configuration as it may be shown: short, on one line, without anything that looks like a credential. */
export function quote(value: unknown): string {
  if (typeof value === 'string') {
    const clean = scrubSecrets(value).replace(/\s+/g, ' ');
    return `"${clean.length > QUOTED_MAX ? `${clean.slice(0, QUOTED_MAX)}…` : clean}"`;
  }
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : 'a map';
}

/** What was probably meant, or else what there is. */
export function suggest(word: string, known: readonly string[]): string {
  const near = nearest(word, known);
  if (near !== null) return `Did you mean "${near.word}"?`;
  return known.length === 0 ? 'There is none yet' : `Known: ${known.slice(0, 20).join(', ')}`;
}
