import { describe, expect, test } from 'vitest';
import type { Facts } from '../../src/policy/facts.ts';
import { comparison, gates, HEAD, known, LIVE, MERGE, MINUTE, NOW, onMain, pullRequest, sha, state, UNREAD } from './given.ts';
import { answer, merged, plain, checks, staging, lost, type Row } from './gate-row.ts';

const named = gates({ checks: ['unit', 'e2e'] });
const commits = (unreviewed: readonly ReturnType<typeof sha>[], change: Partial<Facts> = {}): Partial<Facts> => ({
  ...plain,
  ref: known(onMain),
  reviews: known({ pullRequests: [40, 41], unreviewed }),
  ...change,
});
const QUALITY: readonly Row[] = [
  { what: 'all green', gate: 'checks', state: 'pass', note: /1 of 1/ },
  { what: 'switched off', gate: 'checks', policy: gates({ checks: null }), facts: { checks: UNREAD }, state: 'not-applicable' },
  { what: 'none at all', gate: 'checks', facts: checks([]), state: 'fail', reasons: ['checks-missing'] },
  { what: 'one red', gate: 'checks', facts: checks(['unit'], ['e2e']), state: 'fail', reasons: ['checks-failed'], note: /1 of 2/ },
  { what: 'one running', gate: 'checks', facts: checks(['unit'], [], ['e2e']), state: 'pending', reasons: ['checks-pending'] },
  { what: 'one red, one running', gate: 'checks', facts: checks([], ['unit'], ['e2e']), state: 'fail', reasons: ['checks-failed', 'checks-pending'] },
  { what: 'unreadable', gate: 'checks', facts: { checks: UNREAD }, state: 'unknown', reasons: ['unreadable'] },
  {
    what: 'the named ones green, another red',
    gate: 'checks',
    policy: named,
    facts: checks(['unit', 'e2e'], ['lint']),
    state: 'pass',
    note: /2 of 2/,
  },
  {
    what: 'a named one that has not reported',
    gate: 'checks',
    policy: named,
    facts: checks(['unit']),
    state: 'pending',
    reasons: ['checks-pending'],
    note: /1 of 2/,
  },
  { what: 'an approved pull request', gate: 'review', state: 'pass' },
  { what: 'switched off', gate: 'review', policy: gates({ review: false }), facts: { pullRequest: UNREAD }, state: 'not-applicable' },
  ...(['changes-requested', 'review-required', 'not-required'] as const).map((review): Row => ({
    what: `a pull request that is ${review}`,
    gate: 'review',
    facts: { pullRequest: known(pullRequest({ review })) },
    state: 'fail',
    reasons: ['review-needed'],
  })),
  { what: 'a plain branch, every commit reviewed', gate: 'review', facts: commits([]), state: 'pass', note: /2 reviewed pull requests/ },
  { what: 'a plain branch with an unreviewed commit', gate: 'review', facts: commits([HEAD]), state: 'fail', reasons: ['unreviewed-commits'] },
  {
    what: 'a plain branch with nothing new',
    gate: 'review',
    facts: commits([], { comparison: known(comparison({ added: [], status: 'identical' })), reviews: known(null) }),
    state: 'pass',
  },
  { what: 'a plain branch, nothing live yet', gate: 'review', facts: commits([], { comparison: known(null) }), state: 'not-applicable' },
  {
    what: 'a plain branch with more commits than GitHub lists',
    gate: 'review',
    facts: commits([], { comparison: known(comparison({ addedTotal: 251 })) }),
    state: 'unknown',
    reasons: ['unreadable'],
  },
  {
    what: 'a plain branch whose reviews were not read',
    gate: 'review',
    facts: commits([], { reviews: known(null) }),
    state: 'unknown',
    reasons: ['unreadable'],
  },
  {
    what: 'a plain branch whose reviews are unreadable',
    gate: 'review',
    facts: commits([], { reviews: UNREAD }),
    state: 'unknown',
    reasons: ['unreadable'],
  },
  {
    what: 'a plain branch that could not be compared',
    gate: 'review',
    facts: commits([], { comparison: UNREAD }),
    state: 'unknown',
    reasons: ['unreadable'],
  },
  {
    what: 'a merged pull request beside an unreviewed commit',
    gate: 'review',
    facts: { ...merged, reviews: known({ pullRequests: [], unreviewed: [sha('d')] }) },
    state: 'fail',
    reasons: ['unreviewed-commits'],
  },
  { what: 'a merged pull request, nothing live yet', gate: 'review', facts: { ...merged, comparison: known(null) }, state: 'pass' },
  {
    what: 'an approved commit whose pull request moved on',
    gate: 'review',
    moment: 'turn',
    facts: { pullRequest: known(pullRequest({ headSha: MERGE, review: 'review-required' })) },
    state: 'not-applicable',
  },
  { what: 'up to date', gate: 'up-to-date', state: 'pass' },
  {
    what: 'behind',
    gate: 'up-to-date',
    facts: { pullRequest: known(pullRequest({ behindBy: 3 })) },
    state: 'fail',
    reasons: ['behind'],
    note: /3 commits behind main/,
  },
  { what: 'a merged pull request', gate: 'up-to-date', facts: merged, state: 'not-applicable' },
  { what: 'no pull request', gate: 'up-to-date', facts: plain, state: 'not-applicable' },
  { what: 'unreadable', gate: 'up-to-date', facts: { pullRequest: UNREAD }, state: 'unknown', reasons: ['unreadable'] },
];

const HISTORY: readonly Row[] = [
  { what: 'long enough on staging', gate: 'order', state: 'pass', note: /31 min/ },
  { what: 'after nothing', gate: 'order', policy: gates({ after: [] }), state: 'not-applicable' },
  { what: 'soaking', gate: 'order', facts: staging(known(state({ sha: HEAD, since: NOW - 12 * MINUTE }))), state: 'pending', reasons: ['soaking'] },
  {
    what: 'another version on staging',
    gate: 'order',
    facts: staging(known(state({ sha: LIVE, since: 0 }))),
    state: 'fail',
    reasons: ['not-deployed-before'],
  },
  {
    what: 'the head of the merged pull request on staging',
    gate: 'order',
    facts: { ...merged, ...staging(known(state({ sha: HEAD, since: 0 }))) },
    state: 'fail',
    reasons: ['not-deployed-before'],
    note: /merging made ccccccc/,
  },
  { what: 'nothing on staging', gate: 'order', facts: staging(known(state(null))), state: 'fail', reasons: ['not-deployed-before'] },
  { what: 'a staging that does not know yet', gate: 'order', facts: staging(known(state(null, false))), state: 'unknown', reasons: ['unreadable'] },
  { what: 'an unreadable staging', gate: 'order', facts: staging(UNREAD), state: 'unknown', reasons: ['unreadable'] },
  { what: 'a staging nobody read', gate: 'order', facts: { before: {} }, state: 'unknown', reasons: ['unreadable'] },
  { what: 'keeps what is live', gate: 'keeps-live', state: 'pass' },
  { what: 'is what is live', gate: 'keeps-live', facts: { comparison: known(comparison({ status: 'identical' })) }, state: 'pass' },
  { what: 'loses live commits', gate: 'keeps-live', facts: { comparison: known(lost) }, state: 'fail', reasons: ['would-lose-live'] },
  { what: 'goes back', gate: 'keeps-live', facts: { comparison: known({ ...lost, status: 'behind' }) }, state: 'fail', reasons: ['would-lose-live'] },
  { what: 'switched off', gate: 'keeps-live', policy: gates({ keepsLive: false }), facts: { comparison: known(lost) }, state: 'not-applicable' },
  { what: 'nothing live', gate: 'keeps-live', facts: { here: known(state(null)), comparison: known(null) }, state: 'not-applicable' },
  {
    what: 'a live version that is not known yet',
    gate: 'keeps-live',
    facts: { here: known(state(null, false)), comparison: known(null) },
    state: 'unknown',
    reasons: ['unreadable'],
  },
  { what: 'an unreadable live version', gate: 'keeps-live', facts: { here: UNREAD }, state: 'unknown', reasons: ['unreadable'] },
  { what: 'an unreadable comparison', gate: 'keeps-live', facts: { comparison: UNREAD }, state: 'unknown', reasons: ['unreadable'] },
  { what: 'a comparison nobody made', gate: 'keeps-live', facts: { comparison: known(null) }, state: 'unknown', reasons: ['unreadable'] },
];

describe.each([
  ['quality', QUALITY],
  ['history', HISTORY],
])('%s', (_, rows) => {
  test.each(rows)('$gate: $what is $state', (row) => {
    const found = answer(row);
    expect(found.state).toBe(row.state);
    expect(found.reasons).toEqual(expect.arrayContaining([...(row.reasons ?? [])]));
    expect(found.note).toMatch(row.note ?? /./);
  });
});
