// What was written to ask for a deploy: still as it was, and about which commit.
import type { GateReason } from '../../workflows/reasons.ts';
import type { DeployRequest, ReplyTo } from '../../workflows/vocabulary.ts';
import type { FactsDeps } from './gather-facts.ts';
import type { Reader } from './reading.ts';

/** What a review looked at is what it asks for, unless it names something else. */
export function headSeen({ origin, ref }: DeployRequest): string | null {
  return ref.kind === 'head' && origin.surface === 'github' && origin.written?.kind === 'review' ? origin.written.sha : null;
}

/** Only a comment as it was posted is a command. One that can't be read has been verified when it arrived; nothing hangs on it. */
export async function whyWritingChanged(deps: Pick<FactsDeps, 'github'>, reader: Reader, origin: ReplyTo): Promise<GateReason | null> {
  if (origin.surface !== 'github') return null;
  const repo = { ...origin.repo, installation: origin.installation };
  const { comment: id, issue, written } = origin;
  // Nothing is ever started from a thread.
  const comment = await reader.read('the comment', () =>
    written?.kind === 'review' ? deps.github.readReview(repo, { issue, review: id, digest: written.digest }) : deps.github.readComment(repo, id),
  );
  if (!comment.known || comment.value?.edited === false) return null;
  return { code: 'comment-changed', how: comment.value === null ? 'deleted' : 'edited' };
}
