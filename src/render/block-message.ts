// The messages of a build that waits at a block step: its comment, its message with the buttons, its lines on the home tab. Pure.
import type { Button, KnownBlock } from '@slack/types';
import type { BlockStatus } from '../../workflows/block-contract.ts';
import { asks, blockCard, fieldFacts, whatWords, type BlockRead } from './block-card.ts';
import { actions, button, linesSection } from './blocks.ts';
import type { ButtonSpec } from './blocks.ts';
import { drawCard, markedComment } from './card-github.ts';
import { headlineOf, drawnMessage } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { code, quoted, say, time } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { missingWords } from './rule-words.ts';

/** What tells the cards of one build's steps apart. */
export const blockCardKey = ({ workflowId, job }: BlockStatus): string => `${workflowId}:${job.id}`;

/** Markdown of the step's comment, hidden marker included. */
export function blockMarkdown(status: BlockStatus, context: RenderContext): string {
  return markedComment(blockBody(status, context), blockCardKey(status));
}

export function blockBody(status: BlockStatus, context: RenderContext): string {
  return drawCard(blockCard({ status, context, surface: 'github' }), context);
}

/** `buttons`: exactly while they work, and only on the step's own message. */
export function blockMessage(status: BlockStatus, context: RenderContext, buttons: 'buttons' | 'plain'): SlackMessage {
  const drawn = blockCard({ status, context, surface: 'slack' });
  const { phase, tally, plan } = status;
  const needed = phase.kind === 'waiting' ? missingWords(tally.tree, 'groups') : [];
  const sentences = [
    ...(needed.length === 0 ? [] : [say`Needs ${needed}.`]),
    ...(phase.kind === 'waiting' ? [say`Expires ${time(phase.expiresAt)}.`] : []),
    say`Code ${plan.code}.`,
  ];
  const isOpen = phase.kind === 'waiting' && !tally.satisfied;
  return drawnMessage(drawn, context, { sentences, buttons: buttons === 'buttons' && isOpen ? buttonsOf(status, context) : [] });
}

/** In short, with the buttons of its card. */
export function blockForHome(status: BlockStatus, context: RenderContext): readonly KnownBlock[] {
  const read: BlockRead = { status, context, surface: 'slack' };
  const { phase, tally, plan } = status;
  const until = phase.kind === 'waiting' ? say` · until ${time(phase.expiresAt)}` : [];
  const lines = [
    say`${headlineOf(blockCard(read))}`,
    whatWords(read),
    ...asks(read),
    say`needs ${missingWords(tally.tree, 'name')}${until} · ${code(plan.code)}`,
    ...fieldFacts(status).map(({ value }) => value),
  ];
  return [...linesSection(lines, context.now), ...actions(buttonsOf(status, context))];
}

function buttonsOf(status: BlockStatus, { now }: RenderContext): readonly Button[] {
  const { plan, workflowId, build, job, contract } = status;
  const target = { deployId: workflowId, contract, sha: null, now };
  const approve: ButtonSpec =
    plan.fields.length > 0
      ? { action: 'fill', label: 'Fill in and approve', style: 'primary' }
      : {
          action: 'approve',
          label: 'Approve',
          style: 'primary',
          confirm: {
            title: 'Let this build go on?',
            text: say`You sign that build ${build.number} of ${code(build.pipeline)} goes on after ${quoted(job.label.slice(0, 80))}, and nothing else.`,
            yes: 'Approve',
            style: 'primary',
          },
        };
  return [button(approve, target), button({ action: 'reject', label: 'Reject', style: 'danger' }, target)];
}
