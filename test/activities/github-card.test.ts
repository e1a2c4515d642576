// The card's one comment, and people who delete it.
import { describe, expect, it } from 'vitest';
import { createGithubCards } from '../../src/activities/github-card.ts';
import type { GithubApi } from '../../src/github/api.ts';
import { Trouble } from '../../src/trouble.ts';
import { EXAMPLES } from '../support/examples.ts';
import { exampleContext } from '../support/views.ts';

function openConversation(): { readonly api: GithubApi; readonly comments: Map<number, string>; written: number } {
  const comments = new Map<number, string>();
  const world = { api: {} as GithubApi, comments, written: 0 };
  const known: Partial<GithubApi> = {
    react: async () => undefined,
    findComment: async (_repo, _issue, marker) => [...comments].find(([, body]) => body.includes(marker))?.[0] ?? null,
    async createComment(_repo, _issue, markdown) {
      world.written += 1;
      comments.set(world.written, markdown);
      return world.written;
    },
    async updateComment(_repo, comment, markdown) {
      if (!comments.has(comment)) throw new Trouble({ source: 'github', kind: 'not-found', doing: 'editing', found: 'github answered 404' });
      comments.set(comment, markdown);
    },
  };
  world.api = known as GithubApi;
  return world;
}

const waiting = EXAMPLES.waiting.waiting;
const half = EXAMPLES.waiting['waiting-half'];
const done = EXAMPLES.succeeded.succeeded;

describe('a card that somebody deletes', () => {
  it('is posted once more with the next change, and edited there from then on', async () => {
    const talk = openConversation();
    const cards = createGithubCards(talk.api);
    const card = await cards.post(waiting, exampleContext);
    talk.comments.clear();
    await cards.update(half, card, exampleContext);
    await cards.update(done, card, exampleContext);
    expect([...talk.comments.keys()]).toEqual([2]);
    expect(talk.comments.get(2)).toContain('is live on production');
  });

  it('a second time is meant', async () => {
    const talk = openConversation();
    const cards = createGithubCards(talk.api);
    const card = await cards.post(waiting, exampleContext);
    for (const shown of [half, done, done]) {
      talk.comments.clear();
      await cards.update(shown, card, exampleContext);
    }
    expect(talk.written).toBe(2);
    expect(talk.comments.size).toBe(0);
  });

  it('is found by another process that did not post it', async () => {
    const talk = openConversation();
    const card = await createGithubCards(talk.api).post(waiting, exampleContext);
    talk.comments.clear();
    await createGithubCards(talk.api).update(half, card, exampleContext);
    await createGithubCards(talk.api).update(done, card, exampleContext);
    expect([...talk.comments.keys()]).toEqual([2]);
    expect(talk.comments.get(2)).toContain('is live on production');
  });
});

it('is posted once, however often it is tried', async () => {
  const talk = openConversation();
  const first = await createGithubCards(talk.api).post(waiting, exampleContext);
  expect(await createGithubCards(talk.api).post(waiting, exampleContext)).toEqual(first);
  expect(talk.written).toBe(1);
});
