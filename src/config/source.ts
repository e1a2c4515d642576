// One YAML file: its values, and on which line each of them is.
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type YAMLError } from 'yaml';
import type { Problem } from './problem.ts';
import { scrubSecrets } from '../scrub.ts';

export type Path = readonly (string | number)[];

/** Where configuration files come from. */
export interface FileReader {
  /** Throws if it can't be read. */
  readonly readText: (path: string) => string;
  /** Paths that match a glob, relative to the directory. */
  readonly glob: (pattern: string, directory: string) => readonly string[];
}

export interface Source {
  readonly file: string;
  readonly value: unknown;
  /** Line of the value at this path, or of the nearest part around it that exists. */
  readonly lineOf: (path: Path) => number;
}

const DEPTH_MAX = 40;
const FILE_MAX_CHARACTERS = 1_000_000;

/** The parsed file, or what is wrong with it. */
export function readSource(file: string, read: FileReader): Source | readonly Problem[] {
  let text: string;
  try {
    text = read.readText(file);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
    return [{ file, line: null, path: '', found: `the file can't be read (${why})`, fix: 'Put the configuration there, or set COUNTERSIGN_CONFIG' }];
  }
  if (text.length > FILE_MAX_CHARACTERS) {
    return [{ file, line: null, path: '', found: 'the file has more than a million characters', fix: 'Split it with include' }];
  }
  return parseSource(file, text);
}

function parseSource(file: string, text: string): Source | readonly Problem[] {
  const lines = new LineCounter();
  try {
    // Pretty errors quote the line, and the line may hold a secret. With `silent`, a second document is passed over and not told.
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true, logLevel: 'error', resolveKnownTags: false });
    const wrong = [...document.errors, ...document.warnings];
    if (wrong.length > 0) return wrong.map((error) => problemOf(file, lines.linePos(error.pos[0]).line, error));
    const value = toPlain(document);
    if (depthOf(value) > DEPTH_MAX) return [yamlProblem(file, 1, `more than ${DEPTH_MAX} levels inside each other`)];
    return { file, value, lineOf: (path) => lineOf(document, lines, path) };
  } catch (error) {
    // An alias to nothing, or too many of them: the parser does not say where.
    return [yamlProblem(file, 1, error instanceof Error ? error.message : 'it does not parse')];
  }
}

/** As JSON would have it: no part is shared, and an alias inside its own anchor throws. */
function toPlain(document: Document): unknown {
  return JSON.parse(JSON.stringify(document.toJS({ maxAliasCount: 100 }) ?? null));
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Object.values(value).reduce<number>((deepest, inside) => Math.max(deepest, depthOf(inside)), 0);
}

function problemOf(file: string, line: number, { code, message }: YAMLError): Problem {
  if (code !== 'MULTIPLE_DOCS') return yamlProblem(file, line, message);
  return { file, line, path: '', found: 'a second document begins after `---`, and only one is read', fix: 'Make it a file of its own' };
}

function yamlProblem(file: string, line: number, message: string): Problem {
  const told = scrubSecrets(message.split('\n', 1)[0] ?? '').slice(0, 120);
  return { file, line, path: '', found: `this is not valid YAML: ${told.replace(/[.:\s]+$/, '')}`, fix: 'Mend the YAML' };
}

function lineOf(document: Document, lines: LineCounter, path: Path): number {
  let node: unknown = document.contents;
  let offset = 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(part));
      if (pair === undefined) break;
      offset = (isScalar(pair.key) ? pair.key.range?.[0] : undefined) ?? offset;
      node = pair.value;
    } else if (isSeq(node)) {
      node = node.items[Number(part)];
      if (typeof node !== 'object' || node === null) break;
      offset = ('range' in node && Array.isArray(node.range) ? Number(node.range[0]) : undefined) ?? offset;
    } else break;
  }
  return Math.max(1, lines.linePos(offset).line);
}
