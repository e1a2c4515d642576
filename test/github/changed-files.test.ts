// What a deploy changes, file by file: against recorded answers, and against a stateful GitHub that shares no code with the client.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type nock from 'nock';
import { createGithub } from '../../src/github/client.ts';
import { commitSha } from '../../src/ids.ts';
import type { ChangedFiles } from '../../src/policy/facts.ts';
import { createGithubSim, type GithubSim } from '../../src/sim/github/github-sim.ts';
import { answerOnlyAnnouncedRequests, REPO, sha, signedInClient, silent, troubleOf } from './github-app.ts';

const LIVE = sha('a');
const WISH = sha('b');

const file = (filename: string, additions = 1, deletions = 0, more: object = {}): object => ({ filename, additions, deletions, ...more });

function compared(api: nock.Scope, range: string, answer: { readonly status: string; readonly files?: readonly object[] }): void {
  api.get(`/repos/acme/api/compare/${range}?per_page=1&page=1`).reply(200, { ahead_by: 1, behind_by: 0, commits: [], ...answer });
}

describe('changed files, as GitHub tells them', () => {
  answerOnlyAnnouncedRequests();

  it('are those of one comparison where the live version is an ancestor', async () => {
    const { github, api } = signedInClient();
    compared(api, `${LIVE}...${WISH}`, {
      status: 'ahead',
      files: [file('docs/a.md', 3, 2), file('b.png', 0), file('new.ts', 1, 1, { previous_filename: 'old.ts' })],
    });
    expect(await github.readChangedFiles(REPO, LIVE, WISH)).toEqual({
      files: [
        { path: 'docs/a.md', before: null, lines: 5 },
        { path: 'b.png', before: null, lines: null },
        { path: 'new.ts', before: 'old.ts', lines: 2 },
      ],
      isComplete: true,
      isExact: true,
    });
  });

  it('are as many as may be missing from 300 on', async () => {
    const { github, api } = signedInClient();
    const files = Array.from({ length: 300 }, (_, i) => file(`f${i}`));
    compared(api, `${LIVE}...${WISH}`, { status: 'ahead', files });
    expect(await github.readChangedFiles(REPO, LIVE, WISH)).toMatchObject({ isComplete: false });
    compared(api, `${LIVE}...${WISH}`, { status: 'ahead', files: files.slice(1) });
    expect(await github.readChangedFiles(REPO, LIVE, WISH)).toMatchObject({ isComplete: true });
  });

  it('are not taken for none when the list is missing', async () => {
    const { github, api } = signedInClient();
    compared(api, `${LIVE}...${WISH}`, { status: 'ahead' });
    expect(await github.readChangedFiles(REPO, LIVE, WISH)).toEqual({ files: [], isComplete: false, isExact: true });
  });

  it('are those of both sides where the live version has commits of its own', async () => {
    const { github, api } = signedInClient();
    compared(api, `${LIVE}...${WISH}`, { status: 'diverged', files: [file('a', 1, 1), file('both', 2)] });
    compared(api, `${WISH}...${LIVE}`, { status: 'diverged', files: [file('b', 4), file('both', 3, 0, { previous_filename: 'was' })] });
    expect(await github.readChangedFiles(REPO, LIVE, WISH)).toEqual({
      files: [
        { path: 'a', before: null, lines: 2 },
        { path: 'both', before: 'was', lines: 5 },
        { path: 'b', before: null, lines: 4 },
      ],
      isComplete: true,
      isExact: false,
    });
  });

  it('are not known when one of the two comparisons can’t be read', async () => {
    const { github, api } = signedInClient();
    compared(api, `${LIVE}...${WISH}`, { status: 'diverged', files: [file('a')] });
    api.get(`/repos/acme/api/compare/${WISH}...${LIVE}?per_page=1&page=1`).reply(500, {});
    expect(await troubleOf(github.readChangedFiles(REPO, LIVE, WISH))).toMatchObject({ kind: 'unavailable' });
  });
});

describe('changed files of a stateful GitHub', () => {
  const SLUG = 'acme/api';
  let sim: GithubSim;
  let read: (base: string, head: string) => Promise<ChangedFiles>;
  let base: string;

  beforeAll(async () => {
    sim = await createGithubSim();
    sim.addUser({ login: 'ann' });
    sim.addRepository({ slug: SLUG });
    base = sim.commit(SLUG, 'main', { message: 'Base', author: 'ann' });
    const github = createGithub({
      appId: sim.appId,
      privateKey: () => sim.appPrivateKey,
      baseUrl: sim.url,
      ownCheckPrefix: 'countersign/',
      log: silent,
      now: Date.now,
    });
    const repo = await github.readRepository(SLUG);
    read = (from, to) => github.readChangedFiles(repo, from, commitSha(to));
  });
  afterAll(() => sim.close());

  const paths = ({ files }: ChangedFiles): readonly string[] => files.map(({ path }) => path);

  it('are those of all commits in between, each once', async () => {
    sim.commit(SLUG, 'docs', { message: 'Docs', author: 'ann', files: ['docs/a.md', 'docs/b.md'] });
    const moved = { path: 'docs/c.md', before: 'c.md', additions: 2, deletions: 1 };
    const head = sim.commit(SLUG, 'docs', { message: 'More', author: 'ann', files: ['docs/b.md', moved] });
    expect(await read(base, head)).toEqual({
      files: [
        { path: 'docs/a.md', before: null, lines: 1 },
        { path: 'docs/b.md', before: null, lines: 2 },
        { path: 'docs/c.md', before: 'c.md', lines: 3 },
      ],
      isComplete: true,
      isExact: true,
    });
    expect(paths(await read('main', head))).toEqual(['docs/a.md', 'docs/b.md', 'docs/c.md']);
  });

  it('are what goes away, too, when an older version is asked for', async () => {
    const newer = sim.commit(SLUG, 'newer', { message: 'Newer', author: 'ann', files: ['src/a.ts'] });
    expect(await read(newer, base)).toMatchObject({ files: [{ path: 'src/a.ts' }], isExact: true });
    expect(paths(await read(newer, sim.commit(SLUG, 'other', { message: 'Other', author: 'ann', files: ['docs/z.md'] })))).toEqual([
      'docs/z.md',
      'src/a.ts',
    ]);
  });

  it('stay what they were when a pull request is merged, in whatever way', async () => {
    for (const [n, method] of (['merge', 'squash', 'rebase'] as const).entries()) {
      const before = sim.sha(SLUG, 'main');
      sim.commit(SLUG, `work-${n}`, { message: 'Work', author: 'ann', files: [`src/${method}.ts`] });
      sim.commit(SLUG, `work-${n}`, { message: 'Work on', author: 'ann', files: [`src/${method}.ts`, 'src/x.ts'] });
      const { number } = await sim.openPullRequest(SLUG, { head: `work-${n}`, by: 'ann' });
      const { sha: merged } = await sim.merge(SLUG, number, { by: 'ann', method });
      expect(paths(await read(before, merged))).toEqual([`src/${method}.ts`, 'src/x.ts']);
    }
  });

  it('are listed up to 300', async () => {
    const files = Array.from({ length: 301 }, (_, i) => `many/${i}`);
    const many = sim.commit(SLUG, 'many', { message: 'Many', author: 'ann', files });
    const answer = await read('main', many);
    expect(answer.files).toHaveLength(300);
    expect(answer.isComplete).toBe(false);
  });
});
