// Configuration files → `Config`, or every problem at once.
import { buildConfig } from './build.ts';
import type { Config } from './config.ts';
import { readDraft, type Draft, type Loading } from './draft.ts';
import type { Problem } from './problem.ts';
import { validate } from './validate.ts';

export type Loaded = { readonly kind: 'config'; readonly config: Config } | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Reads, merges and checks. Never throws for anything a file holds. */
export function loadConfig(loading: Loading): Loaded {
  const checked = loadDraft(loading);
  if (checked.kind === 'problems') return checked;
  return { kind: 'config', config: buildConfig(checked.draft, checked.slack) };
}

export type CheckedDraft =
  | { readonly kind: 'draft'; readonly draft: Draft; readonly slack: NonNullable<Draft['slack']> }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** A draft without problems. */
export function loadDraft(loading: Loading): CheckedDraft {
  const { draft, problems: found } = readDraft(loading);
  const problems = distinct([...found, ...(draft === null ? [] : validate(draft))]);
  if (draft?.slack === undefined || problems.length > 0) return { kind: 'problems', problems: inOrder(problems) };
  return { kind: 'draft', draft, slack: draft.slack };
}

// A mistake in `defaults` shows in every service that takes it over; it is told once.
function distinct(problems: readonly Problem[]): readonly Problem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify([problem.file, problem.line, problem.path, problem.found]), problem])).values()];
}

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  return problems.toSorted((one, other) => (one.file ?? '').localeCompare(other.file ?? '') || (one.line ?? 0) - (other.line ?? 0));
}
