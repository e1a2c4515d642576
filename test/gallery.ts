// Every message there is, on one page to look at: GitHub's as Markdown, Slack's as blocks, both drawn approximately.
// Development only: the examples are those of the tests.
import { mkdirSync, writeFileSync } from 'node:fs';
import { parse } from 'marked';
import type { Reminder } from '../workflows/activities.ts';
import { EXAMPLES, EXAMPLE_LIST } from './support/examples.ts';
import { NOW, dan, eve, exampleContext } from './support/views.ts';
import { REPLY_LIST } from './support/replies.ts';
import { cardMarkdown } from '../src/render/card-github.ts';
import type { DeployStatus } from '../workflows/status.ts';
import { checkRunView } from '../src/render/check-run.ts';
import { deploymentView } from '../src/render/deployment.ts';
import { cardMessage } from '../src/render/card-slack.ts';
import { detailsMessage } from '../src/render/details-slack.ts';
import type { SlackMessage } from '../src/render/message.ts';
import { reminderMarkdown, reminderMessage } from '../src/render/reminder.ts';
import { replyMarkdown } from '../src/render/reply-github.ts';
import { replyMessage } from '../src/render/reply-slack.ts';

const FILE = '.countersign/gallery.html';

const cards = EXAMPLE_LIST.map(([name, status]) =>
  row(name, [cardMarkdown(status, exampleContext), ...beside(status)], [cardMessage(status, exampleContext), detailsMessage(status, exampleContext)]),
);
const replies = REPLY_LIST.filter(([name]) => name !== 'silence').map(([name, reply]) => {
  const { reaction, markdown } = replyMarkdown(reply, exampleContext);
  return row(name, [`${reaction === null ? '' : `reaction \`${reaction}\`\n\n`}${markdown ?? ''}`], [replyMessage(reply, exampleContext)]);
});
const calls = (['reminder', 'escalation'] as const).map((kind) => {
  const status = EXAMPLES.waiting[kind === 'reminder' ? 'waiting-half' : 'waiting-escalated'];
  const called: Reminder = { kind, people: kind === 'reminder' ? [dan] : [eve], at: NOW };
  return row(kind, [reminderMarkdown(status, called, exampleContext)], [reminderMessage(status, called, exampleContext)]);
});
mkdirSync('.countersign', { recursive: true });
writeFileSync(FILE, page([...cards, ...calls, ...replies].join('\n')));
process.stdout.write(`${FILE}: ${EXAMPLE_LIST.length} cards, ${REPLY_LIST.length - 1} answers\n`);

/** The check run and the deployment beside the card. */
function beside(status: DeployStatus): readonly string[] {
  const check = checkRunView(status, exampleContext.prefix);
  const deployment = deploymentView(status, exampleContext.prefix);
  return [
    ...(check === null ? [] : [`_check run_ \`${check.conclusion ?? check.status}\` **${check.title}**\n\n${check.summary}`]),
    ...(deployment === null ? [] : [`_deployment_ \`${deployment.state}\` ${deployment.description}`]),
  ];
}

function row(name: string, markdown: readonly string[], messages: readonly SlackMessage[]): string {
  const github = markdown.map((text) => `<article class="github">${parse(text, { async: false, gfm: true })}</article>`);
  return `<section id="${name}"><h2>${name}</h2><div>${github.join('')}</div><div>${messages.map(slack).join('')}</div></section>`;
}

function slack(message: SlackMessage): string {
  return `<article class="slack"><p class="fallback">${message.text}</p>${message.blocks.map((block) => drawn(block)).join('')}</article>`;
}

function drawn(block: SlackMessage['blocks'][number]): string {
  switch (block.type) {
    case 'header':
      return `<h3>${block.text.text}</h3>`;
    case 'section':
      return `<div class="fields">${[block.text, ...(block.fields ?? [])].map((field) => (field === undefined ? '' : `<p>${mrkdwn(field.text)}</p>`)).join('')}</div>`;
    case 'context':
      return block.elements.map((element) => ('text' in element ? `<p class="context">${mrkdwn(element.text)}</p>` : '')).join('');
    case 'actions':
      return `<p>${block.elements.map((element) => (element.type === 'button' ? `<button class="${element.style ?? ''}">${element.text.text}</button>` : '')).join(' ')}</p>`;
    default:
      return `<pre>${block.type}</pre>`;
  }
}

/** Slack's mark-up, as far as our messages use it. Its text is escaped already. */
function mrkdwn(text: string): string {
  return text
    .replaceAll(/<!date\^\d+\^[^|]*\|([^>]*)>/g, '<time>$1</time>')
    .replaceAll(/<[@#]([A-Z0-9]+)>/g, '<mark>$1</mark>')
    .replaceAll(/<(https?:[^|>]*)\|([^>]*)>/g, '<a href="$1">$2</a>')
    .replaceAll(/```\n([\s\S]*?)\n```/g, '<pre>$1</pre>')
    .replaceAll(/`([^`\n]+)`/g, '<code>$1</code>')
    .replaceAll(/(^|[\s(])\*([^*\n]+)\*/g, '$1<b>$2</b>')
    .replaceAll(/(^|[\s(])_([^_\n]+)_/g, '$1<i>$2</i>')
    .replaceAll('\n', '<br>');
}

function page(body: string): string {
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Countersign: every message</title><style>
:root { color-scheme: light dark; font: 15px/1.45 system-ui, sans-serif } body { margin: 1rem auto; max-width: 100rem; padding: 0 1rem }
section { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1.5rem; border-top: 1px solid #8884 } h2 { grid-column: 1 / -1; font-size: 1rem; color: #888 }
article { border: 1px solid #8886; border-radius: 8px; padding: .5rem 1rem; margin-bottom: 1rem; overflow-wrap: anywhere } h3 { margin: .3rem 0 }
table { border-collapse: collapse } td { border: 1px solid #8886; padding: .3rem .7rem } td:first-child { white-space: nowrap } thead { display: none } .fallback, .context { color: #888; font-size: .85rem }
code { background: #8882; padding: .1em .3em; border-radius: 4px } pre { background: #8882; padding: .5rem; overflow: auto } mark { background: #1d9bd133; color: inherit }
.fields { display: grid; grid-template-columns: 1fr 1fr; gap: 0 1rem } .fields p:only-child { grid-column: 1 / -1 } p { margin: .4rem 0 }
button { padding: .3rem .8rem; border-radius: 4px; border: 1px solid #8888; background: none; font: inherit } .primary { background: #007a5a; color: #fff } .danger { color: #e01e5a }
@media (max-width: 60rem) { section { grid-template-columns: 1fr } }</style>
<h1>Every message</h1>${body}</html>`;
}
