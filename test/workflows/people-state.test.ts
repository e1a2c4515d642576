import { describe, expect, it } from 'vitest';
import { githubPersonKey } from '../../src/ids.ts';
import {
  carryBook,
  confirm,
  delegateTo,
  DELEGATION_MAX_MS,
  endDelegationOf,
  openBook,
  openFor,
  revoke,
  signIn,
  TOKEN_LIFE_MS,
  tokenStateOf,
  type Book,
} from '../../workflows/people-state.ts';
import type { Person } from '../../workflows/vocabulary.ts';

const NOW = 1_800_000_000_000;
const DAY = 86_400_000;
const slack = (user: string, name = user.toLowerCase()) => ({ surface: 'slack', team: 'T1', user, name }) as const;
const github = (id: number, login = `gh${id}`) => ({ surface: 'github', id, login }) as const;

function linked(book: Book, user: string, id: number, token = `token-${user}-${id}`): ReturnType<typeof confirm> {
  openFor(book, { token, slack: slack(user) }, NOW);
  signIn(book, { token, session: 's', github: github(id) }, NOW);
  return confirm(book, { token, session: 's' }, NOW);
}

describe('a one-time token', () => {
  it('leads from the Slack account over the sign-in to the link', () => {
    const book = openBook(null);
    expect(openFor(book, { token: 't', slack: slack('U1') }, NOW)).toEqual({ kind: 'opened', expiresAt: NOW + TOKEN_LIFE_MS });
    expect(signIn(book, { token: 't', session: 's', github: github(7) }, NOW + 1)).toMatchObject({ kind: 'signed-in' });
    expect(book.links).toEqual([]);
    expect(confirm(book, { token: 't', session: 's' }, NOW + 2)).toEqual({
      kind: 'linked',
      link: { slack: slack('U1'), github: github(7), since: NOW + 2 },
    });
    expect(book.links).toHaveLength(1);
  });

  it('works once', () => {
    const book = openBook(null);
    linked(book, 'U1', 7, 't');
    expect(tokenStateOf(book, 't', NOW)).toEqual({ kind: 'used' });
    expect(confirm(book, { token: 't', session: 's' }, NOW)).toEqual({ kind: 'refused', reason: { code: 'token-used' } });
    expect(signIn(book, { token: 't', session: 's', github: github(7) }, NOW)).toEqual({ kind: 'refused', reason: { code: 'token-used' } });
  });

  it.each([
    ['a moment before the ten minutes are over', TOKEN_LIFE_MS - 1, 'linked'],
    ['after exactly ten minutes', TOKEN_LIFE_MS, 'refused'],
  ])('is judged %s', (_, later, kind) => {
    const book = openBook(null);
    openFor(book, { token: 't', slack: slack('U1') }, NOW);
    signIn(book, { token: 't', session: 's', github: github(7) }, NOW);
    expect(confirm(book, { token: 't', session: 's' }, NOW + later).kind).toBe(kind);
  });

  it('is void as soon as the same Slack account gets a newer one', () => {
    const book = openBook(null);
    openFor(book, { token: 'old', slack: slack('U1') }, NOW);
    openFor(book, { token: 'other', slack: slack('U2') }, NOW);
    openFor(book, { token: 'new', slack: slack('U1') }, NOW);
    expect(['old', 'other', 'new'].map((token) => tokenStateOf(book, token, NOW).kind)).toEqual(['unknown', 'open', 'open']);
  });

  it('takes one sign-in, in one session, and is confirmed there only', () => {
    const book = openBook(null);
    openFor(book, { token: 't', slack: slack('U1') }, NOW);
    expect(confirm(book, { token: 't', session: 's' }, NOW)).toEqual({ kind: 'refused', reason: { code: 'not-signed-in' } });
    signIn(book, { token: 't', session: 's', github: github(7) }, NOW);
    const elsewhere = { kind: 'refused', reason: { code: 'other-session' } };
    expect(signIn(book, { token: 't', session: 'thief', github: github(8) }, NOW)).toEqual(elsewhere);
    expect(signIn(book, { token: 't', session: 's', github: github(8) }, NOW)).toEqual(elsewhere);
    expect(confirm(book, { token: 't', session: 'thief' }, NOW)).toEqual(elsewhere);
    expect(signIn(book, { token: 't', session: 's', github: github(7) }, NOW)).toMatchObject({ kind: 'signed-in' });
  });
});

describe('a link', () => {
  it('is the only one of either account', () => {
    const book = openBook(null);
    linked(book, 'U1', 7);
    expect(linked(book, 'U2', 7)).toMatchObject({ kind: 'refused', reason: { code: 'not-signed-in' } });
    openFor(book, { token: 't', slack: slack('U2') }, NOW);
    expect(signIn(book, { token: 't', session: 's', github: github(7, 'renamed') }, NOW)).toEqual({
      kind: 'refused',
      reason: { code: 'github-linked', to: slack('U1') },
    });
    expect(openFor(book, { token: 't', slack: slack('U1', 'renamed') }, NOW)).toEqual({
      kind: 'refused',
      reason: { code: 'slack-linked', to: github(7) },
    });
  });

  it('is the only one also when two are confirmed at the same time', () => {
    const book = openBook(null);
    for (const user of ['U1', 'U2']) {
      openFor(book, { token: user, slack: slack(user) }, NOW);
      signIn(book, { token: user, session: user, github: github(7) }, NOW);
    }
    expect(confirm(book, { token: 'U1', session: 'U1' }, NOW).kind).toBe('linked');
    expect(confirm(book, { token: 'U2', session: 'U2' }, NOW)).toMatchObject({ reason: { code: 'github-linked' } });
    expect(book.links).toHaveLength(1);
  });

  it.each([
    ['the Slack account', slack('U1')],
    ['the GitHub account, whatever it is called now', github(7, 'renamed')],
  ])('is taken back by %s', (_, by) => {
    const book = openBook(null);
    linked(book, 'U1', 7);
    linked(book, 'U2', 8);
    expect(revoke(book, by)).toMatchObject({ kind: 'revoked', link: { github: { id: 7 } } });
    expect(book.links.map((link) => link.github.id)).toEqual([8]);
    expect(revoke(book, by)).toEqual({ kind: 'nothing' });
  });

  it('is not taken back by the same member id of another workspace', () => {
    const book = openBook(null);
    linked(book, 'U1', 7);
    expect(revoke(book, { ...slack('U1'), team: 'T2' })).toEqual({ kind: 'nothing' });
  });
});

describe('a delegation', () => {
  const person = (id: number): Person => ({
    key: githubPersonKey(id),
    name: `P${id}`,
    mapped: true,
    github: { id, login: `p${id}` },
    slack: { team: 'T1', user: `U${id}` },
  });
  const wish = (from: number, to: number, days: number) => ({ from: person(from), to: person(to), until: NOW + days * DAY, reason: null });

  it('is one per person: a newer one takes its place', () => {
    const book = openBook(null);
    delegateTo(book, wish(1, 2, 2), NOW);
    delegateTo(book, wish(3, 2, 2), NOW);
    delegateTo(book, wish(1, 4, 2), NOW);
    expect(book.delegations.map(({ from, to }) => `${from.name}→${to.name}`)).toEqual(['P3→P2', 'P1→P4']);
  });

  it.each([
    ['to oneself, by any account in common', { ...wish(1, 2, 2), to: { ...person(2), slack: person(1).slack } }, 'delegate-self'],
    ['that is over already', wish(1, 2, 0), 'delegate-over'],
    ['for more than thirty days', { ...wish(1, 2, 30), until: NOW + DELEGATION_MAX_MS + 1 }, 'delegate-too-long'],
  ])('%s is refused', (_, asked, code) => {
    const book = openBook(null);
    expect(delegateTo(book, asked, NOW)).toMatchObject({ kind: 'refused', reason: { code } });
    expect(book.delegations).toEqual([]);
  });

  it('may last exactly thirty days', () => {
    expect(delegateTo(openBook(null), wish(1, 2, 30), NOW).kind).toBe('delegated');
  });

  it('is ended by whoever gave it, and not twice', () => {
    const book = openBook(null);
    delegateTo(book, wish(1, 2, 2), NOW);
    expect(endDelegationOf(book, person(2), NOW)).toEqual({ kind: 'nothing' });
    expect(endDelegationOf(book, person(1), NOW).kind).toBe('ended');
    expect(endDelegationOf(book, person(1), NOW)).toEqual({ kind: 'nothing' });
  });
});

it('carries on what still counts and forgets what is over', () => {
  const book = openBook(null);
  linked(book, 'U1', 7);
  openFor(book, { token: 'open', slack: slack('U2') }, NOW);
  const carried = carryBook(book, NOW + 2 * DAY);
  expect([carried.links.length, carried.open.length, carried.used.length]).toEqual([1, 0, 1]);
  expect(openBook(carried).links).toEqual(book.links);
});
