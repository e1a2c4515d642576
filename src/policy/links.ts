// Links that people made themselves, beside the reviewed configuration, which wins. Pure.
import { githubPersonKey } from '../ids.ts';
import { isSamePerson, owns } from './people.ts';
import type { Delegation, GithubAccount, Link, LinkReason, SlackAccount } from '../../workflows/people-contract.ts';
import type { Millis, Person } from '../../workflows/vocabulary.ts';

/** Who this link says somebody is. Named by the GitHub login: GitHub keeps it unique, a name in Slack is whatever its owner types. */
export function linkedPerson({ slack, github }: Link): Person {
  const { team, user } = slack;
  const { id, login } = github;
  return { key: githubPersonKey(id), name: login, mapped: true, github: { id, login }, slack: { team, user }, binding: 'linked' };
}

/** Everybody whose accounts are tied together. A link that touches an account of the configuration counts for nothing. */
export function withLinks(reviewed: readonly Person[], links: readonly Link[]): readonly Person[] {
  const linked = links.map(linkedPerson);
  return [...reviewed, ...linked.filter((person) => !reviewed.some((known) => isSamePerson(known, person)))];
}

/** The same people, those who were matched by their address with the Slack account that it led to. */
export function withMatches(people: readonly Person[], matches: readonly Person[]): readonly Person[] {
  return people.map((person) => matches.find((match) => match.key === person.key) ?? person);
}

/** Why the configuration admits no such link, or null. `github` is null while it is not known yet. */
export function whyNotLinkable(
  reviewed: readonly Person[],
  accounts: { readonly slack: SlackAccount; readonly github: GithubAccount | null },
): LinkReason | null {
  for (const account of [accounts.slack, accounts.github]) {
    const owner = account === null ? undefined : reviewed.find((person) => owns(person, account));
    if (account !== null && owner !== undefined) return { code: 'reviewed-otherwise', account, name: owner.name };
  }
  return null;
}

/** Those that are not over. */
export function presentDelegations(delegations: readonly Delegation[], now: Millis): readonly Delegation[] {
  return delegations.filter(({ since, until }) => since <= now && now < until);
}
