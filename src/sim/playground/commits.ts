// Commits that came through CI: what a person at the page pushes, and the main branch.
import { REPOSITORY, type World } from '../world.ts';

/** Of the open pull request. */
export const BRANCH = 'fix-retry-loop';
/** Where a commit waits for its checks: no pull request looks at it. */
const WORKSHOP = 'playground-workshop';
const MESSAGES = ['Back off between retries', 'Log the last error', 'Test the retry loop', 'Name the constants', 'Handle an empty answer'];

/** Pushes one commit to the pull request whose checks have passed already, as after a quick CI. Answers its SHA. */
export async function pushWithGreenChecks(world: World, by: string): Promise<string> {
  const { github } = world;
  const before = github.sha(REPOSITORY, BRANCH);
  github.branch(REPOSITORY, WORKSHOP, BRANCH);
  const message = MESSAGES[Number.parseInt(before.slice(0, 6), 16) % MESSAGES.length] ?? 'Polish';
  const sha = github.commit(REPOSITORY, WORKSHOP, { message, author: by });
  turnGreen(world, sha);
  await github.push(REPOSITORY, BRANCH, { by, onto: sha });
  return sha;
}

/** Without it nothing could be asked for in Slack, where no ref means the head of the main branch. */
export function turnMainGreen(world: World): void {
  const sha = world.github.sha(REPOSITORY, 'main');
  if (world.github.checks(REPOSITORY, sha).length === 0) turnGreen(world, sha);
}

function turnGreen({ github }: World, sha: string): void {
  for (const name of ['unit', 'e2e']) github.setCheck(REPOSITORY, sha, { name, result: 'success' });
  github.setStatus(REPOSITORY, sha, { context: 'buildkite/api', state: 'success' });
}
