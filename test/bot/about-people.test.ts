import { describe, expect, it } from 'vitest';
import { delegate, link } from '../../src/bot/about-people.ts';
import type { BotDeps } from '../../src/bot/deps.ts';
import type { Incoming } from '../../src/bot/front-door.ts';
import { digestOfSecret } from '../../src/one-time-secret.ts';
import type { PeopleStore } from '../../src/temporal/people.ts';
import type { Account } from '../../workflows/vocabulary.ts';
import { delegateTo, endDelegationOf, openBook, openFor, revoke } from '../../workflows/people-state.ts';
import { NOBODY } from '../support/people-store.ts';
import { NOW, PEOPLE, person } from '../policy/given.ts';

const DAY = 86_400_000;
const inSlack = (user: string): Account => ({ surface: 'slack', team: 'T1', user, name: user.toLowerCase() });
const ZOE = {
  slack: { surface: 'slack', team: 'T1', user: 'U70', name: 'zoe' },
  github: { surface: 'github', id: 70, login: 'zoe-gh' },
  since: NOW - DAY,
} as const;

/** The bot beside a book of `people`. */
function bot(linksAt: string | null = 'https://countersign.test') {
  const book = openBook(null);
  const people: PeopleStore = {
    ...NOBODY,
    read: async () => ({ links: book.links, delegations: book.delegations }),
    openLink: async (wish) => openFor(book, wish, NOW),
    revokeLink: async ({ by }) => revoke(book, by),
    delegate: async (wish) => delegateTo(book, wish, NOW),
    endDelegation: async ({ from }) => endDelegationOf(book, from, NOW),
  };
  const deps = {
    config: { people: PEOPLE },
    gateway: { people },
    directory: { people: async () => PEOPLE },
    now: () => NOW,
    linksAt,
  } as unknown as BotDeps;
  const from = (by: Account): Incoming => ({ by }) as Incoming;
  return {
    book,
    link: (by: Account, act: 'open' | 'revoke' = 'open') => link(deps, from(by), { kind: 'link', act }),
    delegate: (by: Account, to: string | null, days: number | null = 2) =>
      delegate(deps, from(by), { kind: 'delegate', to, forMs: days === null ? null : days * DAY, reason: null }),
  };
}
const refused = (code: string, more = {}) => ({ kind: 'refused', reasons: [{ code, ...more }] });

describe('`link`', () => {
  it('gives a URL with a token of 256 bits, of which only the digest is kept', async () => {
    const { book, link } = bot();
    const reply = await link(inSlack('U70'));
    if (reply.kind !== 'link-offer') throw new Error(reply.kind);
    const token = /^https:\/\/countersign\.test\/github\/link\?token=([\w-]{43})$/.exec(reply.url)?.[1] ?? '';
    expect(book.open).toMatchObject([{ token: digestOfSecret(token), slack: { user: 'U70' } }]);
    expect(JSON.stringify(book)).not.toContain(token);
    const again = await link(inSlack('U70'));
    expect(again.kind === 'link-offer' && again.url).not.toBe(reply.url);
  });

  it('shows whoever is known how, and who acts for whom', async () => {
    const { book, link, delegate } = bot();
    book.links = [ZOE];
    await delegate(inSlack('U1'), 'zoe-gh');
    expect(await link(inSlack('U1'))).toMatchObject({
      kind: 'accounts',
      person: person('Ann'),
      linkedSince: null,
      given: { to: { name: 'zoe-gh' } },
      received: [],
    });
    expect(await link(ZOE.slack)).toMatchObject({ kind: 'accounts', linkedSince: NOW - DAY, given: null, received: [{ from: { name: 'Ann' } }] });
  });

  it('tells nothing where everybody would read it', async () => {
    expect(await bot().link(ZOE.github)).toEqual(refused('link-in-slack'));
  });

  it('says when links are not switched on', async () => {
    expect(await bot(null).link(inSlack('U70'))).toEqual(refused('links-off'));
  });

  it('says when the configuration has overruled a link, which can still be taken back', async () => {
    const { book, link } = bot();
    book.links = [{ ...ZOE, github: { ...ZOE.github, id: 2 } }];
    expect(await link(ZOE.slack)).toEqual(refused('link-overruled'));
    expect(await link(ZOE.slack, 'revoke')).toMatchObject({ kind: 'unlinked' });
    expect(await link(ZOE.slack)).toMatchObject({ kind: 'link-offer' });
  });

  it.each([
    ['from Slack', ZOE.slack],
    ['from GitHub', ZOE.github],
  ])('is taken back %s', async (_, by) => {
    const { book, link } = bot();
    book.links = [ZOE];
    expect(await link(by, 'revoke')).toEqual({ kind: 'unlinked', link: ZOE });
    expect(await link(by, 'revoke')).toEqual(refused('nothing-linked'));
  });

  it('of the configuration is not taken back here', async () => {
    expect(await bot().link(inSlack('U1'), 'revoke')).toEqual(refused('link-reviewed', { name: 'Ann' }));
  });
});

describe('`delegate`', () => {
  it.each(['Bea', 'bea', 'BEA', 'u2'])('finds %s', async (name) => {
    expect(await bot().delegate(inSlack('U1'), name)).toMatchObject({
      kind: 'delegated',
      delegation: { from: person('Ann'), to: person('Bea'), since: NOW, until: NOW + 2 * DAY },
    });
  });

  it('finds people who linked their accounts, and lets them delegate', async () => {
    const { book, delegate } = bot();
    book.links = [ZOE];
    expect(await delegate(ZOE.github, 'Ann')).toMatchObject({ kind: 'delegated', delegation: { from: { name: 'zoe-gh' } } });
  });

  it.each([
    ['nobody is called so', 'U1', 'Bee', 2, 'unknown-person'],
    ['it is oneself', 'U1', 'ann', 2, 'delegate-self'],
    ['it is for too long', 'U1', 'Bea', 31, 'delegate-too-long'],
    ['nobody knows who asks', 'U99', 'Bea', 2, 'unmapped-delegator'],
  ])('is refused when %s', async (_, user, to, days, code) => {
    const { book, delegate } = bot();
    expect(await delegate(inSlack(user), to, days)).toMatchObject({ kind: 'refused', reasons: [{ code }] });
    expect(book.delegations).toEqual([]);
  });

  it('is refused when the name may mean two people', async () => {
    const { book, delegate } = bot();
    book.links = [{ ...ZOE, github: { ...ZOE.github, login: 'Bea' } }];
    expect(await delegate(inSlack('U1'), 'Bea')).toMatchObject({ reasons: [{ code: 'several-people', logins: ['bea', 'Bea'] }] });
  });

  it('ends with `off`', async () => {
    const { delegate } = bot();
    await delegate(inSlack('U1'), 'Bea');
    expect(await delegate(inSlack('U1'), null, null)).toMatchObject({ kind: 'delegation-ended', delegation: { to: person('Bea') } });
    expect(await delegate(inSlack('U1'), null, null)).toEqual(refused('nothing-delegated'));
  });
});
