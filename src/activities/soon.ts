// Reads while a person waits for the answer.
import type { Account, Person } from '../../workflows/vocabulary.ts';
import type { Repo } from '../github/api.ts';
import type { Read } from '../policy/facts.ts';
import type { Membership } from '../policy/membership.ts';
import { resolvePerson } from '../policy/people.ts';
import { withStandIns } from '../policy/stand-ins.ts';
import { isTrouble } from '../trouble.ts';
import type { FactsDeps } from './gather-facts.ts';
import { readMembership } from './groups.ts';
import { LINKS, type Known } from './known-people.ts';
import { known } from './reading.ts';
import { holdingDelegations, type Doubt, type StandInsAsked } from './stand-ins.ts';

/** At a click a membership may be this old (design §5, frozen and fresh). */
export const CLICK_AGE_MS = 60_000;
/** That an account is nobody's may be this old. */
export const UNKNOWN_AGE_MS = 2_000;
/** A cold read at a click has this long; then "not counted, try again". */
const CLICK_READ_MS = 1_000;

/** A click is answered at once: what can't be read within a second is unknown. */
export async function soon<T>(reading: Promise<T>): Promise<Read<T>> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Read<T>>((resolve) => {
    timer = setTimeout(() => resolve({ known: false, why: `no answer within ${CLICK_READ_MS / 1000} s` }), CLICK_READ_MS);
  });
  const value = reading.then(known, (error: unknown): Read<T> => {
    if (isTrouble(error)) return { known: false, why: error.message };
    throw error;
  });
  try {
    return await Promise.race([value, late]);
  } finally {
    clearTimeout(timer);
  }
}

export type Links = Promise<Read<Known>>;

/**
 * Everybody whose accounts are tied together, at most as old as at a click. An account that nobody knew is asked for anew: whoever has just
 * linked it clicks again at once.
 */
export function readLinksSoon(deps: Pick<FactsDeps, 'known'>, accounts: readonly Account[]): Links {
  const read = async (): Promise<Known> => {
    const remembered = await deps.known.read(CLICK_AGE_MS, accounts);
    return accounts.every((account) => resolvePerson(remembered.people, account).mapped) ? remembered : deps.known.read(UNKNOWN_AGE_MS, accounts);
  };
  return soon(read());
}

/** The groups that an act is judged by, at most as old as at a click. Where links can't be read, members who are not in the configuration are nobody we know. */
export async function readGroupsSoon(deps: FactsDeps, names: readonly string[], links: Links): Promise<Membership> {
  const people = links.then((read) => (read.known ? read.value.people : deps.config.people));
  return readMembership(deps.groups, { names, maxAgeMs: CLICK_AGE_MS, people, read: (_what, call) => soon(call()) });
}

/** Those groups with whoever stands in for somebody who is away. `doubt`: what could put one of these voters there and can't be read. */
export async function withStandInsSoon(
  deps: FactsDeps,
  input: { readonly repo: Repo; readonly links: Read<Known>; readonly membership: Membership; readonly voters: readonly Person[] },
): Promise<{ readonly standing: Membership; readonly doubt: Doubt | null }> {
  const { repo, links, membership, voters } = input;
  if (!links.known) return { standing: membership, doubt: { what: LINKS, why: links.why } };
  const { people, delegations } = links.value;
  const read: StandInsAsked['read'] = (_what, call) => soon(call());
  const { holding, doubt } = await holdingDelegations(deps.people, { repo, delegations, voters, maxAgeMs: CLICK_AGE_MS, read });
  return { standing: withStandIns(membership, holding, people), doubt };
}
