// Links and delegations for a front door that reaches several zones: a zone's workers read those of their own namespace, so every zone is
// told, and what holds is what all of them know. The home zone is told last: its answer is the answer, and it writes to people.
import { whole } from './asking-all.ts';
import type { PeopleStore } from './people.ts';

type Stores = readonly [PeopleStore, ...PeopleStore[]];

export function peopleAcrossZones(home: PeopleStore, others: readonly PeopleStore[]): PeopleStore {
  const all: Stores = [home, ...others];
  return {
    read: () => readAll(home, others),
    tokenState: async (token) => {
      const states = await whole(all.map((store) => store.tokenState(token)));
      return states.find(({ kind }) => kind !== 'open') ?? home.tokenState(token);
    },
    openLink: (wish) => openEverywhere(all, wish),
    signInToLink: async (proof) => {
      const refused = (await whole(others.map((store) => store.signInToLink(proof)))).find(({ kind }) => kind === 'refused');
      return refused ?? home.signInToLink(proof);
    },
    confirmLink: async (proof) => {
      const answers = await whole(others.map((store) => store.confirmLink(proof)));
      // Tried before, when another zone could not be reached: it has the link.
      const refused = answers.find((answer) => answer.kind === 'refused' && answer.reason.code !== 'token-used');
      return refused ?? home.confirmLink(proof);
    },
    revokeLink: async (who) => {
      const answers = await whole(all.map((store) => store.revokeLink(who)));
      return answers.find(({ kind }) => kind === 'revoked') ?? { kind: 'nothing' };
    },
    delegate: async (wish) => {
      const refused = (await whole(others.map((store) => store.delegate(wish)))).find(({ kind }) => kind === 'refused');
      return refused ?? home.delegate(wish);
    },
    endDelegation: async (who) => {
      const answers = await whole(all.map((store) => store.endDelegation(who)));
      return answers.find(({ kind }) => kind === 'ended') ?? { kind: 'nothing' };
    },
  };
}

async function readAll(home: PeopleStore, others: readonly PeopleStore[]): ReturnType<PeopleStore['read']> {
  const [mine, ...theirs] = await whole([home, ...others].map((store) => store.read()));
  if (mine === undefined) return { links: [], delegations: [] };
  return {
    links: mine.links.filter(({ slack, github }) =>
      theirs.every(({ links }) =>
        links.some((link) => link.slack.team === slack.team && link.slack.user === slack.user && link.github.id === github.id),
      ),
    ),
    delegations: mine.delegations.filter(({ from, to, until }) =>
      theirs.every(({ delegations }) => delegations.some((one) => one.from.key === from.key && one.to.key === to.key && one.until === until)),
    ),
  };
}

/** A zone may know a link that others do not: it was added later, or could not be reached. There the old one goes, or no zone would get a new one. */
async function openEverywhere(all: Stores, wish: Parameters<PeopleStore['openLink']>[0]): ReturnType<PeopleStore['openLink']> {
  const [first, ...rest] = await whole(all.map(async (store) => ({ store, opened: await store.openLink(wish) })));
  if (first === undefined) throw new Error('no zone');
  const answers = [first, ...rest];
  const refusing = answers.filter(({ opened }) => opened.kind === 'refused');
  if (refusing.length < all.length) {
    await whole(refusing.map(({ store }) => store.revokeLink({ by: wish.slack })));
    await whole(refusing.map(({ store }) => store.openLink(wish)));
  }
  const { opened } = answers.find((answer) => answer.opened.kind === 'opened') ?? first;
  return opened;
}
