// Votes that stopped counting are kept, for whoever asks later why they did.
import { isSamePerson } from './accounts.ts';
import type { Deploy } from './deploy-state.ts';
import type { GoneVote, VoidVote } from './reasons.ts';

/** Only so many: a request that is pushed to for ever must not grow for ever. */
const KEPT_MAX = 50;

type Leaving = Omit<VoidVote, 'why'> & Pick<GoneVote, 'why'>;

/** To be called while they still stand. */
export function keepGone(deploy: Deploy, leaving: readonly Leaving[]): void {
  const at = deploy.clock.now();
  const gone = leaving.flatMap(({ by, why, detail }) =>
    deploy.votes.filter((vote) => isSamePerson(vote.by, by)).map((vote): GoneVote => ({ vote, why, detail, at })),
  );
  deploy.gone = [...deploy.gone, ...gone].slice(-KEPT_MAX);
}
