// Break glass, as it is written.
import { z } from 'zod';
import { duration, name, strict } from './schema-parts.ts';
import type { RuleEntry } from './schema-rule.ts';
import { SKIPPABLE } from '../policy/environment-policy.ts';

/** A rule without conditions: what is owed must not hang on what was deployed. */
const ReviewRule: z.ZodType<Pick<RuleEntry, 'all' | 'any' | 'group' | 'count'>> = z.lazy(() =>
  strict({
    all: z.array(ReviewRule).min(1).optional().describe('Every one of these.'),
    any: z.array(ReviewRule).min(1).optional().describe('One of these.'),
    group: name.optional().describe('People of this group.'),
    count: z.int().min(1).max(20).optional().describe('How many of the group. Default 1.'),
  }),
);

export const EmergencySection = strict({
  review: ReviewRule.optional().describe(
    'Who signs it off, or disputes it, afterwards: `{ group: sre, count: 1 }`. Whoever asked never does. Required where `may.emergency` names somebody.',
  ),
  skip: z
    .array(z.enum(SKIPPABLE))
    .optional()
    .describe(
      `Gates that are told and stop nobody. Never skipped: who asks, parameters, the ref, forks, drafts, and whether the head has moved. Default: all of \`[${SKIPPABLE.join(', ')}]\`.`,
    ),
  remind: duration.optional().describe('Pause before reviewers are reminded; each further one is twice as long, up to a day. Default `1h`.'),
});
