// The client against a stateful GitHub that shares no code with it, over real HTTP; and GitHub's real webhooks through the ingress.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FrontDoor, Incoming, PushEvent, ClosedEvent } from '../../src/bot/front-door.ts';
import type { GithubApi } from '../../src/github/api.ts';
import { createGithub } from '../../src/github/client.ts';
import { createGithubIngress } from '../../src/github/ingress.ts';
import { createGithubProbot } from '../../src/github/probot.ts';
import { commitSha } from '../../src/ids.ts';
import type { RepositoryFacts } from '../../src/policy/facts.ts';
import { createGithubSim, type GithubSim } from '../../src/sim/github/github-sim.ts';
import { silent, troubleOf } from './github-app.ts';

const SLUG = 'acme/api';
const HEAD = { kind: 'head' } as const;
const named = (name: string): { readonly kind: 'named'; readonly name: string } => ({ kind: 'named', name });

let sim: GithubSim;
let github: GithubApi;
let repo: RepositoryFacts;
const id: Record<string, number> = {};

beforeAll(async () => {
  sim = await createGithubSim();
  for (const login of ['ann', 'bea', 'carl', 'mallory']) id[login] = sim.addUser({ login }).id;
  sim.addRepository({ slug: SLUG });
  sim.setRole(SLUG, 'ann', 'write');
  sim.setRole(SLUG, 'bea', 'maintain');
  sim.setRole(SLUG, 'carl', 'triage');
  github = createGithub({
    appId: sim.appId,
    privateKey: () => sim.appPrivateKey,
    baseUrl: sim.url,
    ownCheckPrefix: 'countersign/',
    log: silent,
    now: Date.now,
  });
  repo = await github.readRepository(SLUG);
});
afterAll(() => sim.close());

async function openPull(branch: string, number: number): Promise<string> {
  const { sha } = await sim.push(SLUG, branch, { by: 'ann', commits: [{ message: `Work on ${branch}` }] });
  await sim.openPullRequest(SLUG, { head: branch, by: 'ann', number });
  return sha;
}

describe('refs', () => {
  it('resolve the default branch, branches with slashes, tags of both kinds and SHAs', async () => {
    const main = sim.commit(SLUG, 'main', { author: 'ann', message: 'Main work\n\nbody' });
    sim.branch(SLUG, 'release/1.0', 'main');
    sim.tag(SLUG, 'v1', 'main');
    sim.tag(SLUG, 'v2', 'main', { by: 'ann', message: 'Second' });
    const at = { kind: 'found', sha: main, title: 'Main work', authors: [{ id: id['ann'], login: 'ann' }] };
    expect(await github.resolveRef(repo, HEAD, null)).toMatchObject({ ...at, type: 'branch', name: 'main', branch: 'main' });
    expect(await github.resolveRef(repo, named('release/1.0'), null)).toMatchObject({ ...at, type: 'branch', branch: 'release/1.0' });
    expect(await github.resolveRef(repo, named('v1'), null)).toMatchObject({ ...at, type: 'tag', branch: 'main' });
    expect(await github.resolveRef(repo, named('v2'), null)).toMatchObject({ ...at, type: 'tag', branch: 'main' });
    expect(await github.resolveRef(repo, named(main), null)).toMatchObject({ ...at, type: 'commit', branch: 'main' });
    expect(await github.resolveRef(repo, named(main.slice(0, 10)), null)).toMatchObject({ ...at, type: 'commit', branch: 'main' });
  });

  it('that fit several things or none are refused', async () => {
    sim.branch(SLUG, 'both', 'main');
    sim.tag(SLUG, 'both', 'main');
    const first = sim.commit(SLUG, 'main', { author: 'ann', message: 'One', sha: `abcdef01${'1'.repeat(32)}` });
    sim.commit(SLUG, 'main', { author: 'ann', message: 'Two', sha: `abcdef01${'2'.repeat(32)}` });
    expect(await github.resolveRef(repo, named('both'), null)).toMatchObject({ kind: 'ambiguous', matches: ['refs/heads/both', 'refs/tags/both'] });
    expect(await github.resolveRef(repo, named('refs/tags/both'), null)).toMatchObject({ kind: 'found', type: 'tag', name: 'both' });
    expect(await github.resolveRef(repo, named('abcdef01'), null)).not.toMatchObject({ kind: 'found' });
    expect(await github.resolveRef(repo, named('abcdef011'), null)).toMatchObject({ kind: 'found', sha: first });
    expect(await github.resolveRef(repo, named('0'.repeat(40)), null)).toEqual({ kind: 'not-found', name: '0'.repeat(40) });
    expect(await github.resolveRef(repo, named('no-such-branch'), null)).toEqual({ kind: 'not-found', name: 'no-such-branch' });
  });
});

describe('pull requests', () => {
  it('are read as they are: behind, reviewed, merged', async () => {
    const head = await openPull('retry', 101);
    sim.commit(SLUG, 'main', { author: 'bea', message: 'Meanwhile' });
    const open = await github.readPullRequest(repo, 101);
    expect(open).toMatchObject({ number: 101, state: 'open', isFork: false, headRef: 'retry', headSha: head, behindBy: 1, review: 'not-required' });
    expect(await github.resolveRef(repo, HEAD, open)).toMatchObject({ type: 'pull-request', sha: head, branch: 'retry' });
    expect((await github.findOpenPullRequests(repo, 'retry')).map((pull) => pull.number)).toEqual([101]);
    expect(await github.readLastPush(repo, 'retry')).toMatchObject({ sha: head, by: { id: id['ann'], login: 'ann' } });
    await sim.push(SLUG, 'retry', { by: 'bea', commits: [{ message: 'On top' }] });
    expect(await github.readPusher(repo, 'retry', commitSha(head))).toMatchObject({ id: id['ann'] });
    expect(await github.readPusher(repo, 'retry', commitSha('f'.repeat(40)))).toBeNull();
    const { sha } = await sim.merge(SLUG, 101, { by: 'bea' });
    const merged = await github.readPullRequest(repo, 101);
    expect(merged).toMatchObject({ state: 'merged', mergeSha: sha });
    expect(await github.resolveRef(repo, HEAD, merged)).toMatchObject({ sha, branch: 'main' });
    expect(await github.findOpenPullRequests(repo, 'retry')).toEqual([]);
  });

  it('of forks are told as such and not found by the name of their branch', async () => {
    sim.addRepository({ slug: 'mallory/api', forkOf: SLUG });
    await sim.push('mallory/api', 'evil', { by: 'mallory', commits: [{ message: 'Trust me' }] });
    await sim.openPullRequest(SLUG, { head: 'evil', by: 'mallory', fork: 'mallory/api', number: 102 });
    expect(await github.readPullRequest(repo, 102)).toMatchObject({ isFork: true, headRepository: { slug: 'mallory/api' } });
    expect(await github.findOpenPullRequests(repo, 'evil')).toEqual([]);
    expect(await github.readLastPush(repo, 'evil')).toBeNull();
  });

  it('vouch for the commits they brought if somebody who may write approved them', async () => {
    const approved = await openPull('approved', 103);
    sim.review(SLUG, 103, { by: 'bea', state: 'APPROVED' });
    const waved = await openPull('waved-through', 104);
    sim.review(SLUG, 104, { by: 'carl', state: 'APPROVED' });
    await sim.merge(SLUG, 103, { by: 'bea' });
    await sim.merge(SLUG, 104, { by: 'bea' });
    const direct = (await sim.push(SLUG, 'main', { by: 'ann', commits: [{ message: 'Straight to main' }] })).sha;
    const commits = [approved, waved, direct].map((sha) => ({
      sha: commitSha(sha),
      title: '',
      authors: [],
      authorName: '',
      hasUnknownAuthor: false,
    }));
    expect(await github.readReviews(repo, commits)).toEqual({ pullRequests: [103], unreviewed: [waved, direct] });
  });

  it('carry the decision of a protected branch', async () => {
    sim.setRequiredReviews(SLUG, 1);
    await openPull('protected', 105);
    expect(await github.readPullRequest(repo, 105)).toMatchObject({ review: 'review-required' });
    sim.review(SLUG, 105, { by: 'bea', state: 'APPROVED' });
    expect(await github.readPullRequest(repo, 105)).toMatchObject({ review: 'approved' });
    sim.setRequiredReviews(SLUG, 0);
  });
});

describe('checks', () => {
  it('are paged, and our own are left out', async () => {
    const sha = commitSha(sim.commit(SLUG, 'checked', { author: 'ann', message: 'Checked' }));
    for (let i = 0; i < 130; i += 1) sim.setCheck(SLUG, sha, { name: `test ${i}`, result: 'success' });
    for (let i = 0; i < 120; i += 1) sim.setStatus(SLUG, sha, { context: `ci/${i}`, state: 'success' });
    sim.setStatus(SLUG, sha, { context: 'ci/7', state: 'failure' });
    sim.setCheck(SLUG, sha, { name: 'slow', result: 'in_progress' });
    sim.setCheck(SLUG, sha, { name: 'flaky', result: 'failure' });
    sim.setCheck(SLUG, sha, { name: 'flaky', result: 'success' });
    sim.setCheck(SLUG, sha, { name: 'countersign/production', result: 'queued', app: 'countersign' });
    const checks = await github.readChecks(repo, sha);
    expect(checks.passed).toHaveLength(130 + 119 + 1);
    expect(checks.failed.map((check) => check.name)).toEqual(['ci/7']);
    expect(checks.pending.map((check) => check.name)).toEqual(['slow']);
  });

  it('of a commit without any are none', async () => {
    const sha = commitSha(sim.commit(SLUG, 'unchecked', { author: 'ann', message: 'Unchecked' }));
    expect(await github.readChecks(repo, sha)).toEqual({ passed: [], failed: [], pending: [] });
  });
});

describe('comparisons', () => {
  it('tell what is added and what would be lost, with everybody who wrote it', async () => {
    const base = commitSha(sim.sha(SLUG, 'main'));
    const live = commitSha(sim.commit(SLUG, 'hotfix', { author: 'carl', message: 'Hotfix' }));
    const first = sim.commit(SLUG, 'feature', { author: 'ann', message: 'First', coAuthors: ['bea'] });
    const wish = commitSha(sim.commit(SLUG, 'feature', { author: 'ann', message: 'Second', committer: 'web-flow' }));
    const comparison = await github.compare(repo, live, wish);
    expect(comparison).toMatchObject({ status: 'diverged', addedTotal: 2 });
    expect(comparison.added.map((commit) => [commit.sha, commit.authors.map((author) => author.login)])).toEqual([
      [first, ['ann', 'bea']],
      [wish, ['ann']],
    ]);
    expect(comparison.lost).toMatchObject([{ sha: live, title: 'Hotfix', authors: [{ id: id['carl'], login: 'carl' }] }]);
    expect(await github.compare(repo, base, wish)).toMatchObject({ status: 'ahead', lost: [] });
    expect(await github.compare(repo, wish, base)).toMatchObject({ status: 'behind', added: [], lost: [{ sha: wish }, { sha: first }] });
    expect(await github.compare(repo, 'main', wish)).toMatchObject({ status: 'ahead', addedTotal: 2 });
    expect(await github.compare(repo, wish, wish)).toMatchObject({ status: 'identical', added: [], lost: [] });
  });

  it('go through all pages', async () => {
    const base = commitSha(sim.sha(SLUG, 'main'));
    for (let i = 0; i < 230; i += 1) sim.commit(SLUG, 'long', { author: 'ann', message: `Commit ${i}` });
    const { added, addedTotal } = await github.compare(repo, base, commitSha(sim.sha(SLUG, 'long')));
    expect(addedTotal).toBe(230);
    expect(added.map((commit) => commit.title)).toEqual(Array.from({ length: 230 }, (_, i) => `Commit ${i}`));
  });
});

describe('people', () => {
  it('have the role of their account, whatever it is called now', async () => {
    expect(await github.readAccess(repo, id['ann'] ?? 0)).toEqual({ role: 'write', why: null });
    expect(await github.readAccess(repo, id['bea'] ?? 0)).toEqual({ role: 'maintain', why: null });
    expect(await github.readAccess(repo, id['carl'] ?? 0)).toEqual({ role: 'triage', why: null });
    expect(await github.readAccess(repo, 987_654)).toEqual({ role: 'none', why: null });
    sim.renameUser('bea', 'bea-2');
    expect(await github.readAccess(repo, id['bea'] ?? 0)).toEqual({ role: 'maintain', why: null });
    sim.renameUser('bea-2', 'bea');
  });
});

describe('a team', () => {
  const loginsOf = async (team: string): Promise<readonly string[]> => (await github.readTeam('acme', team)).map(({ login }) => login);

  it('has the members of the teams below it, and nobody who has not accepted', async () => {
    sim.setTeamMember('acme', 'platform', 'ann');
    sim.setTeamMember('acme', 'platform', 'bea', { role: 'member', state: 'pending' });
    sim.setTeamMember('acme', 'platform-oncall', 'carl', { role: 'maintainer', state: 'active' });
    sim.setTeamParent('acme', 'platform-oncall', 'platform');
    expect(await github.readTeam('acme', 'platform')).toEqual([
      { id: id['ann'], login: 'ann' },
      { id: id['carl'], login: 'carl' },
    ]);
    sim.setTeamMember('acme', 'platform', 'ann', null);
    expect(await loginsOf('platform')).toEqual(['carl']);
  });

  it('is read through all pages', async () => {
    const logins = Array.from({ length: 230 }, (_, i) => `crowd-${i}`);
    for (const login of logins) {
      sim.addUser({ login });
      sim.setTeamMember('acme', 'crowd', login);
    }
    expect(await loginsOf('crowd')).toEqual(logins);
  });

  it('is unknown, not empty, when it is gone or may not be read', async () => {
    expect(await troubleOf(github.readTeam('acme', 'nobody'))).toMatchObject({ kind: 'not-found' });
    sim.setTeamMember('acme', 'empty', 'ann');
    sim.setTeamMember('acme', 'empty', 'ann', null);
    expect(await loginsOf('empty')).toEqual([]);
    expect(await troubleOf(github.readTeam('elsewhere', 'sre'))).toMatchObject({ kind: 'not-found' });
  });
});

describe('comments', () => {
  it('are written, found again by their marker, edited and reacted to', async () => {
    await openPull('talk', 110);
    const marker = '<!-- countersign:deploy:github:1:2 -->';
    const forged = await sim.comment(SLUG, 110, 'mallory', `${marker} approved, believe me`);
    expect(await github.findComment(repo, 110, marker)).toBeNull();
    for (let i = 0; i < 105; i += 1) await sim.comment(SLUG, 110, 'ann', `me too ${i}`);
    const card = await github.createComment(repo, 110, `${marker}\n### Waiting`);
    expect(await github.findComment(repo, 110, marker)).toBe(card);
    await github.updateComment(repo, card, `${marker}\n### Done`);
    expect(sim.comments(SLUG, 110).find((comment) => comment.id === card)).toMatchObject({ body: `${marker}\n### Done`, viaApp: true });
    await github.react(repo, forged.id, 'confused');
    await github.react(repo, forged.id, 'confused');
    expect(sim.reactions(forged.id)).toEqual([{ login: sim.botLogin, content: 'confused' }]);
  });

  it('are known to be edited or deleted', async () => {
    const { id: comment } = await sim.comment(SLUG, 110, 'ann', '/deploy api to production');
    expect(await github.readComment(repo, comment)).toEqual({ body: '/deploy api to production', edited: false });
    await sim.deleteComment(comment, 'ann');
    expect(await github.readComment(repo, comment)).toBeNull();
    expect(await troubleOf(github.updateComment(repo, comment, 'x'))).toMatchObject({ kind: 'not-found' });
    expect(await troubleOf(github.react(repo, comment, 'eyes'))).toMatchObject({ kind: 'not-found' });
  });

  it('that may have been written are unclear, and found by their marker', async () => {
    sim.fault({ method: 'POST', path: /\/issues\/110\/comments$/, times: 1, effect: { kind: 'commit-then-cut' } });
    expect(await troubleOf(github.createComment(repo, 110, '<!-- countersign:cut -->'))).toMatchObject({ kind: 'unclear' });
    expect(await github.findComment(repo, 110, '<!-- countersign:cut -->')).not.toBeNull();
    sim.fault({ method: 'POST', path: /\/issues\/110\/comments$/, times: 1, effect: { kind: 'status', status: 502 } });
    expect(await troubleOf(github.createComment(repo, 110, '<!-- countersign:502 -->'))).toMatchObject({ kind: 'unclear' });
    expect(await github.findComment(repo, 110, '<!-- countersign:502 -->')).toBeNull();
  });

  it('still reach a repository that was renamed', async () => {
    sim.renameRepository(SLUG, 'api-renamed');
    const comment = await github.createComment(repo, 110, 'Hello');
    expect(await github.readComment(repo, comment)).toEqual({ body: 'Hello', edited: false });
    sim.renameRepository('acme/api-renamed', 'api');
  });
});

it('takes commands and pushes from real deliveries, once for each event, and nothing from its own comments', async () => {
  const commands: Incoming[] = [];
  const pushes: PushEvent[] = [];
  const closures: ClosedEvent[] = [];
  const unused = (): never => {
    throw new Error('not for GitHub');
  };
  const frontDoor: FrontDoor = {
    command: (incoming) => Promise.resolve(commands.push(incoming)).then(() => ({ kind: 'silence' }) as const),
    pushed: (event) => Promise.resolve(pushes.push(event)).then(() => undefined),
    reviewed: ({ incoming }) => Promise.resolve(commands.push(incoming)).then(() => ({ kind: 'silence' }) as const),
    misplaced: unused,
    pullRequestClosed: (event) => Promise.resolve(closures.push(event)).then(() => undefined),
    act: unused,
    details: unused,
    buildSeen: unused,
    foreignBuildSeen: unused,
  };
  const probot = createGithubProbot({ appId: sim.appId, privateKey: sim.appPrivateKey, baseUrl: sim.url, log: silent });
  const route = createGithubIngress({ secrets: () => ['s3cret'], frontDoor, probot, log: silent });
  const server = createServer((request, response) => {
    void buffer(request)
      .then((rawBody) => route.handle({ headers: request.headers, rawBody }))
      .then(({ status }) => response.writeHead(status).end());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  sim.webhook({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${route.path}`, secret: 's3cret' });
  try {
    await openPull('hooks', 120);
    const { id: comment } = await sim.comment(SLUG, 120, 'ann', '/deploy api to production');
    await sim.editComment(comment, 'ann', '/deploy api to staging');
    await github.createComment(repo, 120, '/deploy api to production');
    const { sha } = await sim.push(SLUG, 'hooks', { by: 'bea', commits: [{ message: 'More' }] });
    await sim.settled();
    expect(commands).toMatchObject([
      {
        key: `deploy:github:${repo.id}:${comment}`,
        text: '/deploy api to production',
        by: { id: id['ann'] },
        from: { issue: 120, comment, installation: repo.installation },
      },
    ]);
    expect(pushes).toMatchObject([{ repo: { id: repo.id }, pullRequest: 120, change: { sha, by: { id: id['bea'], login: 'bea' } } }]);
    await sim.closePullRequest(SLUG, 120, 'bea');
    await sim.settled();
    expect(closures).toMatchObject([{ repo: { id: repo.id }, closure: { number: 120, merged: false, head: sha, mergeSha: null } }]);
    expect((await sim.deliver('issue_comment', {}, { secret: 'guessed' }))?.statusCode).toBe(401);
  } finally {
    sim.webhook(null);
    server.close();
    server.closeAllConnections();
  }
});

it('asks for nothing that GitHub does not have', () => {
  expect(sim.unknownRoutes).toEqual([]);
});
