import type { KnownBlock } from '@slack/types';

/** A Slack message: blocks, and the text that notifications and screen readers use. */
export interface SlackMessage {
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}
