// The messages of a build that waits at a block step: its comment, its message with the buttons, its lines on the home tab. Pure.
import type { Button, KnownBlock } from '@slack/types';
import type { BlockStatus } from '../../workflows/block-contract.ts';
import { asks, blockCard, fieldFacts, whatWords, type BlockRead } from './block-card.ts';
import { actions, button, header, linesSection } from './blocks.ts';
import type { ButtonSpec } from './blocks.ts';
import { COMMENT_MAX, drawCard, fitted } from './card-github.ts';
import { cardBlocks, headlineOf } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { code, join, quoted, say, time, toSlackFallback } from './inline.ts';
import { cardMarker } from './marker.ts';
import type { SlackMessage } from './message.ts';
import { missingWords } from './rule-words.ts';

/** What tells the cards of one build's steps apart. */
export const blockCardKey = ({ workflowId, job }: BlockStatus): string => `${workflowId}:${job.id}`;

/** Markdown of the step's comment, hidden marker included. */
export function blockMarkdown(status: BlockStatus, context: RenderContext): string {
  const marker = cardMarker(blockCardKey(status));
  return `${fitted(blockBody(status, context), COMMENT_MAX - marker.length - 2)}\n\n${marker}`;
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
    say`${headlineOf(drawn)}.`,
    ...(needed.length === 0 ? [] : [say`Needs ${needed}.`]),
    ...(phase.kind === 'waiting' ? [say`Expires ${time(phase.expiresAt)}.`] : []),
    say`Code ${plan.code}.`,
  ];
  return {
    text: toSlackFallback(join(sentences, ' '), { now: context.now, max: 1_000 }),
    blocks: [
      header(headlineOf(drawn), context.now),
      ...cardBlocks(drawn, context),
      ...actions(buttons === 'buttons' && phase.kind === 'waiting' && !tally.satisfied ? buttonsOf(status, context) : []),
    ],
  };
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
