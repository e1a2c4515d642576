// Which files a deploy changes, by GitHub's comparison.
import type { ChangedFile, ChangedFiles } from '../policy/facts.ts';
import type { CommitSha } from '../../workflows/vocabulary.ts';
import type { Repo } from './api.ts';
import { addressOf, type Requests } from './requests.ts';
import { FileComparison, type ComparedFile } from './schema.ts';

/** GitHub lists at most so many, and only on the first page (https://docs.github.com/en/rest/commits/commits#compare-two-commits). */
const FILES_MAX = 300;

/**
 * GitHub compares `head` with the last commit that both have in common. Where `base` has commits of its own, what those changed goes away
 * with a deploy of `head`, so it counts as changed too.
 */
export async function readChangedFiles(requests: Requests, repo: Repo, base: string, head: CommitSha): Promise<ChangedFiles> {
  const forward = await compareFiles(requests, repo, base, head);
  if (forward.status === 'ahead' || forward.status === 'identical') return { ...listed(forward), isExact: true };
  const backward = await compareFiles(requests, repo, head, base);
  const [added, lost] = [listed(forward), listed(backward)];
  const isComplete = added.isComplete && lost.isComplete;
  // A commit that `base` has, and `head` not a single one of its own: the way back is exactly what changes.
  return { files: merged(added.files, lost.files), isComplete, isExact: forward.status === 'behind' };
}

function compareFiles(requests: Requests, repo: Repo, base: string, head: string): Promise<FileComparison> {
  return requests.read({
    doing: `reading the files that differ between ${base} and ${head}`,
    as: repo.installation,
    route: 'GET /repos/{owner}/{repo}/compare/{basehead}',
    params: { ...addressOf(repo.slug), basehead: `${base}...${head}`, per_page: 1, page: 1 },
    answer: FileComparison,
  });
}

function listed({ files }: FileComparison): Omit<ChangedFiles, 'isExact'> {
  return { files: (files ?? []).map(describeFile), isComplete: files !== undefined && files !== null && files.length < FILES_MAX };
}

/** GitHub counts no lines in binary files. It tells them by nothing else, so a moved or empty file without lines is not counted either. */
function describeFile({ filename, previous_filename: before, additions, deletions }: ComparedFile): ChangedFile {
  const lines = additions + deletions;
  return { path: filename, before: before ?? null, lines: lines === 0 ? null : lines };
}

function merged(added: readonly ChangedFile[], lost: readonly ChangedFile[]): readonly ChangedFile[] {
  const files = new Map(added.map((file) => [file.path, file]));
  for (const file of lost) {
    const other = files.get(file.path);
    const lines = other === undefined ? file.lines : other.lines === null || file.lines === null ? null : other.lines + file.lines;
    files.set(file.path, { path: file.path, before: file.before ?? other?.before ?? null, lines });
  }
  return [...files.values()];
}
