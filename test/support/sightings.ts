// One request, by what people can see of it: its cards, its comment, its thread.
import type { CommentView } from '../../src/sim/github/github-sim.ts';
import type { SimMessage } from '../../src/sim/slack/world.ts';
import { REPOSITORY } from '../../src/sim/world.ts';
import { eventually, type Acme } from './acme.ts';
import { asksForMore } from './patience.ts';
import { readableMarkdown, readableSlack } from './readable.ts';

/** Where to look. */
export interface Places {
  readonly acme: Acme;
  /** Numbers of the pull requests. */
  readonly pulls: readonly number[];
  readonly channels: readonly string[];
}

export interface Comment {
  readonly id: number;
  /** Reactions of ours, as they are now. */
  reactions(): readonly string[];
  /** Waits for this reaction of ours; answers all of ours. */
  reacted(content: string): Promise<readonly string[]>;
  /** Replies of ours to this comment, as they read. */
  replies(): readonly string[];
  /** Waits for the first one. */
  reply(): Promise<string>;
}

export type Surface = 'github' | 'slack';

export interface Deploy {
  readonly code: string;
  /** The comment that asked; null when it was asked for in Slack. */
  readonly comment: Comment | null;
  /** Waits until the card on this surface says all of this; answers it as it reads. */
  shows(surface: Surface, ...words: readonly string[]): Promise<string>;
  bothShow(...words: readonly string[]): Promise<{ readonly github: string; readonly slack: string }>;
  /** Waits until both cards say so for good: no button is left. */
  ends(...words: readonly string[]): Promise<{ readonly github: string; readonly slack: string }>;
  /** Names of the buttons of the Slack card. */
  buttons(): readonly string[];
  /** The cards on this surface as they read now. */
  cards(surface: Surface): readonly string[];
  /** What stands under the Slack card, in order. */
  thread(): readonly string[];
  /** Waits for a message under the Slack card that says this. */
  threadSays(words: string): Promise<string>;
  /** The Slack card as it was posted; undefined while there is none. */
  message(): SimMessage | undefined;
}

/**
 * `about`: what replies are about; the comment unless given. `again`: writes the same once more, where the reply asks for that; from then on it
 * is about the new one.
 */
export function commentOf(
  places: Places,
  pull: number,
  first: number,
  { about, again }: { readonly about?: string; readonly again?: () => Promise<number> } = {},
): Comment {
  let id = first;
  const { github } = places.acme.world;
  const reactions = (): readonly string[] => github.reactions(id).map(({ content }) => content);
  const replies = (): readonly string[] =>
    ourComments(places, [pull])
      .filter(({ body }) => body.includes(`<!-- countersign-reply:${about ?? id} -->`))
      .map(({ body }) => readableMarkdown(body));
  const untilJudged = async (): Promise<void> => {
    if (again !== undefined && replies().some(asksForMore)) id = await again();
  };
  return {
    get id() {
      return id;
    },
    reactions,
    replies,
    reacted: (content) =>
      inSight(
        `the reaction ${content} on a comment`,
        async () => {
          await untilJudged();
          return reactions().includes(content) ? reactions() : undefined;
        },
        () => [...reactions(), ...replies()],
      ),
    reply: () =>
      eventually(`a reply to comment ${id}`, async () => {
        await untilJudged();
        return replies()[0];
      }),
  };
}

export function deployOf(places: Places, code: string, comment: Comment | null): Deploy {
  const messages = (): readonly SimMessage[] =>
    cardMessages(places).filter((message) => message.text.includes(code) || drawn(message).includes(code));
  const comments = (): readonly string[] =>
    ourComments(places, places.pulls)
      .filter(({ body }) => body.includes('<!-- countersign:deploy:') && body.includes(`code ${code}`))
      .map(({ body }) => readableMarkdown(body));
  const cards = (surface: Surface): readonly string[] => (surface === 'github' ? comments() : messages().map(readableSlack));
  const thread = (): readonly string[] => messages().flatMap((card) => threadOf(places, card).map(readableSlack));
  const deploy: Deploy = {
    code,
    comment,
    cards,
    thread,
    shows: (surface, ...words) =>
      inSight(
        `"${words.join('", "')}" on the card of ${code} on ${surface}`,
        () => cards(surface).find((text) => words.every((word) => text.includes(word))),
        () => [...cards(surface), places.acme.product().log().slice(-1_000)],
      ),
    async bothShow(...words) {
      const [github, slack] = await Promise.all([deploy.shows('github', ...words), deploy.shows('slack', ...words)]);
      return { github, slack };
    },
    async ends(...words) {
      const both = await deploy.bothShow(...words);
      await eventually(`the end of the buttons of ${code}`, () => deploy.buttons().length === 0);
      return both;
    },
    buttons: () => messages().flatMap((message) => Array.from(drawn(message).matchAll(/"countersign:(\w+)"/g), (match) => match[1] ?? '')),
    threadSays: (words) =>
      inSight(
        `"${words}" under the card of ${code}`,
        () => thread().find((text) => text.includes(words)),
        () => thread(),
      ),
    message: () => messages()[0],
  };
  return deploy;
}

/** Its blocks in one text. Many stories look many times a second, and an edited message is another one. */
function drawn(message: SimMessage): string {
  const known = DRAWN.get(message) ?? JSON.stringify(message.blocks);
  DRAWN.set(message, known);
  return known;
}
const DRAWN = new WeakMap<SimMessage, string>();

/** Like `eventually`; in vain, it says what there was instead. */
export async function inSight<T>(what: string, look: () => T | undefined | Promise<T | undefined>, instead: () => readonly string[]): Promise<T> {
  try {
    return await eventually(what, look);
  } catch (error) {
    throw new Error(`no sign of ${what}; there was instead:\n${instead().join('\n---\n')}`, { cause: error });
  }
}

function ourComments({ acme }: Places, pulls: readonly number[]): readonly CommentView[] {
  return pulls.flatMap((number) => acme.world.github.comments(REPOSITORY, number)).filter(({ viaApp }) => viaApp);
}

function cardMessages({ acme, channels }: Places): readonly SimMessage[] {
  return channels.flatMap((channel) => acme.world.slack.messages(channel)).filter(({ metadata }) => metadata !== null);
}

function threadOf({ acme }: Places, card: SimMessage): readonly SimMessage[] {
  return acme.world.slack.messages(card.channel).filter(({ threadTs }) => threadTs === card.ts);
}
