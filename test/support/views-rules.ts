// Example requests under rules with conditions, and what is told of them to whoever asks why.
import type { Reply } from '../../src/render/reply.ts';
import { tallyVotes } from '../../src/policy/rule.ts';
import type { FoundFact, JudgedCondition } from '../../workflows/conditions.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Plan, RuleNode, Vote } from '../../workflows/vocabulary.ts';
import { EXAMPLES } from './examples.ts';
import { ann, approvedByBea, bea, build, carl, CODE, dan, NOW, plan, status, vote } from './views.ts';

const MINUTE = 60_000;
const groups = { sre: [bea, carl], 'api-owners': [dan], dba: [carl], interns: [] };

const judged = (applies: boolean, ...facts: readonly FoundFact[]): { readonly judged: JudgedCondition } => ({ judged: { applies, facts } });
const docs = (state: FoundFact['state'], found: string): FoundFact => ({
  fact: 'only-files',
  state,
  wanted: 'changes in `docs/**` or `**/*.md` only',
  found,
});
const small: FoundFact = { fact: 'lines', state: 'holds', wanted: '<= 50 changed lines', found: '12 changed lines' };
const database: FoundFact = { fact: 'files', state: 'holds', wanted: 'a change in `db/**`', found: '`db/schema.sql`' };
const interns: FoundFact = { fact: 'author', state: 'fails', wanted: 'written by interns', found: 'Ann' };
const listed: FoundFact = {
  fact: 'file-count',
  state: 'unknown',
  wanted: '<= 10 changed files',
  found: "the changed files can't be read: github answered 502",
};

/** One of sre, unless only documents change; one of dba where the database changes; two of sre for interns. */
function ruleOf({ isLowRisk, isRead = true }: { readonly isLowRisk: boolean; readonly isRead?: boolean }): RuleNode {
  const low = isLowRisk
    ? judged(true, docs('holds', 'all 3 changed files'), small)
    : judged(false, docs('fails', '`src/a.ts` and `db/schema.sql`'), small);
  const risk: RuleNode = { kind: 'auto', name: 'low-risk', ...low };
  const way: RuleNode = { kind: 'any', of: [{ kind: 'group', group: 'sre', count: 1 }, risk] };
  if (isLowRisk) return way;
  const dba: RuleNode = { kind: 'group', group: 'dba', count: 1, ...judged(true, database, ...(isRead ? [] : [listed])) };
  const second: RuleNode = { kind: 'group', group: 'sre', count: 2, ...judged(false, interns) };
  return { kind: 'all', of: [way, dba, second] };
}

function under(tree: RuleNode, votes: readonly Vote[] = []): Partial<DeployStatus> & { readonly plan: Plan } {
  const rule = { ...plan.rule, tree };
  const tally = tallyVotes({ rule, votes, groups, excluded: new Set([ann.key]) });
  return { plan: { ...plan, rule, tally, change: { ...plan.change, unknownAuthors: 2 } }, votes, tally };
}

const waiting = EXAMPLES.waiting.waiting.phase;
const byRule = under(ruleOf({ isLowRisk: true }));
const conditional = under(ruleOf({ isLowRisk: false }), [vote(bea, 'slack', 17)]);

/** Every name is a golden file. */
export const RULE_EXAMPLES: readonly (readonly [name: string, status: DeployStatus])[] = [
  ['rule-waiting', status(waiting, conditional)],
  ['rule-waiting-unread', status(waiting, under(ruleOf({ isLowRisk: false, isRead: false })))],
  [
    'rule-hopeless',
    status(
      waiting,
      under({
        kind: 'all',
        of: [
          { kind: 'group', group: 'sre', count: 1 },
          { kind: 'group', group: 'interns', count: 1 },
        ],
      }),
    ),
  ],
  ['rule-planned', status({ kind: 'planned' }, conditional)],
  ['rule-queued', status({ kind: 'queued', position: 1, ahead: null }, byRule)],
  ['rule-building', status({ kind: 'building', build, cancelling: null }, { ...byRule, build })],
  ['matched-by-email', status(waiting, { ...conditional, votes: [vote({ ...bea, binding: 'email' }, 'slack', 17)] })],
  ['rule-succeeded', status(EXAMPLES.succeeded.succeeded.phase, byRule)],
];

const gone = [
  { vote: vote(dan, 'github', 19, { reason: 'looks fine' }), why: 'withdrawn', detail: 'overlooked the migration', at: NOW - 16 * MINUTE },
  { vote: vote(carl, 'slack', 15), why: 'left-group', detail: 'sre', at: NOW - 3 * MINUTE },
  { vote: vote(bea, 'slack', 21), why: 'new-revision', detail: null, at: NOW - 20 * MINUTE },
] as const;

/** Every name is a golden file. */
export const WHY_EXAMPLES: readonly (readonly [name: string, reply: Reply])[] = [
  ['why-waiting', { kind: 'why', status: status(waiting, { ...conditional, gone }) }],
  ['why-by-rule', { kind: 'why', status: status(EXAMPLES.succeeded.succeeded.phase, byRule) }],
  ['why-refused', { kind: 'why', status: EXAMPLES.refused.refused }],
  ['why-stopped', { kind: 'why', status: EXAMPLES.stopped.stopped }],
  ['why-rejected', { kind: 'why', status: { ...EXAMPLES.rejected.rejected, ...approvedByBea } }],
  ['why-planning', { kind: 'why', status: EXAMPLES.planning.planning }],
  ['why-failed', { kind: 'why', status: EXAMPLES['ended-badly'].failed }],
  ['why-not-kept', { kind: 'refused', reasons: [{ code: 'unknown-request', named: CODE, keptMs: 90 * 86_400_000 }] }],
];
