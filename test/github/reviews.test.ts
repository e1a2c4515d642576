// What counts as written by a person in a review of the code.
import { describe, expect, it } from 'vitest';
import { approvesCode, fromReview, fromThread } from '../../src/github/reviews.ts';
import { ReviewCommentCreated, ReviewSubmitted } from '../../src/github/schema.ts';
import { sha } from './github-app.ts';

const ANN = { id: 1, login: 'ann', type: 'User' };
const AROUND = {
  pull_request: { number: 42 },
  repository: { id: 7, full_name: 'acme/api' },
  sender: { id: 1, login: 'ann' },
  installation: { id: 99 },
};

function review(change: object = {}, around: object = {}): ReviewSubmitted {
  const submitted = { id: 80, body: '/deploy api to production', state: 'commented', commit_id: sha('a'), submitted_at: '2026-11-23T13:58:00Z' };
  return ReviewSubmitted.parse({ review: { ...submitted, user: ANN, ...change }, ...AROUND, ...around });
}

function atLine(change: object = {}, around: object = {}): ReviewCommentCreated {
  const created_at = '2026-11-23T13:58:00Z';
  return ReviewCommentCreated.parse({ comment: { id: 90, body: '/approve', user: ANN, created_at, ...change }, ...AROUND, ...around });
}

describe('a submitted review', () => {
  it('is a command with a key of its own, since reviews and comments are numbered apart', () => {
    expect(fromReview(review())).toMatchObject({
      key: 'deploy:github:7:review:80',
      text: '/deploy api to production',
      by: { surface: 'github', id: 1, login: 'ann' },
      at: Date.parse('2026-11-23T13:58:00Z'),
      from: {
        surface: 'github',
        repo: { id: 7, slug: 'acme/api' },
        installation: 99,
        issue: 42,
        comment: 80,
        written: { kind: 'review', login: 'ann', sha: sha('a') },
      },
    });
  });

  it.each([
    ['a bot', { user: { ...ANN, type: 'Bot' } }, {}],
    ['an app that speaks for somebody', { performed_via_github_app: { id: 5 } }, {}],
    ['somebody else than the sender', { user: { ...ANN, id: 2 } }, {}],
    ['a deleted account', { user: null }, {}],
    ['a hook that is not our app’s', {}, { installation: null }],
  ])('of %s is nothing', (_who, change, around) => {
    expect(fromReview(review(change, around))).toBeNull();
  });

  it('without words is nothing, unless it approves', () => {
    for (const body of [null, '']) {
      expect(fromReview(review({ body }))).toBeNull();
      expect(fromReview(review({ body, state: 'changes_requested' }))).toBeNull();
      expect(fromReview(review({ body, state: 'approved' }))).toMatchObject({ text: '' });
    }
  });

  it('approves only when it says so', () => {
    expect(['approved', 'APPROVED', 'commented', 'changes_requested', 'dismissed'].map((state) => approvesCode(review({ state })))).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });
});

describe('a comment at a line', () => {
  it('is answered in its thread, wherever in it it stands', () => {
    expect(fromThread(atLine())?.from).toMatchObject({ comment: 90, written: { kind: 'thread', root: 90 } });
    expect(fromThread(atLine({ in_reply_to_id: 70 }))?.from).toMatchObject({ comment: 90, written: { kind: 'thread', root: 70 } });
  });

  it.each([
    ['a bot', { user: { ...ANN, type: 'Bot' } }, {}],
    ['somebody else than the sender', { user: { ...ANN, id: 2 } }, {}],
    ['a hook that is not our app’s', {}, { installation: null }],
  ])('of %s is nothing', (_who, change, around) => {
    expect(fromThread(atLine(change, around))).toBeNull();
  });
});
