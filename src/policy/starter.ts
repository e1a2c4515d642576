// Who counts as having started a build that Countersign did not ask for: none of them approves its block steps. Pure.
import type { HaltedBuild } from '../../workflows/block-vocabulary.ts';
import type { Person, PersonKey } from '../../workflows/vocabulary.ts';

export interface Starters {
  /** Nobody twice. */
  readonly people: readonly Person[];
  readonly name: string;
  /** False: whoever started it is nobody of the configuration, and might be anybody whose Buildkite account is not known. */
  readonly known: boolean;
}

/** The creator, and the author of what is built: of a push, Buildkite may name only the latter. */
export function startersOf({ creator, author, source }: Pick<HaltedBuild, 'creator' | 'author' | 'source'>, people: readonly Person[]): Starters {
  const starter = creator ?? author;
  const keys = [creator?.person, author?.person].filter((key) => key !== null && key !== undefined);
  const name = starter?.name?.trim() ?? '';
  return {
    people: people.filter(({ key }) => keys.includes(key)),
    name: name === '' ? (source === 'schedule' ? 'a schedule' : 'somebody') : name,
    known: people.some(({ key }) => key === starter?.person),
  };
}

/** Stands where a person is needed and nobody is known: no account is theirs, so nobody is taken for them. */
export function nobodyKnown(name: string): Person {
  return { key: 'buildkite:unknown' as PersonKey, name, mapped: false, github: null, slack: null };
}
