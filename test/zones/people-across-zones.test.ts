// Links and delegations in several zones, each with the real book of its `people` workflow.
import { beforeEach, describe, expect, it } from 'vitest';
import { peopleAcrossZones } from '../../src/temporal/people-across-zones.ts';
import type { PeopleStore } from '../../src/temporal/people.ts';
import { Trouble } from '../../src/trouble.ts';
import * as book from '../../workflows/people-state.ts';
import type { GithubAccount, SlackAccount } from '../../workflows/people-contract.ts';
import { PEOPLE } from '../support/deploy-examples.ts';

const SLACK: SlackAccount = { surface: 'slack', team: 'T1', user: 'U1', name: 'ann' };
const GITHUB: GithubAccount = { surface: 'github', id: 1001, login: 'ann' };
const NOW = 1_000_000;
const DOWN = new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'asking people', found: 'nobody is there' });
const proof = (token: string) => ({ token, session: 'session-1' });

interface Zone extends PeopleStore {
  down: boolean;
}

function zone(): Zone {
  const own = book.openBook(null);
  const up = async <T>(answer: () => T): Promise<T> => {
    if (self.down) throw DOWN;
    return answer();
  };
  const self: Zone = {
    down: false,
    read: () => up(() => ({ links: own.links, delegations: own.delegations })),
    tokenState: (token) => up(() => book.tokenStateOf(own, token, NOW)),
    openLink: (wish) => up(() => book.openFor(own, wish, NOW)),
    signInToLink: (signedIn) => up(() => book.signIn(own, signedIn, NOW)),
    confirmLink: (confirmed) => up(() => book.confirm(own, confirmed, NOW)),
    revokeLink: ({ by }) => up(() => book.revoke(own, by)),
    delegate: (wish) => up(() => book.delegateTo(own, wish, NOW)),
    endDelegation: ({ from }) => up(() => book.endDelegationOf(own, from, NOW)),
  };
  return self;
}

let home: Zone;
let eu: Zone;
let both: PeopleStore;
beforeEach(() => {
  [home, eu] = [zone(), zone()];
  both = peopleAcrossZones(home, [eu]);
});
const linkIn = async (store: PeopleStore, token: string): Promise<void> => {
  await store.openLink({ token, slack: SLACK });
  await store.signInToLink({ ...proof(token), github: GITHUB });
  await store.confirmLink(proof(token));
};
const linksIn = async (store: PeopleStore): Promise<number> => (await store.read()).links.length;

describe('a link', () => {
  it('is made in every zone, and taken back in every zone', async () => {
    await linkIn(both, 'a');
    expect([await linksIn(home), await linksIn(eu), await linksIn(both)]).toEqual([1, 1, 1]);
    expect(await both.tokenState('a')).toEqual({ kind: 'used' });
    expect(await both.revokeLink({ by: GITHUB })).toMatchObject({ kind: 'revoked' });
    expect([await linksIn(home), await linksIn(eu)]).toEqual([0, 0]);
  });

  it('that only some zones know is none, and is made anew in all of them', async () => {
    await linkIn(home, 'a');
    expect(await linksIn(both)).toBe(0);
    await linkIn(both, 'b');
    expect([await linksIn(home), await linksIn(eu), await linksIn(both)]).toEqual([1, 1, 1]);
  });

  it('is not half made while a zone is away, and can be confirmed again when it is back', async () => {
    await both.openLink({ token: 'a', slack: SLACK });
    await both.signInToLink({ ...proof('a'), github: GITHUB });
    home.down = true;
    await expect(both.confirmLink(proof('a'))).rejects.toBe(DOWN);
    home.down = false;
    expect(await linksIn(both)).toBe(0);
    expect(await both.confirmLink(proof('a'))).toMatchObject({ kind: 'linked' });
    expect(await linksIn(both)).toBe(1);
  });

  it('stays taken back where it was, when a zone was away', async () => {
    await linkIn(both, 'a');
    eu.down = true;
    await expect(both.revokeLink({ by: SLACK })).rejects.toBe(DOWN);
    eu.down = false;
    expect([await linksIn(home), await linksIn(eu), await linksIn(both)]).toEqual([0, 1, 0]);
    expect(await both.revokeLink({ by: SLACK })).toMatchObject({ kind: 'revoked' });
    expect(await linksIn(eu)).toBe(0);
  });

  it('that is there in every zone is not opened again', async () => {
    await linkIn(both, 'a');
    expect(await both.openLink({ token: 'b', slack: SLACK })).toMatchObject({ kind: 'refused', reason: { code: 'slack-linked' } });
    expect(await linksIn(both)).toBe(1);
  });
});

describe('a delegation', () => {
  const wish = { from: PEOPLE.ann, to: PEOPLE.bea, until: NOW + 3_600_000, reason: null };

  it('holds where every zone knows it', async () => {
    await both.delegate(wish);
    expect((await both.read()).delegations).toHaveLength(1);
    await eu.endDelegation({ from: PEOPLE.ann });
    expect((await both.read()).delegations).toEqual([]);
    expect(await both.endDelegation({ from: PEOPLE.ann })).toMatchObject({ kind: 'ended' });
    expect((await home.read()).delegations).toEqual([]);
  });

  it('that a zone refuses is made in none', async () => {
    expect(await both.delegate({ ...wish, to: PEOPLE.ann })).toMatchObject({ kind: 'refused' });
    expect((await home.read()).delegations).toEqual([]);
  });
});
