// What commits change: file by file, as GitHub lists it for a commit and between two of them.
import { sha1 } from './commits.ts';
import { slugOf } from './lookup.ts';
import type { Json } from './payloads.ts';
import type { GithubState, SimCommit, SimFile, SimRepository } from './state.ts';

/** What these commits change together; a file that several of them touch is listed once. */
export function filesOf(commits: readonly SimCommit[]): readonly SimFile[] {
  const files = new Map<string, SimFile>();
  for (const file of commits.flatMap((commit) => commit.files)) {
    const known = files.get(file.path);
    const { additions, deletions } = known ?? { additions: 0, deletions: 0 };
    const before = file.before ?? known?.before;
    const moved = before === undefined ? {} : { before };
    files.set(file.path, { path: file.path, ...moved, additions: additions + file.additions, deletions: deletions + file.deletions });
  }
  return [...files.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

export function fileJson(state: GithubState, repository: SimRepository, { sha, file }: { readonly sha: string; readonly file: SimFile }): Json {
  const { path, before, additions, deletions } = file;
  const slug = slugOf(state, repository);
  const at = `${sha}/${path.split('/').map(encodeURIComponent).join('/')}`;
  return {
    sha: sha1(`blob ${sha} ${path}`),
    filename: path,
    ...(before === undefined ? {} : { previous_filename: before }),
    status: before === undefined ? 'modified' : 'renamed',
    additions,
    deletions,
    changes: additions + deletions,
    blob_url: `${state.webUrl}/${slug}/blob/${at}`,
    raw_url: `${state.webUrl}/${slug}/raw/${at}`,
    contents_url: `${state.apiUrl}/repos/${slug}/contents/${path.split('/').map(encodeURIComponent).join('/')}?ref=${sha}`,
  };
}
