// Break glass, as it is written.
import { z } from 'zod';
import { duration, strict } from './schema-parts.ts';
import { PlainRule } from './schema-rule.ts';
import { SKIPPABLE } from '../policy/environment-policy.ts';

export const EmergencySection = strict({
  review: PlainRule.optional().describe(
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
