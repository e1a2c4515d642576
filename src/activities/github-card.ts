// The card on a pull request: one comment, found again by its marker, edited in place. Somebody who deletes it gets it once more.
import type { Cards } from '../../workflows/activities.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { GithubApi } from '../github/api.ts';
import { cardMarkdown } from '../render/card-github.ts';
import type { RenderContext } from '../render/context.ts';
import { cardMarker } from '../render/marker.ts';
import { isTrouble } from '../trouble.ts';
import { reactTo, unlessGone } from './answer-on-github.ts';
import { githubUrlOf, issueOf, repoOf } from './card-places.ts';

export type GithubCard = NonNullable<Cards['github']>;

export interface GithubCards {
  post(status: DeployStatus, context: RenderContext): Promise<GithubCard>;
  update(status: DeployStatus, card: GithubCard, context: RenderContext): Promise<void>;
}

/** Cards that were posted again, as far as this process remembers. */
const AGAIN_MAX = 1_000;

export function createGithubCards(github: GithubApi): GithubCards {
  // The workflow knows the first comment alone. null: deleted a second time, which is meant.
  const again = new Map<string, number | null>();

  async function find(status: DeployStatus): Promise<number | null> {
    return github.findComment(repoOf(status), issueOf(status), cardMarker(status.workflowId));
  }

  function remember(deployId: string, comment: number | null): void {
    again.set(deployId, comment);
    const [oldest] = again.keys();
    if (again.size > AGAIN_MAX && oldest !== undefined) again.delete(oldest);
  }

  /** Whether the comment is still there. */
  async function edit(status: DeployStatus, comment: number, markdown: string): Promise<boolean> {
    try {
      await github.updateComment(repoOf(status), comment, markdown);
      return true;
    } catch (error) {
      if (isTrouble(error, 'not-found')) return false;
      throw error;
    }
  }

  return {
    async post(status, context) {
      const { origin } = status.request;
      if (origin.surface === 'github') await unlessGone(reactTo(github, origin, 'eyes'));
      const known = await find(status);
      const comment = known ?? (await github.createComment(repoOf(status), issueOf(status), cardMarkdown(status, context)));
      return { comment, url: githubUrlOf(status, { comment }) };
    },
    async update(status, { comment }, context) {
      const { workflowId } = status;
      const markdown = cardMarkdown(status, context);
      const second = again.get(workflowId);
      if (second === null) return;
      if (await edit(status, second ?? comment, markdown)) return;
      if (second !== undefined) return remember(workflowId, null);
      // An attempt before this one, or another process, may have posted it.
      const found = await find(status);
      if (found !== null) await edit(status, found, markdown);
      remember(workflowId, found ?? (await github.createComment(repoOf(status), issueOf(status), markdown)));
    },
  };
}
