// One environment of one service: what holds there after the merge, and where each part of it was written.
import { keysAt, type Draft, type DraftService } from './draft.ts';
import { mergeEnvironment } from './merge.ts';
import type { EnvironmentEntry } from './schema.ts';
import { valueAt } from './shape.ts';
import type { Path, Source } from './source.ts';

export interface PlacedEnvironment {
  readonly service: DraftService;
  readonly environment: string;
  readonly merged: EnvironmentEntry;
  /** Where the value at this path of `merged` was written; the environment itself for what was written nowhere. */
  readonly origin: (inner: Path) => Origin;
  /** Whether this key was written at all, even if what it says is broken. */
  readonly isWritten: (key: string) => boolean;
}

export interface Origin {
  readonly source: Source;
  readonly path: Path;
  readonly from: 'service' | 'defaults' | 'built-in';
}

export function placeEnvironment(draft: Draft, service: DraftService, environment: string): PlacedEnvironment {
  const own = service.entry.environments[environment] ?? {};
  const defaults = Object.hasOwn(draft.defaults, environment) ? draft.defaults[environment] : undefined;
  const here: Path = ['services', service.name, 'environments', environment];
  const there: Path = ['defaults', 'environments', environment];
  return {
    service,
    environment,
    merged: mergeEnvironment(defaults, own),
    origin: (inner) => {
      if (valueAt(own, inner) !== undefined) return { source: service.source, path: [...here, ...inner], from: 'service' };
      if (valueAt(defaults, inner) === undefined) return { source: service.source, path: here, from: 'built-in' };
      return { source: draft.root, path: [...there, ...inner], from: 'defaults' };
    },
    isWritten: (key) => keysAt(service.source.value, here).includes(key) || keysAt(draft.root.value, there).includes(key),
  };
}

/** Every environment of every service, in the order of the files. */
export function placeEnvironments(draft: Draft): readonly PlacedEnvironment[] {
  return draft.services.flatMap((service) =>
    Object.keys(service.entry.environments).map((environment) => placeEnvironment(draft, service, environment)),
  );
}
