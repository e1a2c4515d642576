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

/** Where Buildkite names as creator whoever signed in or whose token it was. Of a push it names whom the commit names, which anybody may write. */
const SIGNED_IN: readonly string[] = ['ui', 'api'];
export const isSignedIn = ({ source }: Pick<HaltedBuild, 'source'>): boolean => SIGNED_IN.includes(source);

/** The creator, the author of what is built, and who pushed it as GitHub says (null: it does not). Only some of them prove who started it. */
export function startersOf(
  build: Pick<HaltedBuild, 'creator' | 'author' | 'source'>,
  people: readonly Person[],
  pusher: { readonly id: number } | null,
): Starters {
  const { creator, author, source } = build;
  const pushed = pusher === null ? undefined : people.find(({ github }) => github?.id === pusher.id);
  const keys = [creator?.person, author?.person, pushed?.key].filter((key) => key !== null && key !== undefined);
  const name = (isSignedIn(build) ? null : pushed?.name) ?? (creator ?? author)?.name?.trim() ?? '';
  return {
    people: people.filter(({ key }) => keys.includes(key)),
    name: name === '' ? (source === 'schedule' ? 'a schedule' : 'somebody') : name,
    known: isSignedIn(build) ? people.some(({ key }) => key === creator?.person) : pushed !== undefined,
  };
}

/** Stands where a person is needed and nobody is known: no account is theirs, so nobody is taken for them. */
export function nobodyKnown(name: string): Person {
  return { key: 'buildkite:unknown' as PersonKey, name, mapped: false, github: null, slack: null };
}
