// What people say about themselves: which accounts are theirs, and who acts for them while they are away.
import type { Delegation, Link } from '../../workflows/people-contract.ts';
import type { Reason } from '../../workflows/reasons.ts';
import type { Account, Person } from '../../workflows/vocabulary.ts';
import type { Command } from '../command/command.ts';
import { digestOfSecret, newSecret } from '../one-time-secret.ts';
import { presentDelegations, withLinks } from '../policy/links.ts';
import { isSamePerson, owns, resolvePerson } from '../policy/people.ts';
import { LINK_PATH } from '../render/link-pages.ts';
import type { Reply } from '../render/reply.ts';
import type { BotDeps } from './deps.ts';
import type { Incoming } from './front-door.ts';

/** `/deploy link`: a one-time URL for the Slack account that asks, or how its accounts are tied already. */
export async function link(deps: BotDeps, incoming: Incoming, { act }: Extract<Command, { kind: 'link' }>): Promise<Reply> {
  if (act === 'revoke') return revoke(deps, incoming);
  const { by } = incoming;
  // On a pull request everybody would read the answer, and a one-time URL proves the account that it was shown to.
  if (by.surface === 'github') return refused({ code: 'link-in-slack' });
  const { links, people, delegations } = await everybody(deps);
  const person = await whoIs(deps, people, by);
  if (person.mapped) return accounts(person, links, delegations);
  if (deps.linksAt === null) return refused({ code: 'links-off' });
  const token = newSecret();
  const opened = await deps.gateway.people.openLink({ token: digestOfSecret(token), slack: by });
  // Linked already, to an account that the configuration gives to somebody else now: it counts for nothing until it is taken back.
  if (opened.kind === 'refused') return refused({ code: 'link-overruled' });
  return { kind: 'link-offer', url: `${deps.linksAt}${LINK_PATH}?token=${token}`, expiresAt: opened.expiresAt };
}

async function revoke(deps: BotDeps, { by }: Incoming): Promise<Reply> {
  const revoked = await deps.gateway.people.revokeLink({ by });
  if (revoked.kind === 'revoked') return { kind: 'unlinked', link: revoked.link };
  const reviewed = deps.config.people.find((person) => owns(person, by));
  return refused(reviewed === undefined ? { code: 'nothing-linked' } : { code: 'link-reviewed', name: reviewed.name });
}

/** `/deploy delegate`: the accounts of both must be tied together, or nobody could tell whose approval is whose. */
export async function delegate(deps: BotDeps, incoming: Incoming, wish: Extract<Command, { kind: 'delegate' }>): Promise<Reply> {
  const { people } = await everybody(deps);
  const from = await whoIs(deps, people, incoming.by);
  if (!from.mapped) return refused({ code: 'unmapped-delegator', surface: incoming.by.surface });
  if (wish.to === null || wish.forMs === null) {
    const ended = await deps.gateway.people.endDelegation({ from });
    return ended.kind === 'ended' ? { kind: 'delegation-ended', delegation: ended.delegation } : refused({ code: 'nothing-delegated' });
  }
  const to = findByName(people, wish.to);
  if ('code' in to) return refused(to);
  const delegated = await deps.gateway.people.delegate({ from, to, until: deps.now() + wish.forMs, reason: wish.reason });
  return delegated.kind === 'delegated' ? { kind: 'delegated', delegation: delegated.delegation } : refused(delegated.reason);
}

/** A name is typed once and must mean one person; what is kept are the ids. */
function findByName(people: readonly Person[], name: string): Person | Extract<Reason, { code: 'unknown-person' | 'several-people' }> {
  const wanted = name.toLowerCase();
  const isMeant = (person: Person): boolean =>
    person.name.toLowerCase() === wanted || person.github?.login.toLowerCase() === wanted || person.slack?.user.toLowerCase() === wanted;
  const [only, ...others] = people.filter(isMeant);
  if (only === undefined) return { code: 'unknown-person', named: name };
  return others.length === 0 ? only : { code: 'several-people', named: name, logins: [only, ...others].flatMap(({ github }) => github?.login ?? []) };
}

/** Also whom only an address tells. */
async function whoIs({ directory }: BotDeps, people: readonly Person[], by: Account): Promise<Person> {
  const person = resolvePerson(people, by);
  if (person.mapped) return person;
  // Only the address: what is remembered of links may be older than what was just read.
  const remembered = resolvePerson(await directory.people(by), by);
  return remembered.binding === 'email' ? remembered : person;
}

interface Everybody {
  readonly links: readonly Link[];
  readonly people: readonly Person[];
  readonly delegations: readonly Delegation[];
}

async function everybody({ config, gateway, now }: BotDeps): Promise<Everybody> {
  const { links, delegations } = await gateway.people.read();
  return { links, people: withLinks(config.people, links), delegations: presentDelegations(delegations, now()) };
}

function accounts(person: Person, links: readonly Link[], delegations: readonly Delegation[]): Reply {
  const own = person.binding === 'linked' ? links.find((one) => one.github.id === person.github?.id) : undefined;
  return {
    kind: 'accounts',
    person,
    linkedSince: own?.since ?? null,
    given: delegations.find(({ from }) => isSamePerson(from, person)) ?? null,
    received: delegations.filter(({ to }) => isSamePerson(to, person)),
  };
}

function refused(reason: Reason): Reply {
  return { kind: 'refused', reasons: [reason] };
}
