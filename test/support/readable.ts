// What the platforms were sent, as a person reads it: without link targets, invisible characters and the like.
import { slackTexts } from './message-text.ts';
import type { SlackMessage } from '../../src/render/message.ts';
import type { SimContent } from '../../src/sim/slack/world.ts';

/** The texts of all blocks, one a line; the fallback text where there is no block. */
export function readableSlack(content: SimContent): string {
  const texts = slackTexts(asMessage(content)).slice(content.blocks.length === 0 ? 0 : 1);
  return texts
    .map(({ text }) =>
      text
        .replaceAll(/<!date\^[^|>]*\|([^>]*)>/g, '$1')
        .replaceAll(/<https?:[^|>]*\|([^>]*)>/g, '$1')
        .replaceAll('&lt;', '<')
        .replaceAll('&gt;', '>')
        .replaceAll('&amp;', '&'),
    )
    .join('\n');
}

export function readableMarkdown(body: string): string {
  return body
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll('\u200B', '')
    .replaceAll(/\\([[\]()*_`~<>#|])/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** The simulator accepted these blocks, so they are what the typings say. */
export function asMessage({ text, blocks }: SimContent): SlackMessage {
  return { text, blocks: blocks as unknown as SlackMessage['blocks'] };
}
