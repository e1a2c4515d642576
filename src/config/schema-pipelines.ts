// Pipelines of Buildkite by name, for what concerns builds that Countersign did not start.
import { z } from 'zod';
import { PipelineBlocks } from './schema-blocks.ts';
import { matching, name, strict } from './schema-parts.ts';

const PipelineEntry = strict({
  repo: matching(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/, 'owner/name').describe(
    'GitHub repository that it builds, `owner/name`: who acts on its builds can still read it.',
  ),
  zone: name.optional().describe('Trust zone. Default `default`.'),
  blocks: PipelineBlocks.optional().describe('Who unblocks its block and input steps. Left out: that is left to Buildkite.'),
});
export type PipelineEntry = z.infer<typeof PipelineEntry>;

/** By slug. */
export const pipelines = z.record(matching(/^[a-z0-9][a-z0-9-]{0,99}$/, 'the slug of a pipeline'), PipelineEntry);
