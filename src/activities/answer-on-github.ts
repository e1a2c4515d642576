// An answer to what a person wrote on GitHub, where it was written: in the conversation, in a review, or at a line of code.
import { activityInfo } from '@temporalio/activity';
import { replyAbout, type ReplyInput } from '../../workflows/contract.ts';
import type { ReplyTo } from '../../workflows/vocabulary.ts';
import type { GithubApi, Reaction, Repo } from '../github/api.ts';
import { isTrouble } from '../trouble.ts';

type Place = Extract<ReplyTo, { surface: 'github' }>;

const repoAt = ({ repo, installation }: Place): Repo => ({ ...repo, installation });

export async function answerOnGithub(github: GithubApi, input: ReplyInput): Promise<void> {
  const { to, reaction, markdown } = input;
  if (reaction !== null) await unlessGone(reactTo(github, to, reaction));
  if (markdown === null) return;
  const marker = `<!-- countersign-reply:${replyAbout(input)} -->`;
  if (activityInfo().attempt > 1 && (await isAnswered(github, to, marker))) return;
  const body = `${markdown}\n\n${marker}`;
  if (to.written?.kind === 'thread') await unlessGone(github.replyInThread(repoAt(to), { issue: to.issue, root: to.written.root }, body));
  else await github.createComment(repoAt(to), to.issue, body);
}

/** The body of a review takes no reactions. */
export async function reactTo(github: GithubApi, to: Place, reaction: Reaction): Promise<void> {
  if (to.written === undefined) return github.react(repoAt(to), to.comment, reaction);
  if (to.written.kind === 'thread') await github.reactInThread(repoAt(to), to.comment, reaction);
}

/** Whoever deletes a comment does not unsay it: the card and the answer stand by themselves. */
export async function unlessGone(writing: Promise<void>): Promise<void> {
  try {
    await writing;
  } catch (error) {
    if (!isTrouble(error, 'not-found')) throw error;
  }
}

async function isAnswered(github: GithubApi, to: Place, marker: string): Promise<boolean> {
  const isThread = to.written?.kind === 'thread';
  const found = isThread ? github.findThreadReply(repoAt(to), to.issue, marker) : github.findComment(repoAt(to), to.issue, marker);
  return (await found) !== null;
}
