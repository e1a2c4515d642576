// Pushes whose commit was checked before it came to the branch: whether it is good enough is known at once.
import { REPOSITORY } from '../../src/sim/world.ts';
import type { PullRequest, Stories } from './stories.ts';

export interface CheckedPush {
  readonly by: string;
  readonly result: 'success' | 'failure';
}

/** Answers the new head of the pull request. */
export async function pushChecked(acme: Pick<Stories, 'world'>, { branch }: PullRequest, { by, result }: CheckedPush): Promise<string> {
  const { github } = acme.world;
  github.branch(REPOSITORY, `${branch}-next`, branch);
  const sha = github.commit(REPOSITORY, `${branch}-next`, { message: 'A better idea', author: by });
  github.setCheck(REPOSITORY, sha, { name: 'unit', result });
  await github.push(REPOSITORY, branch, { by, onto: sha });
  return sha;
}
