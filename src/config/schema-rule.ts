// Who must approve, as it is written: a tree of groups, parts of which may hang on conditions.
import { z } from 'zod';
import { matching, name, strict, text } from './schema-parts.ts';

/** `branch:` and a pattern in git's own letters, or one of the words. */
export const refs = z
  .array(
    matching(/^(?:default-branch|pull-request|tags|branch:[^\s~^:?[\\]{1,200})$/, 'default-branch, pull-request, tags or branch:PATTERN').max(210),
  )
  .min(1);
const globs = z.array(matching(/^[^/\s\\][^\\\n]{0,199}$/, 'a glob from the top of the repository, such as docs/** or **/*.md')).min(1);
const limit = matching(/^(?:<=|>=|<|>) ?\d{1,7}$/, 'a bound such as "<= 50"');
const Condition = strict({
  files: globs.optional().describe('Some changed file matches one of these globs: `db/**`, `**/*.sql`. `*` stays within a folder.'),
  onlyFiles: globs.optional().describe('Every changed file matches one of these globs.'),
  labels: z
    .array(text)
    .min(1)
    .optional()
    .describe('The pull request has one of these labels. Whoever may triage can set them: by themselves no ground for `auto`.'),
  author: z
    .array(text)
    .min(1)
    .optional()
    .describe(
      'Names of people or groups: the author of the pull request (else of the commit) and everybody else who wrote what changes is among them. Without a pull request it never holds for certain: anybody can write any author into a commit.',
    ),
  size: strict({
    lines: limit.optional().describe('Added and removed lines together, such as `"<= 50"`.'),
    files: limit.optional().describe('Changed files, such as `"<= 10"`.'),
  })
    .optional()
    .describe('How much changes.'),
  ref: refs.optional().describe('What is deployed is one of these: the words of `refs`.'),
});

export type RuleEntry = {
  readonly all?: readonly RuleEntry[] | undefined;
  readonly any?: readonly RuleEntry[] | undefined;
  readonly group?: string | undefined;
  readonly count?: number | undefined;
  readonly auto?: string | undefined;
  readonly when?: z.infer<typeof Condition> | undefined;
};
export const count = z.int().min(1).max(20).optional().describe('How many of the group. Default 1.');
export const RuleNode: z.ZodType<RuleEntry> = z.lazy(() =>
  strict({
    all: z.array(RuleNode).min(1).optional().describe('Every one of these.'),
    any: z.array(RuleNode).min(1).optional().describe('One of these.'),
    group: name.optional().describe('People of this group.'),
    count,
    auto: name
      .optional()
      .describe('The name of a rule that needs nobody: inside `any`, with `when`. Where its condition holds, the request is approved at once.'),
    when: Condition.optional().describe(
      'Only if all of this holds for what is deployed, compared with the live version (while nothing is live, what changes and who wrote it is not known, and no `auto` approves). Otherwise the part is not asked for (in `all`) or no way (in `any`). What cannot be read never makes a rule weaker. Judged once, when the request is planned.',
    ),
  }),
);

/** A rule without conditions: of what does not hang on what was deployed, or does not know it. */
export const PlainRule: z.ZodType<Pick<RuleEntry, 'all' | 'any' | 'group' | 'count'>> = z.lazy(() =>
  strict({
    all: z.array(PlainRule).min(1).optional().describe('Every one of these.'),
    any: z.array(PlainRule).min(1).optional().describe('One of these.'),
    group: name.optional().describe('People of this group.'),
    count,
  }),
);
