// What a request would ask of people if it were made now: for somebody who thinks about one. Its own plan reads everything anew, and decides.
import type { Foreseeable, Foreseen } from '../policy/foreseen.ts';
import { resolvePerson } from '../policy/people.ts';
import { groupsOfRule } from '../policy/rule.ts';
import { gatherFacts, type FactsDeps } from './gather-facts.ts';
import { ruleOf } from './judge-conditions.ts';
import { readKnown } from './known-people.ts';
import { readChange } from './read-change.ts';
import { createReader } from './reading.ts';

/** null: there is no such commit, or it can't be read. */
export async function foresee(deps: FactsDeps, { policy, ref: wish, by }: Foreseeable): Promise<Foreseen | null> {
  const reader = createReader('once');
  const { people } = await readKnown(deps, reader, [by]);
  const gathered = await gatherFacts({ ...deps, gateway: { ...deps.gateway, ...withoutStart(deps.gateway) } }, reader, {
    policy,
    subject: { kind: 'wish', ref: wish, issue: null, expectedHead: null },
    revision: 1,
    askedAt: deps.now(),
    surface: by.surface,
    requester: resolvePerson(people, by),
    people,
    groups: groupsOfRule(policy.approvals.tree),
    parameters: {},
    emergency: false,
  });
  const { facts, repository, membership } = gathered;
  if (!repository.known || !facts.ref.known || facts.ref.value.kind !== 'found') return null;
  const ref = facts.ref.value;
  const { change, unread } = await readChange(deps, reader, { gathered, repository: repository.value, ref });
  const rule = await ruleOf(deps, reader, { policy, facts, repository: repository.value, ref, change, unread, people, membership });
  return { rule, change, sha: ref.sha, title: ref.title };
}

/** Whoever only looks makes no environment that was not there. */
function withoutStart({ environmentState }: FactsDeps['gateway']): Pick<FactsDeps['gateway'], 'environmentState'> {
  return { environmentState: (where) => environmentState(where, false) };
}
