// Block and input steps of Buildkite, as they are written: who unblocks them, and what they ask.
import { z } from 'zod';
import { channel, duration, matching, name, stepKey, strict, text } from './schema-parts.ts';
import { count, PlainRule } from './schema-rule.ts';
import { WAITING } from './schema-waiting.ts';

const Rule = strict({
  all: z.array(PlainRule).min(1).optional().describe('Every one of these must be satisfied. One person fills one slot only.'),
  any: z.array(PlainRule).min(1).optional().describe('One of these must be satisfied.'),
  group: name.optional().describe('Short for a rule with one group.'),
  count,
  expire: duration.optional().describe('How long a step waits for approval. Default `4h`.'),
  remind: WAITING.remind,
  hours: WAITING.hours,
});
export type BlockRuleEntry = z.infer<typeof Rule>;

const Field = strict({
  key: matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/, 'the key of the field: letters, digits, "_" and "-"').describe(
    'The meta-data key that later steps read.',
  ),
  label: text.optional().describe('What is asked. Default: the key.'),
  hint: text.optional().describe('Shown below the field.'),
  options: z.array(text).min(1).max(100).optional().describe('The values to choose from. Left out: free text.'),
  multiple: z.boolean().optional().describe('Several options may be chosen. Default `false`.'),
  required: z.boolean().optional().describe('Default `true`.'),
  default: text.optional().describe('Filled in beforehand.'),
});
export type FieldEntry = z.infer<typeof Field>;

const Step = strict({
  approvals: z
    .union([z.literal('none'), Rule], { error: 'none, or a rule such as { group: sre, count: 1 }' })
    .optional()
    .describe('Who unblocks this step, in place of the rule for all; `none`: it is left to Buildkite.'),
  fields: z
    .array(Field)
    .min(1)
    .max(20)
    .optional()
    .describe("What the step asks, where it can't be read from the configuration of the pipeline (it is uploaded while the build runs)."),
});
export type StepEntry = z.infer<typeof Step>;

const shared = {
  onExpire: z
    .enum(['cancel', 'leave'])
    .optional()
    .describe('What becomes of a build whose step nobody approved in time: `cancel` it, or `leave` it blocked at Buildkite. Default `leave`.'),
  steps: z.record(stepKey, Step).optional().describe('What is different for single steps, by their `key` in the pipeline.'),
};

/** Of an environment: builds that Countersign started. */
export const EnvironmentBlocks = z.union(
  [
    z.literal('none'),
    strict({
      approvals: Rule.optional().describe('Who unblocks. Default: whoever approves deploys here. Whoever asked for the deploy never does.'),
      ...shared,
    }),
  ],
  { error: 'none, or a map' },
);

/** Of a pipeline: builds that anybody else started. */
export const PipelineBlocks = strict({
  channel: channel.optional().describe('Where the card with buttons lives. Default: `slack.channel`.'),
  approvals: Rule.describe('Who unblocks. Whoever started the build, and whoever is its author, never does.'),
  ...shared,
});
export type BlocksEntry = Pick<z.infer<typeof PipelineBlocks>, 'onExpire' | 'steps'> & { readonly approvals?: BlockRuleEntry | undefined };
