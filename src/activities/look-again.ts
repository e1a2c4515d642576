// A commit that was planned, looked at again by the policy it was planned with.
import type { GatesNow, RecheckInput } from '../../workflows/activities.ts';
import type { Person, Plan } from '../../workflows/vocabulary.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import { evaluate } from '../policy/evaluate.ts';
import { isOnlyPending } from '../policy/pending.ts';
import { resolvePerson } from '../policy/people.ts';
import { gatherFacts, whyElsewhere, type FactsDeps, type Gathered } from './gather-facts.ts';
import { LINKS } from './known-people.ts';
import { createReader, known, type Reader } from './reading.ts';
import type { Subject } from './read-target.ts';

/** What a plan is about: the commit and the ref it was asked for by, whatever that ref points to now. */
export function subjectOf({ ref, sha, title, commitUrl, pullRequest, change }: Plan): Extract<Subject, { kind: 'planned' }> {
  const ids = change.authors.flatMap((key) => /^github:(\d+)$/.exec(key)?.[1] ?? []);
  return {
    kind: 'planned',
    ref: {
      kind: 'found',
      type: ref.kind,
      name: ref.name,
      branch: ref.branch,
      sha,
      title,
      commitUrl,
      authors: ids.map((id) => ({ id: Number(id), login: '' })),
      hasUnknownAuthor: (change.unknownAuthors ?? 0) > 0,
    },
    pullRequest: pullRequest?.number ?? null,
  };
}

export interface LookAgain extends Omit<RecheckInput, 'votes'> {
  readonly people: readonly Person[];
  /** Groups whose members are asked for. */
  readonly groups: readonly string[];
}

export function gatherAgain(deps: FactsDeps, reader: Reader, { plan, request, people, groups }: LookAgain): Promise<Gathered> {
  return gatherFacts(deps, reader, {
    policy: plan.policy as unknown as EnvironmentPolicy,
    subject: subjectOf(plan),
    revision: plan.revision,
    askedAt: request.askedAt,
    surface: request.origin.surface,
    requester: resolvePerson(people, request.requester),
    people,
    groups,
    parameters: request.parameters,
    emergency: request.emergency !== undefined,
  });
}

/** The gates of a plan that waits for some of them. What can't be read now can be in a while, so nothing ends by it. */
export async function readGates(deps: FactsDeps, { plan, request }: Omit<RecheckInput, 'votes'>): Promise<GatesNow> {
  const reader = createReader();
  const isReviewed = deps.known.reviewed(request.requester) !== null;
  const links = isReviewed ? known({ people: deps.config.people }) : await reader.read(LINKS, () => deps.known.read(0, [request.requester]));
  if (!links.known) return { kind: 'unknown', what: LINKS };
  const { facts, repository } = await gatherAgain(deps, reader, { plan, request, people: links.value.people, groups: [] });
  const elsewhere = whyElsewhere(plan.service, plan.repo, repository);
  if (elsewhere !== null) return { kind: 'closed', reasons: [elsewhere], gates: [] };
  const { reasons, gates } = evaluate(plan.policy as unknown as EnvironmentPolicy, facts, 'turn');
  const unread = reasons.find((reason) => reason.code === 'unreadable');
  if (unread !== undefined) return { kind: 'unknown', what: unread.what };
  if (reasons.length === 0) return { kind: 'open', gates };
  return { kind: isOnlyPending(reasons) ? 'pending' : 'closed', reasons, gates };
}
