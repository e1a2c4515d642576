// Accounts become people, by the ids that never change. Pure.
import { githubPersonKey, slackPersonKey } from '../ids.ts';
import type { Account, Person, PersonKey } from '../../workflows/vocabulary.ts';

export type Groups = Readonly<Record<string, readonly Person[]>>;

/** The mapped person who owns this account, else an unmapped person made from the account alone. Logins and names decide nothing. */
export function resolvePerson(people: readonly Person[], account: Account): Person {
  return people.find((person) => owns(person, account)) ?? unmappedPerson(account);
}

/** Names of the groups this person is in, in the order of the configuration. Only mapped people are in groups. */
export function groupsOf(groups: Groups, person: Person): readonly string[] {
  if (!person.mapped) return [];
  return Object.keys(groups).filter((name) => membersOf(groups, name).some((member) => isSamePerson(member, person)));
}

/** Whether each of these people is in one of these groups. */
export function areMembers(people: readonly Person[], groups: Groups, names: readonly string[]): boolean {
  return people.every((person) => groupsOf(groups, person).some((group) => names.includes(group)));
}

/** Members of a group; none if there is no such group. */
export function membersOf(groups: Groups, name: string): readonly Person[] {
  return Object.hasOwn(groups, name) ? (groups[name] ?? []) : [];
}

/** The same human: same key, or any account in common (a key changes when an account is mapped later). */
export function isSamePerson(one: Person, other: Person): boolean {
  if (one.key === other.key) return true;
  if (one.github !== null && one.github.id === other.github?.id) return true;
  return one.slack !== null && one.slack.team === other.slack?.team && one.slack.user === other.slack.user;
}

/** Each human once, by the first of their entries. */
export function distinct(people: readonly Person[]): readonly Person[] {
  return people.filter((person, at) => people.findIndex((other) => isSamePerson(other, person)) === at);
}

/** The same two accounts: not only one of them in common. */
export function hasBothAccounts(one: Person, other: Person): boolean {
  if (one.github === null || one.slack === null || other.slack === null) return false;
  return one.github.id === other.github?.id && one.slack.team === other.slack.team && one.slack.user === other.slack.user;
}

/** Whether the configuration itself ties the accounts together: what else does can be gone at the next look. */
export function isReviewed({ binding = 'reviewed' }: Person): boolean {
  return binding === 'reviewed';
}

/** Whether this key is one of the person's. */
export function hasKey(person: Person, key: PersonKey): boolean {
  if (person.key === key) return true;
  if (person.github !== null && githubPersonKey(person.github.id) === key) return true;
  return person.slack !== null && slackPersonKey(person.slack.team, person.slack.user) === key;
}

/** Whether this account is one of the person's, by its id. */
export function owns(person: Person, account: Account): boolean {
  if (account.surface === 'github') return person.github?.id === account.id;
  return person.slack !== null && person.slack.team === account.team && person.slack.user === account.user;
}

function unmappedPerson(account: Account): Person {
  if (account.surface === 'github') {
    const { id, login } = account;
    return { key: githubPersonKey(id), name: login, mapped: false, github: { id, login }, slack: null };
  }
  const { team, user, name } = account;
  return { key: slackPersonKey(team, user), name, mapped: false, github: null, slack: { team, user } };
}
