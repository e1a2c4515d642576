// The request's card as a GitHub comment. Pure.
import type { DeployStatus } from '../../workflows/status.ts';
import type { RenderContext } from './context.ts';
import { cardMarker } from './marker.ts';

/** Markdown of the card, hidden marker included; at most 65,536 characters. */
export function cardMarkdown(status: DeployStatus, _context: RenderContext): string {
  return `### ${status.phase.kind}\n\n${cardMarker(status.workflowId)}`;
}
