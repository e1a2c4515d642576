// Delegations that hold at this moment, as far as a decision hangs on them.
import type { Delegation } from '../../workflows/people-contract.ts';
import type { Person } from '../../workflows/vocabulary.ts';
import type { Repo } from '../github/api.ts';
import type { AccountState, Read } from '../policy/facts.ts';
import { isSamePerson } from '../policy/people.ts';
import type { People } from './people.ts';

export interface StandInsAsked {
  readonly repo: Repo;
  readonly delegations: readonly Delegation[];
  /** On whose acts something hangs. */
  readonly voters: readonly Person[];
  readonly maxAgeMs: number;
  /** `what` names the account for people. */
  readonly read: (what: string, call: () => Promise<AccountState>) => Promise<Read<AccountState>>;
}

/** What a decision rests on and could not be read. */
export interface Doubt {
  readonly what: string;
  readonly why: string;
}

/**
 * Whoever has left the company is not away: of the delegations to these voters those count whose absent person is still active. The
 * others are only shown.
 */
export async function holdingDelegations(
  people: Pick<People, 'stateOf'>,
  { repo, delegations, voters, maxAgeMs, read }: StandInsAsked,
): Promise<{ readonly holding: readonly Delegation[]; readonly doubt: Doubt | null }> {
  const looked = await Promise.all(
    delegations.map(async (delegation) => {
      const { from, to } = delegation;
      if (!voters.some((voter) => isSamePerson(voter, to))) return { delegation, holds: true, doubt: null };
      const what = `the account of ${from.name}`;
      const state = await read(what, () => people.stateOf(repo, from, maxAgeMs));
      return { delegation, holds: state.known && state.value.active, doubt: state.known ? null : { what, why: state.why } };
    }),
  );
  return {
    holding: looked.flatMap(({ delegation, holds }) => (holds ? [delegation] : [])),
    doubt: looked.find(({ doubt }) => doubt !== null)?.doubt ?? null,
  };
}
