import { describe, expect, test } from 'vitest';
import type { Facts } from '../../src/policy/facts.ts';
import { HEAD, known, LIVE, MERGE, MINUTE, NOW, onMain, policy, pullRequest, ref, UNREAD } from './given.ts';
import { answer, refsOnly, merged, plain, type Row } from './gate-row.ts';

const byCommit = { ...plain, ref: known(ref({ type: 'commit', name: 'aaaaaaa', branch: 'main' })) };
const SOURCE: readonly Row[] = [
  { what: 'an open pull request', gate: 'ref', state: 'pass' },
  {
    what: 'an open pull request where only the default branch may go',
    gate: 'ref',
    policy: refsOnly({ kind: 'default-branch' }),
    state: 'fail',
    reasons: ['ref-not-allowed'],
  },
  {
    what: 'a merged pull request where only the default branch may go',
    gate: 'ref',
    policy: refsOnly({ kind: 'default-branch' }),
    facts: merged,
    state: 'pass',
  },
  {
    what: 'a pull request merged into another branch',
    gate: 'ref',
    policy: refsOnly({ kind: 'default-branch' }),
    facts: { ...merged, pullRequest: known(pullRequest({ state: 'merged', mergeSha: MERGE, baseRef: 'next' })) },
    state: 'fail',
    reasons: ['ref-not-allowed'],
  },
  {
    what: 'a pull request closed without merging',
    gate: 'ref',
    facts: { pullRequest: known(pullRequest({ state: 'closed' })) },
    state: 'fail',
    reasons: ['pull-request-closed'],
  },
  { what: 'the default branch', gate: 'ref', facts: { ...plain, ref: known(onMain) }, state: 'pass' },
  {
    what: 'the default branch, commanded on a closed pull request',
    gate: 'ref',
    facts: { ref: known({ ...onMain, sha: MERGE }), pullRequest: known(pullRequest({ state: 'closed' })) },
    state: 'pass',
  },
  {
    what: 'another branch',
    gate: 'ref',
    facts: { ...plain, ref: known(ref({ type: 'branch', name: 'topic' })) },
    state: 'fail',
    reasons: ['ref-not-allowed'],
  },
  { what: 'the branch of an open pull request, by name', gate: 'ref', facts: { ref: known(ref({ type: 'branch', name: 'fix' })) }, state: 'pass' },
  {
    what: 'a branch that matches',
    gate: 'ref',
    policy: refsOnly({ kind: 'branch', pattern: 'release/*' }),
    facts: { ...plain, ref: known(ref({ type: 'branch', name: 'release/1' })) },
    state: 'pass',
  },
  {
    what: 'a branch that matches too deep',
    gate: 'ref',
    policy: refsOnly({ kind: 'branch', pattern: 'release/*' }),
    facts: { ...plain, ref: known(ref({ type: 'branch', name: 'release/1/evil' })) },
    state: 'fail',
    reasons: ['ref-not-allowed'],
  },
  {
    what: 'a tag',
    gate: 'ref',
    policy: refsOnly({ kind: 'tags' }),
    facts: { ...plain, ref: known(ref({ type: 'tag', name: 'v1' })) },
    state: 'pass',
  },
  {
    what: 'a tag where none may go',
    gate: 'ref',
    facts: { ...plain, ref: known(ref({ type: 'tag', name: 'v1' })) },
    state: 'fail',
    reasons: ['ref-not-allowed'],
  },
  { what: 'a commit on the default branch', gate: 'ref', facts: { ...byCommit, onDefaultBranch: known(true) }, state: 'pass' },
  {
    what: 'a commit of nobody knows where',
    gate: 'ref',
    facts: { ...byCommit, onDefaultBranch: known(false) },
    state: 'fail',
    reasons: ['ref-not-allowed'],
  },
  {
    what: 'a commit nobody looked up',
    gate: 'ref',
    facts: { ...byCommit, onDefaultBranch: known(null) },
    state: 'fail',
    reasons: ['ref-not-allowed'],
  },
  {
    what: 'a commit that could not be looked up',
    gate: 'ref',
    facts: { ...byCommit, onDefaultBranch: UNREAD },
    state: 'unknown',
    reasons: ['unreadable'],
  },
  { what: 'the head of an open pull request, as a commit', gate: 'ref', facts: { ref: byCommit.ref, onDefaultBranch: known(false) }, state: 'pass' },
  { what: 'nothing allowed', gate: 'ref', policy: policy({ refs: [] }), state: 'fail', reasons: ['ref-not-allowed'] },
  {
    what: 'a ref that is not there',
    gate: 'ref',
    facts: { ref: known({ kind: 'not-found', name: 'nope' }) },
    state: 'fail',
    reasons: ['unknown-ref'],
  },
  {
    what: 'an ambiguous ref',
    gate: 'ref',
    facts: { ref: known({ kind: 'ambiguous', name: 'abcdef0', matches: [HEAD, LIVE] }) },
    state: 'fail',
    reasons: ['ambiguous-ref'],
  },
  { what: 'an unreadable ref', gate: 'ref', facts: { ref: UNREAD }, state: 'unknown', reasons: ['unreadable'] },
  { what: 'an unreadable pull request', gate: 'ref', facts: { pullRequest: UNREAD }, state: 'unknown', reasons: ['unreadable'] },
  { what: 'no pull request', gate: 'fork', facts: plain, state: 'not-applicable' },
  { what: 'a pull request of this repository', gate: 'fork', state: 'pass' },
  {
    what: 'a fork',
    gate: 'fork',
    facts: { pullRequest: known(pullRequest({ isFork: true, headRepository: { id: 8, slug: 'evil/api' } })) },
    state: 'fail',
    reasons: ['fork'],
  },
  {
    what: 'a deleted fork',
    gate: 'fork',
    facts: { pullRequest: known(pullRequest({ isFork: true, headRepository: null })) },
    state: 'fail',
    reasons: ['fork'],
  },
  {
    what: 'the head of a fork, as a commit',
    gate: 'fork',
    facts: { ...byCommit, pullRequest: known(pullRequest({ isFork: true })) },
    state: 'fail',
    reasons: ['fork'],
  },
  {
    what: 'a merged fork',
    gate: 'fork',
    facts: { ...merged, pullRequest: known(pullRequest({ isFork: true, state: 'merged', mergeSha: MERGE })) },
    state: 'pass',
  },
  { what: 'a draft', gate: 'draft', facts: { pullRequest: known(pullRequest({ draft: true })) }, state: 'fail', reasons: ['draft'] },
  { what: 'no draft', gate: 'draft', state: 'pass' },
  { what: 'an unreadable pull request', gate: 'draft', facts: { pullRequest: UNREAD }, state: 'unknown', reasons: ['unreadable'] },
];

const unreviewed = { gates: { ...policy().gates, review: false, after: [] } };
const ends = (onClose: 'cancel' | 'keep', onMerge: 'cancel' | 'keep'): ReturnType<typeof policy> =>
  policy({ ...unreviewed, approvals: { ...policy().approvals, onClose, onMerge } });
const closedNow: Partial<Facts> = { pullRequest: known(pullRequest({ state: 'closed' })) };
const mergedNow = (headSha = HEAD): Partial<Facts> => ({ pullRequest: known(pullRequest({ state: 'merged', mergeSha: MERGE, headSha })) });
const ENDED: readonly Row[] = [
  { what: 'closed', gate: 'ref', moment: 'turn', policy: ends('cancel', 'keep'), facts: closedNow, state: 'fail', reasons: ['pull-request-closed'] },
  { what: 'closed, where that is kept', gate: 'ref', moment: 'turn', policy: ends('keep', 'keep'), facts: closedNow, state: 'pass' },
  {
    what: 'closed, where that is kept, at a command',
    gate: 'ref',
    policy: ends('keep', 'keep'),
    facts: closedNow,
    state: 'fail',
    reasons: ['pull-request-closed'],
  },
  { what: 'merged at the head that is built', gate: 'ref', moment: 'turn', policy: ends('cancel', 'keep'), facts: mergedNow(), state: 'pass' },
  {
    what: 'merged at another head',
    gate: 'ref',
    moment: 'turn',
    policy: ends('cancel', 'keep'),
    facts: mergedNow(LIVE),
    state: 'fail',
    reasons: ['pull-request-merged'],
  },
  {
    what: 'merged, where a merge cancels',
    gate: 'ref',
    moment: 'turn',
    policy: ends('cancel', 'cancel'),
    facts: mergedNow(),
    state: 'fail',
    reasons: ['pull-request-merged'],
  },
  {
    what: 'merged before it was asked for',
    gate: 'ref',
    moment: 'turn',
    policy: ends('cancel', 'cancel'),
    facts: { ...mergedNow(LIVE), ref: known(ref({ sha: MERGE })) },
    state: 'pass',
  },
  { what: 'merged, by a plan of an older version', gate: 'ref', moment: 'turn', policy: policy(unreviewed), facts: mergedNow(LIVE), state: 'pass' },
];

describe('at the turn, a pull request that was', () => {
  test.each(ENDED)('$what: $state', (row) => {
    expect(answer(row)).toMatchObject({ state: row.state, reasons: row.reasons ?? [] });
  });
});

const pushAt = (at: number, pushed = HEAD): Partial<Facts> => ({ lastPush: known({ sha: pushed, at, by: { id: 5, login: 'eve' } }) });
const MOVED: readonly Row[] = [
  { what: 'a push before the command', gate: 'head', state: 'pass' },
  { what: 'a push after the command', gate: 'head', facts: pushAt(NOW - MINUTE + 1_000), state: 'fail', reasons: ['head-moved'] },
  { what: 'a push in the same second as the command', gate: 'head', facts: pushAt(NOW - MINUTE), state: 'fail', reasons: ['head-moved'] },
  {
    what: 'a push in the same second as a command whose time is finer than that',
    gate: 'head',
    facts: { ...pushAt(NOW - MINUTE), askedAt: NOW - MINUTE + 999 },
    state: 'fail',
    reasons: ['head-moved'],
  },
  { what: 'no push on record', gate: 'head', facts: { lastPush: known(null) }, state: 'pass' },
  { what: 'a record of another head', gate: 'head', facts: pushAt(NOW - 60 * MINUTE, LIVE), state: 'unknown', reasons: ['unreadable'] },
  {
    what: 'a pull request with another head',
    gate: 'head',
    facts: { pullRequest: known(pullRequest({ headSha: LIVE })), ...pushAt(NOW - 60 * MINUTE) },
    state: 'unknown',
    reasons: ['unreadable'],
  },
  { what: 'an unreadable record', gate: 'head', facts: { lastPush: UNREAD }, state: 'unknown', reasons: ['unreadable'] },
  { what: 'a tag', gate: 'head', facts: { ...plain, ref: known(ref({ type: 'tag' })), lastPush: known(null) }, state: 'not-applicable' },
  { what: 'a merged pull request', gate: 'head', facts: merged, state: 'not-applicable' },
  { what: 'a review of this head', gate: 'head', facts: { expectedHead: HEAD }, state: 'pass' },
  { what: 'a review of an earlier head', gate: 'head', facts: { expectedHead: LIVE }, state: 'fail', reasons: ['head-moved'] },
  {
    what: 'a review, asking for another branch',
    gate: 'head',
    facts: { ...plain, ref: known(ref({ type: 'branch' })), expectedHead: LIVE },
    state: 'pass',
  },
  { what: 'revision 2 at the pushed head', gate: 'head', facts: { revision: 2, expectedHead: HEAD, ...pushAt(NOW) }, state: 'pass' },
  {
    what: 'revision 2 at a later head',
    gate: 'head',
    facts: { revision: 2, expectedHead: LIVE, ...pushAt(NOW) },
    state: 'fail',
    reasons: ['head-moved'],
  },
  {
    what: 'revision 2 at a head that was pushed right on top, by somebody known',
    gate: 'head',
    facts: { revision: 2, expectedHead: LIVE, lastPush: known({ sha: HEAD, before: LIVE, at: NOW, by: { id: 5, login: 'eve' } }) },
    state: 'pass',
  },
  {
    what: 'revision 2 at a head that was pushed on top by nobody knows whom',
    gate: 'head',
    facts: { revision: 2, expectedHead: LIVE, lastPush: known({ sha: HEAD, before: LIVE, at: NOW, by: null }) },
    state: 'fail',
    reasons: ['head-moved'],
  },
  {
    what: 'revision 2 while GitHub still answers the old head',
    gate: 'head',
    facts: { revision: 2, expectedHead: LIVE, ...pushAt(NOW, LIVE) },
    state: 'unknown',
    reasons: ['unreadable'],
  },
  { what: 'a push after the approval', gate: 'head', moment: 'turn', facts: pushAt(NOW), state: 'not-applicable' },
];

describe.each([
  ['the source', SOURCE],
  ['the head', MOVED],
])('%s', (_, rows) => {
  test.each(rows)('$gate: $what is $state', (row) => {
    const found = answer(row);
    expect(found.state).toBe(row.state);
    expect(found.reasons).toEqual(expect.arrayContaining([...(row.reasons ?? [])]));
    expect(found.note).toMatch(row.note ?? /./);
  });
});
