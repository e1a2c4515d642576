// What kind of account somebody has: https://docs.slack.dev/reference/objects/user-object.
import type { UsersInfoResponse } from '@slack/web-api';
import type { AccountState } from '../policy/facts.ts';
import type { SlackAccount } from './api.ts';
import type { SlackWeb } from './web.ts';

type SlackUser = NonNullable<UsersInfoResponse['user']>;

const CACHED_MAX = 10_000;

/** `users.info`, kept in memory; how old an answer may be is the caller's word. Simultaneous readers share one request. */
export function createAccounts(options: {
  readonly web: SlackWeb;
  readonly ownTeam: () => Promise<string>;
  readonly now: () => number;
}): (team: string, user: string, maxAgeMs: number) => Promise<SlackAccount> {
  // Kept from the start of the read: that is how old the answer is at least.
  const reads = new Map<string, { readonly startedAt: number; readonly answer: Promise<SlackAccount> }>();

  const read = async (team: string, user: string): Promise<SlackAccount> => {
    const own = await options.ownTeam();
    const { user: found } = await options.web({ doing: `reading account ${user}`, kind: 'read' }, (client) => client.users.info({ user }));
    return describe(found ?? {}, { own, claimed: team, id: user });
  };

  return (team, user, maxAgeMs) => {
    const key = `${team}:${user}`;
    const known = reads.get(key);
    if (known !== undefined && options.now() - known.startedAt <= maxAgeMs) return known.answer;
    if (reads.size >= CACHED_MAX) reads.clear();
    const answer = read(team, user);
    const entry = { startedAt: options.now(), answer };
    reads.set(key, entry);
    answer.catch(() => {
      if (reads.get(key) === entry) reads.delete(key);
    });
    return answer;
  };
}

function describe(user: SlackUser, ids: { own: string; claimed: string; id: string }): SlackAccount {
  const name = user.profile?.display_name || user.real_name || user.name || ids.id;
  const why = whyNot(user, ids);
  // Whoever comes from elsewhere has the address that somebody elsewhere gave them.
  const email = why === null && user.is_email_confirmed === true ? user.profile?.email || null : null;
  return { active: why === null, why, name, email };
}

function whyNot(user: SlackUser, ids: { own: string; claimed: string }): AccountState['why'] {
  if (user.deleted === true) return 'deactivated';
  // In an Enterprise organisation the account lists its workspaces.
  const isOurs = user.team_id === ids.own || user.enterprise_user?.teams?.includes(ids.own) === true;
  if (user.is_stranger === true || !isOurs || ids.claimed !== ids.own) return 'stranger';
  if (user.is_bot === true) return 'bot';
  return user.is_restricted === true || user.is_ultra_restricted === true ? 'guest' : null;
}
