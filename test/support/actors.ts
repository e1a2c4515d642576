// People in stories: they type, comment and click at the platforms, and read what comes back.
import { expect } from 'vitest';
import { deployCode } from '../../src/ids.ts';
import type { LineCommentView, ReviewInput } from '../../src/sim/github/drive-reviews.ts';
import type { Delivery } from '../../src/sim/github/webhooks.ts';
import type { SimMessage } from '../../src/sim/slack/world.ts';
import { REPOSITORY } from '../../src/sim/world.ts';
import { eventually, type Acme } from './acme.ts';
import { answersTo, STILL_WORKING, UNKNOWN } from './answers.ts';
import { patiently } from './patience.ts';
import { readableSlack } from './readable.ts';
import { commentOf, deployOf, inSight, type Comment, type Deploy, type Places } from './sightings.ts';

const REPOSITORY_ID = 7001;
/** Commands that are judged: votes and the like. */
const ACTS = /^(?:approve|reject|withdraw|cancel|extend|keep|review) /;

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
  /** Types after `/deploy`; answers what only they see then. Whoever is asked to try again does. */
  types(text: string, channel?: string): Promise<string>;
  /** Types a question until the answer says this: what was done a moment ago may not be known everywhere yet. */
  learns(question: string, words: string, channel?: string): Promise<string>;
  /** The request whose code an answer names. */
  finds(answer: string): Deploy;
  /** Types a command that asks for a deploy. */
  asksInSlack(text: string, channel?: string): Promise<Deploy>;
  /** `stale`: on the card as it was before its last edit. Whoever is asked to try again does, unless it is `once`. */
  clicks(
    button: 'approve' | 'cancel' | 'keep' | 'details',
    deploy: Deploy,
    options?: { readonly stale?: boolean; readonly once?: boolean },
  ): Promise<string>;
  /** The same, of any message that has buttons. */
  clicksOn(message: Pick<SimMessage, 'channel' | 'ts'>, button: string): Promise<string>;
  /** Clicks Reject and submits the reason; answers what the modal says then. */
  rejects(deploy: Deploy, why: string): Promise<string>;
  /** Waits for something that only they see and that says this. */
  isTold(words: string): Promise<string>;
}

/** `login`: on GitHub, `slack`: the id of the member. */
export function actorOf(places: Places, { login, slack: user }: { readonly login: string; readonly slack: string }): Actor {
  const { github, slack } = places.acme.world;
  const seen = (): readonly string[] => slack.ephemerals(user).map(readableSlack);
  const answer = answersTo(slack, user);
  /** GitHub says whom it could not tell; then whoever may sends the delivery again. */
  async function accepted(what: string, delivery: Delivery | null): Promise<void> {
    if (delivery === null) throw new Error(`nobody listens to ${what} of ${login}`);
    let { statusCode } = delivery;
    await eventually(`an accepted delivery of ${what} of ${login}`, async () => {
      if (statusCode !== 200) ({ statusCode } = await github.redeliver(delivery.guid));
      return statusCode === 200;
    });
  }
  const cardOf = (deploy: Deploy): SimMessage => {
    const card = deploy.message();
    if (card === undefined) throw new Error(`there is no card of ${deploy.code}`);
    return card;
  };
  const cardWith = (deploy: Deploy, button: string): Promise<SimMessage> =>
    eventually(`a card of ${deploy.code} with ${button}`, () => (deploy.buttons().includes(button) ? cardOf(deploy) : undefined));
  // Stories happen at the same time, but a person has one screen.
  let modal: Promise<unknown> = Promise.resolve();
  const actor: Actor = {
    async comments(pull, text) {
      const write = async (): Promise<number> => {
        const { id, delivery } = await github.comment(REPOSITORY, pull.number, login, text);
        await accepted('the comment', delivery);
        return id;
      };
      return commentOf(places, pull.number, await write(), { again: write });
    },
    async asks(pull, text) {
      const comment = await actor.comments(pull, text);
      return deployOf(places, deployCode(`deploy:github:${REPOSITORY_ID}:${comment.id}`), comment);
    },
    async reviews(pull, review) {
      const { id, delivery } = await github.submitReview(REPOSITORY, pull.number, { ...review, by: login });
      await accepted('the review', delivery);
      return commentOf(places, pull.number, id, { about: `review:${id}` });
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
      await accepted('what was written at a line', delivery);
      const all = (): readonly LineCommentView[] => github.lineComments(REPOSITORY, pull.number);
      const root = all().find((comment) => comment.id === id)?.root ?? id;
      return {
        id,
        reactions: () => all().find((comment) => comment.id === id)?.reactions ?? [],
        replies: () => all().filter((comment) => comment.root === root && comment.body.includes(`<!-- countersign-reply:thread:${id} -->`)),
      };
    },
    types(text, channel = 'C0DEPLOYS') {
      const type = (): Promise<string> => answer.to(() => slack.slash(user, channel, '/deploy', text));
      return ACTS.test(text) ? answer.judged(channel, type) : patiently(type);
    },
    async learns(question, words, channel) {
      let said = '';
      return inSight(
        `"${words}" in the answer to ${question}`,
        async () => {
          said = await actor.types(question, channel);
          return said.includes(words) ? said : undefined;
        },
        () => [said],
      );
    },
    finds(answer) {
      const code = /`([0-9A-Z]{4}-[0-9A-Z]{2})`/.exec(answer)?.[1];
      if (code === undefined) throw new Error(`no code in: ${answer}`);
      return deployOf(places, code, null);
    },
    async asksInSlack(text, channel = 'C0DEPLOYS') {
      const since = new Date().toISOString();
      const said = await patiently(async () => {
        const answered = await answer.to(() => slack.slash(user, channel, '/deploy', text));
        // Whoever is told that nobody can say whether it arrived looks, before asking again.
        return answered.includes(UNKNOWN) ? ((await startedIn(places, text, since)) ?? answered) : answered;
      });
      return actor.finds(said);
    },
    clicksOn: ({ channel, ts }, button) => answer.judged(channel, () => answer.to(() => slack.click(user, ts, `countersign:${button}`))),
    async clicks(button, deploy, { stale = false, once = false } = {}) {
      const { ts, channel } = stale ? cardOf(deploy) : await cardWith(deploy, button);
      const click = async (): Promise<string | null> =>
        stale || deploy.buttons().includes(button) ? answer.to(() => slack.click(user, ts, `countersign:${button}`, { stale })) : null;
      return answer.judged(channel, click, once);
    },
    rejects(deploy, why) {
      const rejected = modal.then(async () => {
        const { ts, channel } = await cardWith(deploy, 'reject');
        return answer.judged(channel, async () => (deploy.buttons().includes('reject') ? rejectIn(ts, why) : null));
      });
      modal = rejected.catch(() => undefined);
      return rejected;
    },
    isTold: (words) => inSight(`"${words}" told to ${login}`, () => seen().find((text) => text.includes(words)), seen),
  };
  async function rejectIn(ts: string, why: string): Promise<string> {
    await slack.click(user, ts, 'countersign:reject');
    const opened = await eventually('the modal', () => slack.views(user).at(-1));
    expect(await slack.submit(user, opened.id, { text: why })).toMatchObject({ status: 200, problem: null, errors: {} });
    const said = await answerIn(places.acme, user, opened.id);
    slack.dismiss(user, opened.id);
    return said;
  }
  return actor;
}

/** The code of a request for that service which began since; undefined: there is none. */
function startedIn({ acme }: Places, text: string, since: string): Promise<string | undefined> {
  const [service = ''] = text.replace(/^emergency /, '').split(/[@ ]/);
  const query = `WorkflowType = 'deploy' AND DeployService = '${service}' AND StartTime >= '${since}'`;
  const look = async (): Promise<string | undefined> => {
    for await (const { workflowId } of acme.client.workflow.list({ query })) return `\`${deployCode(workflowId)}\``;
    return undefined;
  };
  return eventually('the request', look, 5_000).catch(() => undefined);
}

/** What stands in the place of a form that was sent. */
export function answerIn({ world: { slack } }: Pick<Acme, 'world'>, user: string, form: string): Promise<string> {
  return eventually('the answer in the modal', () => {
    const view = slack.views(user).find(({ id, blocks }) => id === form && blocks.every(({ type }) => type !== 'input'));
    const said = view === undefined ? '' : readableSlack({ text: '', blocks: view.blocks });
    return said === '' || said.includes(STILL_WORKING) ? undefined : said;
  });
}
