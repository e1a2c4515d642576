import { describe, expect, it } from 'vitest';
import type nock from 'nock';
import { commitSha } from '../../src/ids.ts';
import type { CommitSha } from '../../workflows/vocabulary.ts';
import { answerOnlyAnnouncedRequests, commitJson, REPO, sha, signedInClient, troubleOf } from './github-app.ts';

answerOnlyAnnouncedRequests();

const LIVE = sha('a');
const WISH = sha('b');
const numbered = (n: number): CommitSha => commitSha(n.toString(16).padStart(40, '0'));

interface Compared {
  readonly status: string;
  readonly ahead: number;
  readonly behind: number;
  readonly commits: readonly object[];
  readonly page?: number;
}

function comparison(api: nock.Scope, range: string, of: Compared): void {
  api.get(`/repos/acme/api/compare/${range}?per_page=100&page=${of.page ?? 1}`).reply(200, {
    status: of.status,
    ahead_by: of.ahead,
    behind_by: of.behind,
    total_commits: of.ahead,
    html_url: `https://github.com/acme/api/compare/${range}`,
    commits: of.commits,
  });
}

async function authorsOf(...commits: readonly object[]): Promise<readonly string[][]> {
  const { github, api } = signedInClient();
  comparison(api, `${LIVE}...${WISH}`, { status: 'ahead', ahead: commits.length, behind: 0, commits });
  const { added } = await github.compare(REPO, LIVE, WISH);
  return added.map((commit) => commit.authors.map(({ id, login }) => `${id} ${login}`));
}

describe('a comparison', () => {
  it('lists what is added, oldest first, by one request when nothing is lost', async () => {
    const { github, api } = signedInClient();
    const commits = [commitJson(numbered(1), { message: 'First\n\nbody' }), commitJson(numbered(2))];
    comparison(api, `${LIVE}...${WISH}`, { status: 'ahead', ahead: 2, behind: 0, commits });
    expect(await github.compare(REPO, LIVE, WISH)).toEqual({
      status: 'ahead',
      added: [
        { sha: numbered(1), title: 'First', authors: [{ id: 1, login: 'ann' }], authorName: 'Ann', hasUnknownAuthor: false },
        { sha: numbered(2), title: 'Fix retry loop', authors: [{ id: 1, login: 'ann' }], authorName: 'Ann', hasUnknownAuthor: false },
      ],
      addedTotal: 2,
      lost: [],
      compareUrl: `https://github.com/acme/api/compare/${LIVE}...${WISH}`,
    });
  });

  it('lists what the live version would lose, newest first', async () => {
    const { github, api } = signedInClient();
    comparison(api, `${LIVE}...${WISH}`, { status: 'diverged', ahead: 1, behind: 2, commits: [commitJson(numbered(1))] });
    comparison(api, `${WISH}...${LIVE}`, { status: 'diverged', ahead: 2, behind: 1, commits: [commitJson(numbered(2)), commitJson(numbered(3))] });
    const { status, lost } = await github.compare(REPO, LIVE, WISH);
    expect(status).toBe('diverged');
    expect(lost.map((commit) => commit.sha)).toEqual([numbered(3), numbered(2)]);
  });

  it('may begin at a branch', async () => {
    const { github, api } = signedInClient();
    comparison(api, `release%2F1...${WISH}`, { status: 'identical', ahead: 0, behind: 0, commits: [] });
    expect(await github.compare(REPO, 'release/1', WISH)).toMatchObject({ status: 'identical', added: [], lost: [] });
  });

  it('reads 250 commits at most and tells how many there are', async () => {
    const { github, api } = signedInClient();
    const page = (n: number): object[] => Array.from({ length: 100 }, (_, i) => commitJson(numbered(n * 100 + i)));
    for (const n of [1, 2, 3]) comparison(api, `${LIVE}...${WISH}`, { status: 'ahead', ahead: 900, behind: 0, commits: page(n), page: n });
    const { added, addedTotal } = await github.compare(REPO, LIVE, WISH);
    expect(added).toHaveLength(250);
    expect(added[0]?.sha).toBe(numbered(100));
    expect(addedTotal).toBe(900);
  });

  it('is unknown when GitHub counts more commits than it lists', async () => {
    const { github, api } = signedInClient();
    comparison(api, `${LIVE}...${WISH}`, { status: 'ahead', ahead: 2, behind: 0, commits: [commitJson(numbered(1))] });
    expect(await troubleOf(github.compare(REPO, LIVE, WISH))).toMatchObject({ kind: 'unavailable' });
  });

  it('of commits that share no history is none', async () => {
    const { github, api } = signedInClient();
    api.get(`/repos/acme/api/compare/${LIVE}...${WISH}?per_page=100&page=1`).reply(404, { message: 'No common ancestor' });
    expect(await troubleOf(github.compare(REPO, LIVE, WISH))).toMatchObject({ kind: 'not-found' });
  });
});

describe('authors', () => {
  const bea = { id: 2, login: 'bea' };

  it('are author and committer, each once, but not GitHub itself', async () => {
    const commits = [
      commitJson(numbered(1), { committer: bea }),
      commitJson(numbered(2), { author: bea, committer: bea }),
      commitJson(numbered(3), { committer: { id: 19864447, login: 'web-flow' } }),
    ];
    expect(await authorsOf(...commits)).toEqual([['1 ann', '2 bea'], ['2 bea'], ['1 ann']]);
  });

  it('are unknown where GitHub matched nobody', async () => {
    expect(await authorsOf(commitJson(numbered(1), { author: null, committer: {} }))).toEqual([[]]);
  });

  it.each([
    ['an address that carries the id', '2+bea@users.noreply.github.com', ['1 ann', '2 bea']],
    ['an address of a bot', '49699333+dependabot[bot]@users.noreply.github.com', ['1 ann', '49699333 dependabot[bot]']],
    ['an address of an Enterprise Server', '2+bea@users.noreply.github.acme.test', ['1 ann', '2 bea']],
    ['an old address without the id', 'bea@users.noreply.github.com', ['1 ann']],
    ['any other address', 'bea@acme.test', ['1 ann']],
    ['an address that only begins like one', '2+bea@users.noreply.github.com.evil>', ['1 ann']],
  ])('are co-authors by %s', async (_name, email, expected) => {
    expect(await authorsOf(commitJson(numbered(1), { message: `Fix\n\nCo-authored-by: Bea <${email}>\n` }))).toEqual([expected]);
  });

  it('are all co-authors, in any case, and those that another commit makes known', async () => {
    const message = 'Fix\n\nCo-authored-by: Bea <bea@acme.test>\r\nCO-AUTHORED-BY: Carl <3+carl@users.noreply.github.com>';
    const commits = [commitJson(numbered(1), { message }), commitJson(numbered(2), { author: bea, email: 'Bea@acme.test' })];
    expect(await authorsOf(...commits)).toEqual([['1 ann', '2 bea', '3 carl'], ['2 bea']]);
  });
});
