// Everybody whose accounts are tied together: the reviewed configuration, and links that people made themselves.
import type { Delegation } from '../../workflows/people-contract.ts';
import type { Account, Person } from '../../workflows/vocabulary.ts';
import { presentDelegations, withLinks, withMatches } from '../policy/links.ts';
import { owns } from '../policy/people.ts';
import { createEmailMatching } from './email-matching.ts';
import type { PeopleStore } from '../temporal/people.ts';
import { createReader, type Reader } from './reading.ts';
import { createSharedReads } from './shared-reads.ts';

export interface Known {
  readonly people: readonly Person[];
  /** Those that are not over. */
  readonly delegations: readonly Delegation[];
}

export interface KnownPeople {
  /** Read at most so long ago; 0 reads afresh. Of these accounts those that are matched by e-mail, too. Throws `Trouble`. */
  read(maxAgeMs: number, accounts?: readonly Account[]): Promise<Known>;
  /** The person of the configuration who owns this account, without any read; null: links must be asked. */
  reviewed(account: Account): Person | null;
}

export function createKnownPeople(deps: {
  readonly reviewed: readonly Person[];
  readonly store: Pick<PeopleStore, 'read'>;
  /** Left out: nobody is. */
  readonly byEmail?: Parameters<typeof createEmailMatching>[0];
  readonly now: () => number;
}): KnownPeople {
  const { reviewed, store, now } = deps;
  const readState = createSharedReads(() => store.read(), now);
  const match = createEmailMatching(deps.byEmail);

  async function read(maxAgeMs: number, accounts: readonly Account[] = []): Promise<Known> {
    const { links, delegations } = await readState(maxAgeMs);
    const people = withLinks(reviewed, links);
    return { people: withMatches(people, await match(people, accounts, maxAgeMs)), delegations: presentDelegations(delegations, now()) };
  }

  return { read, reviewed: (account) => reviewed.find((person) => owns(person, account)) ?? null };
}

/** What is read of the people who tied their accounts together themselves, in words. */
export const LINKS = 'the account links';

/**
 * What a plan goes by, read afresh. Without an answer accounts that the configuration does not know are unmapped; where there are none,
 * no answer is as good as nobody.
 */
export async function readKnown(
  deps: { readonly known: KnownPeople; readonly config: { readonly people: readonly Person[] } },
  reader: Reader,
  accounts: readonly Account[],
): Promise<Known> {
  const isNeeded = accounts.some((account) => deps.known.reviewed(account) === null);
  const read = await (isNeeded ? reader : createReader()).read(LINKS, () => deps.known.read(0, accounts));
  return read.known ? read.value : { people: deps.config.people, delegations: [] };
}
