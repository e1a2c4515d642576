// Whose a Slack account is by its e-mail address: for people of the configuration whose account there nobody wrote down.
import type { Account, Person } from '../../workflows/vocabulary.ts';
import { owns } from '../policy/people.ts';
import type { SlackApi } from '../slack/api.ts';

/** The people among these accounts, each with the Slack account that has their address now. Throws `Trouble`. */
export type EmailMatching = (known: readonly Person[], accounts: readonly Account[], maxAgeMs: number) => Promise<readonly Person[]>;

export function createEmailMatching(deps?: {
  /** By address in lower case. */
  readonly addresses: ReadonlyMap<string, Person>;
  readonly slack: Pick<SlackApi, 'readAccount'>;
}): EmailMatching {
  if (deps === undefined || deps.addresses.size === 0) return async () => [];
  const { addresses, slack } = deps;

  async function matched(account: Account, maxAgeMs: number): Promise<readonly Person[]> {
    if (account.surface !== 'slack') return [];
    const { team, user } = account;
    const { email } = await slack.readAccount(team, user, maxAgeMs);
    const person = email === null ? undefined : addresses.get(email.toLowerCase());
    return person === undefined ? [] : [{ ...person, slack: { team, user }, binding: 'email' }];
  }

  return async (known, accounts, maxAgeMs) => {
    const unknown = accounts.filter((account) => !known.some((person) => owns(person, account)));
    return (await Promise.all(unknown.map((account) => matched(account, maxAgeMs)))).flat();
  };
}
