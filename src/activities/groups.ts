// Who is in a group now, whatever it is written in: the configuration, a GitHub team, a Slack user group. The one place where groups are read.
import type { Account, Person } from '../../workflows/vocabulary.ts';
import type { Config, GroupSource } from '../config/config.ts';
import type { GithubApi } from '../github/api.ts';
import type { Read } from '../policy/facts.ts';
import type { Membership } from '../policy/membership.ts';
import { isSamePerson, resolvePerson } from '../policy/people.ts';
import type { SlackApi } from '../slack/api.ts';
import { createSharedReads } from './shared-reads.ts';

export interface GroupDirectory {
  /** Every configured group, in the order of the configuration. */
  readonly names: readonly string[];
  /** Those whose members the configuration lists: asking for them costs nothing. */
  readonly listed: readonly string[];
  /**
   * Members as people of the configuration, and those who are not there as their account alone. Nobody is in a group that is not
   * configured (any more). `maxAgeMs` 0: read after this call. Throws `Trouble`: a group that can't be read is unknown, not empty.
   */
  membersOf(name: string, maxAgeMs: number): Promise<readonly Person[]>;
}

export function createGroups(deps: {
  readonly config: Pick<Config, 'people' | 'groups'>;
  readonly github: Pick<GithubApi, 'readTeam'>;
  readonly slack: Pick<SlackApi, 'readUserGroup'>;
  readonly now: () => number;
}): GroupDirectory {
  const { config, now } = deps;
  const names = Object.keys(config.groups);
  const readers = new Map(names.map((name) => [name, createSharedReads(readerOf(deps, config.groups[name]), now)]));
  return {
    names,
    listed: names.filter((name) => config.groups[name]?.kind === 'people'),
    membersOf: async (name, maxAgeMs) => {
      const source = Object.hasOwn(config.groups, name) ? config.groups[name] : undefined;
      if (source === undefined) return [];
      if (source.kind === 'people') return source.people;
      const accounts = (await readers.get(name)?.(maxAgeMs)) ?? [];
      return accounts.map((account) => resolvePerson(config.people, account));
    },
  };
}

/** What is read for a decision, and how. */
export interface Asked {
  readonly names: readonly string[];
  readonly maxAgeMs: number;
  /** Everybody whose accounts are tied together now; a link made since the group was read counts at once. */
  readonly people: readonly Person[] | Promise<readonly Person[]>;
  /** `what` names the group for people. */
  readonly read: (what: string, call: () => Promise<readonly Person[]>) => Promise<Read<readonly Person[]>>;
}

/** The groups named, read side by side, and those that cost nothing. What can't be read is told apart from what is empty. */
export async function readMembership(directory: GroupDirectory, { names, maxAgeMs, people, read }: Asked): Promise<Membership> {
  const wanted = directory.names.filter((name) => names.includes(name) || directory.listed.includes(name));
  const reading = wanted.map(async (name) => [name, await read(whoIsIn(name), () => directory.membersOf(name, maxAgeMs))] as const);
  const [known, answers] = await Promise.all([people, Promise.all(reading)]);
  const resolve = (member: Person): Person => (member.mapped ? member : (known.find((person) => isSamePerson(person, member)) ?? member));
  return {
    groups: Object.fromEntries(answers.flatMap(([name, answer]) => (answer.known ? [[name, answer.value.map(resolve)]] : []))),
    unread: Object.fromEntries(answers.flatMap(([name, answer]) => (answer.known ? [] : [[name, answer.why]]))),
  };
}

const whoIsIn = (group: string): string => `who is in ${group}`;

type Accounts = readonly Account[];

function readerOf({ github, slack }: Parameters<typeof createGroups>[0], source: GroupSource | undefined): () => Promise<Accounts> {
  switch (source?.kind) {
    case 'github-team':
      return async () => (await github.readTeam(source.org, source.slug)).map(({ id, login }) => ({ surface: 'github', id, login }));
    case 'slack-group':
      return async () => (await slack.readUserGroup(source.id)).map(({ team, user }) => ({ surface: 'slack', team, user, name: user }));
    default:
      return async () => [];
  }
}
