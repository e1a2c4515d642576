// Accounts and the people behind them, by the ids that never change.
import type { Account, Person, PersonKey, Vote } from './vocabulary.ts';

export const nameOf = (account: Account): string => (account.surface === 'github' ? account.login : account.name);
export const accountKey = (account: Account): string =>
  account.surface === 'github' ? `github:${account.id}` : `slack:${account.team}:${account.user}`;

/** One human, by any account that both are known by. */
export function isSamePerson(one: Person, other: Person): boolean {
  if (one.key === other.key) return true;
  if (one.github !== null && one.github.id === other.github?.id) return true;
  return one.slack !== null && one.slack.team === other.slack?.team && one.slack.user === other.slack.user;
}

export const votesOfOthers = (votes: readonly Vote[], person: Person): readonly Vote[] => votes.filter(({ by }) => !isSamePerson(by, person));

export function owns({ github, slack }: Person, account: Account): boolean {
  return account.surface === 'github' ? github?.id === account.id : slack?.team === account.team && slack.user === account.user;
}

/** Known by this account alone: for display, where no rights are asked for. */
export function unmappedPerson(account: Account): Person {
  const known = { key: accountKey(account) as PersonKey, name: nameOf(account), mapped: false };
  if (account.surface === 'github') return { ...known, github: { id: account.id, login: account.login }, slack: null };
  return { ...known, github: null, slack: { team: account.team, user: account.user } };
}
