// The configuration's files read and put together, before anything that needs two values at once was checked.
import { dirname, join, normalize } from 'node:path';
import type { Zone } from './config.ts';
import type { Problem } from './problem.ts';
import type { PipelineEntry } from './schema-pipelines.ts';
import { ConfigFile, IncludedFile, type DraftFile, type EnvironmentEntry, type ServiceEntry } from './schema.ts';
import { checkShape, dotted, valueAt } from './shape.ts';
import { readSource, type FileReader, type Path, type Source } from './source.ts';

/** A service where it was written. */
export interface DraftService {
  readonly name: string;
  readonly entry: ServiceEntry;
  readonly source: Source;
}

export interface DraftPipeline {
  readonly slug: string;
  readonly entry: PipelineEntry;
}

export interface Draft {
  readonly root: Source;
  readonly home: Zone | null;
  readonly slack: DraftFile['slack'];
  readonly people: readonly { readonly at: number; readonly entry: NonNullable<DraftFile['people']>[number] }[];
  readonly groups: NonNullable<DraftFile['groups']>;
  readonly zones: NonNullable<DraftFile['zones']>;
  readonly defaults: Readonly<Record<string, EnvironmentEntry>>;
  readonly services: readonly DraftService[];
  readonly pipelines: readonly DraftPipeline[];
  /** Names as written, broken entries too: what refers to one of those is not wrong as well. */
  readonly written: { readonly people: readonly string[]; readonly groups: readonly string[]; readonly zones: readonly string[] };
}

/** The zone of services that name none. */
export const DEFAULT_ZONE = 'default';

export interface Loading {
  readonly path: string;
  readonly read: FileReader;
  /** `homeZone(env)`: used where the configuration leaves the zone `default` out, and must agree where it doesn't. null: not known here. */
  readonly home: Zone | null;
}

/** Reads the file and what it includes. `draft` is null when there is nothing to go on with. */
export function readDraft({ path, read, home }: Loading): { readonly draft: Draft | null; readonly problems: readonly Problem[] } {
  const root = readSource(path, read);
  if (isProblems(root)) return { draft: null, problems: root };
  const { problems, draft, peopleAt } = checkShape(root, ConfigFile);
  const included = readIncluded(root, draft.include ?? [], read);
  const services = [{ source: root, draft }, ...included.files].flatMap(({ source, draft: file }) =>
    Object.entries(file.services ?? {}).map(([name, entry]) => ({ name, entry, source })),
  );
  const zones = keysAt(root.value, ['zones']);
  const addsHome = home !== null && !zones.includes(DEFAULT_ZONE);
  return {
    problems: [...problems, ...included.problems],
    draft: {
      root,
      home,
      slack: draft.slack,
      people: (draft.people ?? []).map((entry, place) => ({ at: peopleAt[place] ?? place, entry })),
      groups: draft.groups ?? {},
      zones: { ...(addsHome ? { [DEFAULT_ZONE]: toEntry(home) } : {}), ...draft.zones },
      defaults: draft.defaults?.environments ?? {},
      services,
      pipelines: Object.entries(draft.pipelines ?? {}).map(([slug, entry]) => ({ slug, entry })),
      written: { people: namesOfPeople(root.value), groups: keysAt(root.value, ['groups']), zones: addsHome ? [DEFAULT_ZONE, ...zones] : zones },
    },
  };
}

/** A problem at a place of a file. */
export function problemAt(source: Source, path: Path, { found, fix }: Pick<Problem, 'found' | 'fix'>): Problem {
  return { file: source.file, line: source.lineOf(path), path: dotted(path), found, fix };
}

/** Names of the keys at this place, as written. */
export function keysAt(value: unknown, path: Path): readonly string[] {
  const map = valueAt(value, path);
  return typeof map === 'object' && map !== null && !Array.isArray(map) ? Object.keys(map) : [];
}

interface Included {
  readonly files: readonly { readonly source: Source; readonly draft: DraftFile }[];
  readonly problems: readonly Problem[];
}

function readIncluded(root: Source, patterns: readonly string[], read: FileReader): Included {
  const directory = dirname(root.file);
  const found = patterns.map((pattern) => read.glob(pattern, directory).map((file) => normalize(join(directory, file))));
  const problems = patterns.flatMap((pattern, at) =>
    found[at]?.length === 0
      ? [
          problemAt(root, ['include', at], {
            found: `no file matches "${pattern}"`,
            fix: 'Mend the pattern or take it out; it is relative to this file',
          }),
        ]
      : [],
  );
  const files = [...new Set(found.flat())].filter((file) => file !== normalize(root.file)).sort();
  const outcomes = files.map((file) => readSource(file, read));
  const sources = outcomes.filter((source): source is Source => !isProblems(source));
  const shaped = sources.map((source) => ({ source, ...checkShape(source, IncludedFile) }));
  return { files: shaped, problems: [...problems, ...outcomes.filter(isProblems).flat(), ...shaped.flatMap((file) => file.problems)] };
}

function toEntry({ namespace, organization }: Zone): Draft['zones'][string] {
  return { temporal: { namespace }, buildkite: { organization } };
}

function namesOfPeople(value: unknown): readonly string[] {
  const people = valueAt(value, ['people']);
  const entries: readonly unknown[] = Array.isArray(people) ? people : [];
  return entries.flatMap((entry) => {
    const name = valueAt(entry, ['name']);
    return typeof name === 'string' ? [name] : [];
  });
}

function isProblems(read: Source | readonly Problem[]): read is readonly Problem[] {
  return Array.isArray(read);
}
