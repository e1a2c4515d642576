// Writes the JSON schema of Slack's blocks, made from Slack's own typings, against which tests check every message. Run after updating @slack/types.
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGenerator } from 'ts-json-schema-generator';

export const SLACK_BLOCKS_SCHEMA = new URL('../test/fixtures/slack-blocks.schema.json', import.meta.url);

export function slackBlocksSchema(): string {
  const generator = createGenerator({
    path: fileURLToPath(new URL('../node_modules/@slack/types/dist/block-kit/blocks.d.ts', import.meta.url)),
    type: 'KnownBlock',
    skipTypeCheck: true,
    // The typings' comments are documentation of Slack's, not rules.
    jsDoc: 'none',
  });
  return `${JSON.stringify(generator.createSchema('KnownBlock'), null, 1)}\n`;
}

if (import.meta.main) writeFileSync(SLACK_BLOCKS_SCHEMA, slackBlocksSchema());
