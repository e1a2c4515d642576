// Who is who and in which groups, for what people are shown before anything is judged. The judges read for themselves.
import { foresee } from '../activities/foresee.ts';
import { createGroups, readMembership } from '../activities/groups.ts';
import { createKnownPeople, type Known } from '../activities/known-people.ts';
import { createPeople } from '../activities/people.ts';
import { createReader } from '../activities/reading.ts';
import type { Directory } from '../bot/deps.ts';
import type { Config } from '../config/config.ts';
import { withStandIns } from '../policy/stand-ins.ts';
import type { Gateway } from '../temporal/gateway.ts';
import { isTrouble } from '../trouble.ts';
import type { Platforms } from './platforms.ts';

/** As at a click (design §5, frozen and fresh). */
const MAX_AGE_MS = 60_000;

export function createDirectory(deps: {
  readonly config: Config;
  readonly platforms: Pick<Platforms, 'github' | 'slack'>;
  readonly gateway: Pick<Gateway, 'people' | 'environmentState' | 'findOpen' | 'deployStatus'>;
  readonly now: () => number;
}): Directory {
  const { config, platforms, gateway, now } = deps;
  const groups = createGroups({ config, github: platforms.github, slack: platforms.slack, now });
  const known = createKnownPeople({
    reviewed: config.people,
    store: gateway.people,
    byEmail: { addresses: config.byEmail, slack: platforms.slack },
    now,
  });
  const withoutLinks = (error: unknown): Known => {
    if (isTrouble(error)) return { people: config.people, delegations: [] };
    throw error;
  };
  return {
    people: async (by) => (await known.read(MAX_AGE_MS, [by])).people,
    foresee: (wish) => foresee({ config, github: platforms.github, gateway, people: createPeople({ ...platforms, now }), known, groups, now }, wish),
    membership: async (names) => {
      const reading = known.read(MAX_AGE_MS).catch(withoutLinks);
      const people = reading.then((links) => links.people);
      const [membership, links] = await Promise.all([
        readMembership(groups, { names, maxAgeMs: MAX_AGE_MS, people, read: (what, call) => createReader().read(what, call) }),
        reading,
      ]);
      return withStandIns(membership, links.delegations, links.people);
    },
  };
}
