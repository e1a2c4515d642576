// The whole request for one person. Pure.
import type { DeployStatus } from '../../workflows/status.ts';
import type { RenderContext } from './context.ts';
import type { SlackMessage } from './message.ts';

/** Every gate, the rule with who satisfied it and who is missing, all votes, contract, policy and ids. */
export function detailsMessage(status: DeployStatus, _context: RenderContext): SlackMessage {
  return { text: status.phase.kind, blocks: [] };
}
