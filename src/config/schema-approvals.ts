// Who approves, for how long, and what a push or the end of the pull request does to it, as it is written.
import { z } from 'zod';
import { duration, name, strict, text } from './schema-parts.ts';
import { count, RuleNode } from './schema-rule.ts';
import { WAITING } from './schema-waiting.ts';

const closing = z.enum(['cancel', 'keep']);
const OnPush = strict({
  keep: z
    .union([z.literal(false), z.literal('requester')], { error: 'false or requester' })
    .optional()
    .describe(
      'Whether the requester may go back to the commit before the push, if whoever pushed is not needed. It takes new approvals. Default `false`.',
    ),
  small: strict({
    lines: z.int().min(1).max(1_000).describe('At most so many changed lines.'),
    files: z.array(text).min(1).max(50).describe('Every changed file matches one of these. `*` matches within a path segment, `**` across.'),
  })
    .optional()
    .describe('A push that leaves the approvals standing, except those of whoever pushed. What changed must be known in full. Default: none.'),
});

export const Approvals = strict({
  all: z.array(RuleNode).min(1).optional().describe('Every one of these must be satisfied. One person fills one slot only.'),
  any: z.array(RuleNode).min(1).optional().describe('One of these must be satisfied.'),
  group: name.optional().describe('Short for a rule with one group.'),
  count,
  exclude: z
    .array(z.enum(['requester', 'commit-authors']))
    .optional()
    .describe(
      'Whose approval does not count. Whoever asked, and whoever pushed since, never counts, listed or not. `commit-authors`: nor do authors and co-authors of the commits since the live version. Default `[requester]`.',
    ),
  expire: duration.optional().describe('How long a request waits for approval. Default `4h`.'),
  onPush: OnPush.optional().describe('What a push before the last approval does, beyond a new revision that takes new approvals.'),
  onClose: closing.optional().describe('What becomes of a request whose pull request is closed. Default `cancel`.'),
  onMerge: closing
    .optional()
    .describe('What becomes of a request whose pull request is merged: `keep` as long as the merged head is what is to be built. Default `keep`.'),
  stepUp: z
    .literal('github')
    .optional()
    .describe(
      '`github`: an approval clicked in Slack counts only once the same person confirms it with `/approve` on a pull request of the repository. Default: off.',
    ),
  ...WAITING,
});
