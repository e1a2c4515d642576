// A push by whoever the person at the page is.
import { REPOSITORY, type World } from '../world.ts';

const BRANCH = 'fix-retry-loop';
/** Where the commit waits for its checks: no pull request looks at it. */
const WORKSHOP = 'playground-workshop';
const MESSAGES = ['Back off between retries', 'Log the last error', 'Test the retry loop', 'Name the constants', 'Handle an empty answer'];

/** Pushes one commit to the pull request whose checks have passed already, as after a quick CI. Answers its SHA. */
export async function pushWithGreenChecks(world: World, by: string): Promise<string> {
  const { github } = world;
  const before = github.sha(REPOSITORY, BRANCH);
  const count = github.checks(REPOSITORY, before).length;
  github.branch(REPOSITORY, WORKSHOP, BRANCH);
  const message = MESSAGES[Number.parseInt(before.slice(0, 6), 16) % MESSAGES.length] ?? 'Polish';
  const sha = github.commit(REPOSITORY, WORKSHOP, { message, author: by });
  for (const name of count === 0 ? [] : ['unit', 'e2e']) github.setCheck(REPOSITORY, sha, { name, result: 'success' });
  github.setStatus(REPOSITORY, sha, { context: 'buildkite/api', state: 'success' });
  await github.push(REPOSITORY, BRANCH, { by, onto: sha });
  return sha;
}
