// Pipelines of Buildkite by name, for what concerns builds that Countersign did not start.
import { z } from 'zod';
import { PipelineBlocks } from './schema-blocks.ts';
import { name, pipelineSlug, repo, stepKey, strict } from './schema-parts.ts';

const PipelineEntry = strict({
  repo: repo.describe('GitHub repository that it builds, `owner/name`: who acts on its builds can still read it.'),
  zone: name.optional().describe('Trust zone. Default `default`.'),
  outside: z
    .enum(['ignore', 'tell', 'cancel'])
    .optional()
    .describe(
      'A build that deploys though nobody asked Countersign for it: `tell` the channel, with a button that cancels it; `cancel` it at once, unless it names a request, which is told; or `ignore` it. Default `tell`.',
    ),
  deploySteps: z
    .array(stepKey)
    .min(1)
    .max(50)
    .optional()
    .describe('Keys of the steps that deploy: `outside` is about builds that start one of them. Needs the event `job.started` of the webhook.'),
  dedicated: z.boolean().optional().describe('Every build of it deploys: `outside` is about all of them. Default `false`.'),
  blocks: PipelineBlocks.optional().describe('Who unblocks its block and input steps. Left out: that is left to Buildkite.'),
});
export type PipelineEntry = z.infer<typeof PipelineEntry>;

/** By slug. */
export const pipelines = z.record(pipelineSlug, PipelineEntry);
