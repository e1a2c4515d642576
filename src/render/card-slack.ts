// The request's card as a Slack message. Pure.
import type { DeployStatus } from '../../workflows/status.ts';
import type { RenderContext } from './context.ts';
import type { SlackMessage } from './message.ts';

/** The card, with buttons exactly while they work. */
export function cardMessage(status: DeployStatus, _context: RenderContext): SlackMessage {
  return { text: status.phase.kind, blocks: [] };
}
