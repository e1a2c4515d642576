// Example requests as they are written: what somebody asks, what GitHub and the environments say, and what should come of it.
// Everything that is left out is good: an example states only what it is about.
import { z } from 'zod';
import { duration, strict, text } from './schema-parts.ts';
import { ROLES } from '../policy/environment-policy.ts';

const names = z.array(text);

const Request = strict({
  service: text,
  environment: text,
  by: text.describe('A name of `people`; any other word is somebody on GitHub whom the configuration does not know.'),
  role: z.enum(ROLES).optional().describe('Their role on the repository. Default `write`.'),
  in: z.enum(['github', 'slack']).optional().describe('Where it is asked. Default `github`.'),
  ref: z
    .string()
    .regex(/^(?:pull-request|default-branch|tag|commit|branch:\S{1,200})$/, 'pull-request, default-branch, tag, commit or branch:NAME')
    .optional()
    .describe('Default `pull-request`.'),
  parameters: z.record(z.string(), z.string()).optional(),
  emergency: text
    .optional()
    .describe('The reason: it is asked for as an emergency. Then votes are those of its review: to sign it off, or (`reject`) to dispute it.'),
});

const Given = strict({
  checks: z
    .union([z.literal('none'), strict({ failed: names.optional(), pending: names.optional(), passed: names.optional() })], {
      error: 'none, or { passed: […], failed: […], pending: […] }',
    })
    .optional()
    .describe('Default: every check that the environment names (or one) is green.'),
  review: z.enum(['approved', 'changes-requested', 'review-required']).optional().describe('Of the pull request. Default `approved`.'),
  behind: z.int().min(0).optional().describe('Commits of the base that the pull request lacks. Default 0.'),
  draft: z.boolean().optional(),
  fork: z.boolean().optional(),
  pushedSince: z.boolean().optional().describe('Somebody pushed after the command.'),
  authors: names.optional().describe('Who wrote the commits since the live version. Default: somebody unknown to the configuration.'),
  files: names.optional().describe('Paths that change. Default: not known, so that conditions on files and sizes are not, either.'),
  lines: z.int().min(0).optional().describe('Changed lines of all files together. Default: one for each file.'),
  labels: names.optional().describe('Labels of the pull request. Default: none.'),
  live: z.enum(['ancestor', 'nothing', 'diverged']).optional().describe('What is live here, seen from the requested commit. Default `ancestor`.'),
  before: z.record(text, duration).optional().describe('Since when this commit is live in other environments. Default: long enough.'),
  notBefore: names.optional().describe('Environments where this commit is not live.'),
  groups: z.record(text, names).optional().describe('Members of groups that are read from GitHub or Slack.'),
  unreadable: z
    .array(z.enum(['checks', 'ref', 'live']))
    .optional()
    .describe('What can not be read.'),
});

const Vote = strict({
  by: text,
  reject: text.optional().describe('The reason. Left out: an approval.'),
  in: z.enum(['github', 'slack']).optional().describe('Where it is said. Default `github`, where `stepUp` asks for no more.'),
});

const Expectation = strict({
  outcome: z.enum(['approved', 'waiting', 'refused', 'rejected']),
  reasons: names.optional().describe('Codes of the gates’ reasons, exactly these.'),
  needs: names.optional().describe('Groups that are still asked, exactly these.'),
  owes: names.optional().describe('Of an emergency: groups that still have to sign it off, exactly these.'),
  unconfirmed: names.optional().describe('Whose approvals have to be confirmed on GitHub, exactly these.'),
  uncounted: z.record(text, names).optional().describe('Whose votes do not count, and the codes why.'),
});

const ExampleEntry = strict({
  name: text.describe('A sentence about the policy.'),
  request: Request,
  given: Given.optional(),
  votes: z.array(Vote).optional(),
  expect: Expectation,
});
export type ExampleEntry = z.infer<typeof ExampleEntry>;

export const ExampleFile = strict({ version: z.literal(1), examples: z.array(ExampleEntry).min(1) });
export type ExampleFile = z.infer<typeof ExampleFile>;
