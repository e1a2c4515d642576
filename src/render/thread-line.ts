// The short lines around a card: the Slack thread's timeline, the `also` channels, the new message at the end. Pure.
import type { DeployStatus } from '../../workflows/status.ts';
import type { RenderContext } from './context.ts';
import type { SlackMessage } from './message.ts';

/** One line for the timeline in the card's thread: what has just changed. */
export function threadLine(status: DeployStatus, _context: RenderContext): SlackMessage {
  return { text: status.phase.kind, blocks: [] };
}

/** One line for the `also` channels at the end; null while the request goes on, and for ends that changed nothing anywhere. */
export function alsoLine(status: DeployStatus, _context: RenderContext): SlackMessage | null {
  return { text: status.phase.kind, blocks: [] };
}

/** The new Slack message that is due because a person must act now (failed, blocked, votes void …); null when the edited card is enough. */
export function announcementMessage(status: DeployStatus, _context: RenderContext): SlackMessage | null {
  return { text: status.phase.kind, blocks: [] };
}

/** The new comment on the pull request at the end or when a person must act; null when the edited card is enough. */
export function announcementMarkdown(status: DeployStatus, _context: RenderContext): string | null {
  return status.phase.kind;
}
