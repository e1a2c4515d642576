// Who counts as having started a build that Countersign did not ask for: none of them approves its block steps. Pure.
import type { Starter } from '../../workflows/block-contract.ts';
import type { BuildkiteUser, HaltedBuild, MemberIds } from '../../workflows/block-vocabulary.ts';
import type { Person, PersonKey } from '../../workflows/vocabulary.ts';

export interface Starters {
  /** Nobody twice. */
  readonly people: readonly Person[];
  readonly starter: Starter;
}

/** Where Buildkite names as creator whoever signed in or whose token it was. Of a push it names whom the commit names, which anybody may write. */
const SIGNED_IN: readonly string[] = ['ui', 'api'];
export const isSignedIn = ({ source }: Pick<HaltedBuild, 'source'>): boolean => SIGNED_IN.includes(source);

export interface StarterFacts {
  /** Who pushed it, as GitHub says; null: it does not. */
  readonly pusher: { readonly id: number } | null;
  readonly members: MemberIds;
}

/**
 * The creator, the author of what is built, and who pushed it. Only some of them prove who started it. A creator whose address says
 * nothing may be found by the id of a member; who is a member under another id is taken for somebody else.
 */
export function startersOf(
  build: Pick<HaltedBuild, 'creator' | 'author' | 'source'>,
  people: readonly Person[],
  { pusher, members }: StarterFacts,
): Starters {
  const { creator, author, source } = build;
  const { id, name: given } = creator ?? author ?? NOBODY;
  const byId = Object.entries(members).find(([, member]) => id !== null && member === id)?.[0] ?? null;
  const pushed = pusher === null ? undefined : people.find(({ github }) => github?.id === pusher.id);
  const keys: readonly (string | null)[] = [creator?.person ?? null, byId, author?.person ?? null, pushed?.key ?? null];
  const called = (isSignedIn(build) ? null : pushed?.name) ?? given?.trim() ?? '';
  const name = called === '' ? (source === 'schedule' ? 'a schedule' : 'somebody') : called;
  const known = isSignedIn(build) ? people.some(({ key }) => creator !== null && (key === creator.person || key === byId)) : pushed !== undefined;
  return {
    people: people.filter(({ key }) => keys.includes(key)),
    starter: known ? { known, name } : { known, name, others: Object.keys(members) as PersonKey[] },
  };
}

const NOBODY: BuildkiteUser = { id: null, name: null, person: null };

/** Stands where a person is needed and nobody is known: no account is theirs, so nobody is taken for them. */
export function nobodyKnown(name: string): Person {
  return { key: 'buildkite:unknown' as PersonKey, name, mapped: false, github: null, slack: null };
}
