// What can happen to a request, as random lists. Each act says only what happens; what becomes of it is the model's and the product's business.
import * as fc from 'fast-check';
import type { RuleNode } from '../../workflows/vocabulary.ts';

/** Ann asks. Zoe is in no group, sly is not mapped. */
export type Who = 'ann' | 'bea' | 'carl' | 'dan' | 'eve' | 'zoe' | 'sly';
export const GROUPS = ['sre', 'owners', 'oncall'] as const;
export type Group = (typeof GROUPS)[number];

/** `now`: the card as it is; `old`: one that was replaced; `none`: only the code was named; `earlier`: named before the present plan was made. */
export type Seen = 'now' | 'old' | 'none' | 'earlier';

export type ActOf =
  | { readonly kind: 'approve'; readonly who: Who; readonly on: 'slack' | 'github'; readonly seen: Seen; readonly by: 'update' | 'signal' }
  | { readonly kind: 'reject'; readonly who: Who; readonly seen: Seen; readonly reason: string }
  | { readonly kind: 'withdraw'; readonly who: Who; readonly by: 'update' | 'signal' }
  | { readonly kind: 'cancel'; readonly who: Who }
  /** An earlier act is delivered once more. */
  | { readonly kind: 'again'; readonly which: number; readonly by: 'update' | 'signal' }
  | { readonly kind: 'push'; readonly who: Who }
  | { readonly kind: 'leave' | 'join'; readonly who: Who; readonly group: Group }
  | { readonly kind: 'deactivate' | 'reactivate'; readonly who: Who }
  /** Whether this person's account can be read. */
  | { readonly kind: 'unread' | 'read'; readonly who: Who }
  | { readonly kind: 'pass'; readonly minutes: number }
  /** The build asks to start; for another turn than the present one when `off` is not 0. The next one could become the present one while the claim waits in line. */
  | { readonly kind: 'claim'; readonly off: 0 | 9 | -1 }
  | { readonly kind: 'recheck'; readonly says: 'what-is-true' | 'gates' | 'unknown' }
  | { readonly kind: 'build'; readonly news: 'progress' | 'passed' | 'failed' | 'never-built' };

export interface Step {
  readonly act: ActOf;
  /** Delivered together with the next one, before anything of it has happened. */
  readonly joined: boolean;
}
export interface Story {
  readonly tree: RuleNode;
  readonly groups: Readonly<Record<Group, readonly Who[]>>;
  readonly excludesAuthors: boolean;
  /** Wrote commits. */
  readonly authors: readonly Who[];
  readonly steps: readonly Step[];
}

const voter = fc.constantFrom<Who>('bea', 'carl', 'dan', 'eve', 'bea', 'carl', 'dan', 'ann', 'zoe', 'sly');
const seen = fc.constantFrom<Seen>('now', 'now', 'none', 'now', 'none', 'old', 'earlier');
const by = fc.constantFrom('update' as const, 'update' as const, 'signal' as const);
const group = fc.constantFrom(...GROUPS);

const act: fc.Arbitrary<ActOf> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ kind: fc.constant('approve' as const), who: voter, on: fc.constantFrom('slack' as const, 'github' as const), seen, by }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reject' as const), who: voter, seen, reason: fc.constantFrom('not today', 'too late', ' ') }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('withdraw' as const), who: voter, by }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), who: voter }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('again' as const), which: fc.nat({ max: 20 }), by }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('push' as const), who: fc.constantFrom<Who>('ann', 'bea', 'carl', 'zoe') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('leave' as const, 'join' as const), who: voter, group }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('deactivate' as const, 'reactivate' as const, 'reactivate' as const), who: voter }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('unread' as const, 'read' as const, 'read' as const), who: voter }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('pass' as const), minutes: fc.constantFrom(1, 1, 5, 20, 300) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('claim' as const),
      off: fc.constantFrom(0 as const, 0 as const, 0 as const, 0 as const, 9 as const, -1 as const),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constant('recheck' as const),
      says: fc.constantFrom('what-is-true' as const, 'what-is-true' as const, 'what-is-true' as const, 'gates' as const, 'unknown' as const),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('build' as const),
      news: fc.constantFrom('progress' as const, 'passed' as const, 'failed' as const, 'never-built' as const),
    }),
  },
);

const leaf: fc.Arbitrary<RuleNode> = fc.record({ kind: fc.constant('group' as const), group, count: fc.integer({ min: 1, max: 2 }) });
const tree: fc.Arbitrary<RuleNode> = fc.oneof(
  leaf,
  fc.record({ kind: fc.constant('all' as const), of: fc.array(leaf, { minLength: 2, maxLength: 2 }) }),
  fc.record({ kind: fc.constant('any' as const), of: fc.array(leaf, { minLength: 2, maxLength: 2 }) }),
);
const members = fc.subarray<Who>(['bea', 'carl', 'dan', 'eve', 'ann'], { minLength: 1 });

export function stories(of: { readonly length: number; readonly joined: boolean }): fc.Arbitrary<Story> {
  const step = fc.record({ act, joined: of.joined ? fc.constantFrom(false, false, true) : fc.constant(false) });
  return fc.record({
    tree,
    groups: fc.record({ sre: members, owners: members, oncall: members }),
    excludesAuthors: fc.boolean(),
    authors: fc.subarray<Who>(['bea', 'carl', 'eve'], { maxLength: 1 }),
    steps: fc.array(step, { minLength: 4, maxLength: of.length, size: 'max' }),
  });
}
