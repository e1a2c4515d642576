// People in stories: they type, comment and click at the platforms, and read what comes back.
import { expect } from 'vitest';
import { deployCode } from '../../src/ids.ts';
import type { LineCommentView, ReviewInput } from '../../src/sim/github/drive-reviews.ts';
import type { Delivered } from '../../src/sim/slack/people.ts';
import { REPOSITORY } from '../../src/sim/world.ts';
import { eventually } from './acme.ts';
import { readableSlack } from './readable.ts';
import { commentOf, deployOf, inSight, type Comment, type Deploy, type Places } from './sightings.ts';

const REPOSITORY_ID = 7001;
/** What Slack shows while an answer takes longer than its patience. */
const STILL_WORKING = 'Still working';

export interface LineComment {
  readonly id: number;
  /** Reactions of ours. */
  reactions(): readonly string[];
  /** Replies of ours in the thread. */
  replies(): readonly LineCommentView[];
}

export interface Actor {
  comments(pull: { readonly number: number }, text: string): Promise<Comment>;
  /** Comments a command that asks for a deploy. */
  asks(pull: { readonly number: number }, text: string): Promise<Deploy>;
  /** Submits a review of the code; `sha`: the commit that was looked at, the head unless given. */
  reviews(pull: { readonly number: number }, review: Omit<ReviewInput, 'by'> & { readonly sha?: string }): Promise<Comment>;
  /** Asks for a deploy in the first line of a review. */
  asksInReview(pull: { readonly number: number }, text: string): Promise<Deploy>;
  /** Writes at a line of the code. */
  writesAtLine(pull: { readonly number: number }, text: string, replyTo?: number): Promise<LineComment>;
  /** Types after `/deploy`; answers what only they see then. */
  types(text: string, channel?: string): Promise<string>;
  /** The request whose code an answer names. */
  finds(answer: string): Deploy;
  /** Types a command that asks for a deploy. */
  asksInSlack(text: string, channel?: string): Promise<Deploy>;
  /** `stale`: on the card as it was before its last edit. */
  clicks(button: 'approve' | 'cancel' | 'keep' | 'details', deploy: Deploy, options?: { readonly stale?: boolean }): Promise<string>;
  /** Clicks Reject and submits the reason; answers what the modal says then. */
  rejects(deploy: Deploy, why: string): Promise<string>;
  /** Waits for something that only they see and that says this. */
  isTold(words: string): Promise<string>;
}

/** `login`: on GitHub, `slack`: the id of the member. */
export function actorOf(places: Places, { login, slack: user }: { readonly login: string; readonly slack: string }): Actor {
  const { github, slack } = places.acme.world;
  const seen = (): readonly string[] => slack.ephemerals(user).map(readableSlack);
  const answerTo = ({ asked }: Delivered): Promise<string> =>
    eventually(`an answer to ${login}`, () =>
      slack
        .ephemerals(user)
        .filter(({ answers }) => answers === asked)
        .map(readableSlack)
        .find((text) => !text.includes(STILL_WORKING)),
    );
  const cardWith = (deploy: Deploy, button: string): Promise<string> =>
    eventually(`a card of ${deploy.code} with ${button}`, () => (deploy.buttons().includes(button) ? deploy.message()?.ts : undefined));
  // Stories happen at the same time, but a person has one screen.
  let modal: Promise<unknown> = Promise.resolve();
  const actor: Actor = {
    async comments(pull, text) {
      const { id, delivery } = await github.comment(REPOSITORY, pull.number, login, text);
      expect(delivery?.statusCode, `the answer to the webhook of ${login}'s comment`).toBe(200);
      return commentOf(places, pull.number, id);
    },
    async asks(pull, text) {
      const comment = await actor.comments(pull, text);
      return deployOf(places, deployCode(`deploy:github:${REPOSITORY_ID}:${comment.id}`), comment);
    },
    async reviews(pull, review) {
      const { id, delivery } = await github.submitReview(REPOSITORY, pull.number, { ...review, by: login });
      expect(delivery?.statusCode, `the answer to the webhook of ${login}'s review`).toBe(200);
      return commentOf(places, pull.number, id, `review:${id}`);
    },
    async asksInReview(pull, body) {
      const { id } = await actor.reviews(pull, { state: 'COMMENTED', body });
      return deployOf(places, deployCode(`deploy:github:${REPOSITORY_ID}:review:${id}`), null);
    },
    async writesAtLine(pull, body, replyTo) {
      const { id, delivery } = await github.commentAtLine(REPOSITORY, pull.number, {
        by: login,
        body,
        ...(replyTo === undefined ? {} : { replyTo }),
      });
      expect(delivery?.statusCode, `the answer to the webhook of what ${login} wrote at a line`).toBe(200);
      const all = (): readonly LineCommentView[] => github.lineComments(REPOSITORY, pull.number);
      const root = all().find((comment) => comment.id === id)?.root ?? id;
      return {
        id,
        reactions: () => all().find((comment) => comment.id === id)?.reactions ?? [],
        replies: () => all().filter((comment) => comment.root === root && comment.body.includes(`<!-- countersign-reply:thread:${id} -->`)),
      };
    },
    async types(text, channel = 'C0DEPLOYS') {
      const delivered = await slack.slash(user, channel, '/deploy', text);
      expect(delivered).toMatchObject({ status: 200, problem: null });
      return answerTo(delivered);
    },
    finds(answer) {
      const code = /`([0-9A-Z]{4}-[0-9A-Z]{2})`/.exec(answer)?.[1];
      if (code === undefined) throw new Error(`no code in: ${answer}`);
      return deployOf(places, code, null);
    },
    asksInSlack: async (text, channel) => actor.finds(await actor.types(text, channel)),
    async clicks(button, deploy, { stale = false } = {}) {
      const ts = stale ? (deploy.message()?.ts ?? '') : await cardWith(deploy, button);
      const delivered = await slack.click(user, ts, `countersign:${button}`, { stale });
      expect(delivered).toMatchObject({ status: 200, problem: null });
      return answerTo(delivered);
    },
    rejects(deploy, why) {
      const rejected = modal.then(() => rejectIn(deploy, why));
      modal = rejected.catch(() => undefined);
      return rejected;
    },
    isTold: (words) => inSight(`"${words}" told to ${login}`, () => seen().find((text) => text.includes(words)), seen),
  };
  async function rejectIn(deploy: Deploy, why: string): Promise<string> {
    await slack.click(user, await cardWith(deploy, 'reject'), 'countersign:reject');
    const opened = await eventually('the modal', () => slack.views(user).at(-1));
    expect(await slack.submit(user, opened.id, { text: why })).toMatchObject({ status: 200, problem: null, errors: {} });
    const answer = await eventually('the answer in the modal', () =>
      slack.views(user).find(({ id, blocks }) => id === opened.id && blocks.every(({ type }) => type !== 'input')),
    );
    slack.dismiss(user, opened.id);
    return readableSlack({ text: '', blocks: answer.blocks });
  }
  return actor;
}
