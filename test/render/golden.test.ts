// What people see, as files to read: golden/github/*.md as GitHub shows them, golden/slack/*.json as Slack gets them.
import { describe, expect, it } from 'vitest';
import { cardMarkdown } from '../../src/render/card-github.ts';
import { checkRunView, supersededCheckRun } from '../../src/render/check-run.ts';
import { cardMessage } from '../../src/render/card-slack.ts';
import { deploymentView } from '../../src/render/deployment.ts';
import { detailsMessage } from '../../src/render/details-slack.ts';
import { called, toGithub, toSlack } from '../../src/render/inline.ts';
import type { SlackMessage } from '../../src/render/message.ts';
import type { Hints } from '../../src/render/reason-text.ts';
import { newsMessage } from '../../src/render/people-news.ts';
import { reasonItem, reasonSentence } from '../../src/render/reasons.ts';
import { reminderMarkdown, reminderMessage } from '../../src/render/reminder.ts';
import { replyMarkdown } from '../../src/render/reply-github.ts';
import { replyMessage } from '../../src/render/reply-slack.ts';
import { alsoLine, announcementMarkdown, threadMessage } from '../../src/render/thread-line.ts';
import { slackTexts } from '../support/message-text.ts';
import { NEWS, REASONS, REPLY_LIST } from '../support/replies.ts';
import type { Reminder } from '../../workflows/activities.ts';
import { EXAMPLES, EXAMPLE_LIST } from '../support/examples.ts';
import { CODE, NOTHING_TOLD, NOW, bea, dan, eve, exampleContext } from '../support/views.ts';
import { checkView } from '../support/slack-blocks.ts';
import { VIEWS } from '../support/slack-views.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

const drawn = (message: SlackMessage | null): string =>
  message === null
    ? '–'
    : slackTexts(message)
        .slice(1)
        .map(({ text }) => text)
        .join('\n');

describe('cards', () => {
  it.each(EXAMPLE_LIST)('%s reads on GitHub as its golden file', async (name, status) => {
    await expect(`${cardMarkdown(status, exampleContext)}\n`).toMatchFileSnapshot(`../golden/github/card-${name}.md`);
  });

  it.each(EXAMPLE_LIST)('%s reads in Slack as its golden file', async (name, status) => {
    await expect(json(cardMessage(status, exampleContext))).toMatchFileSnapshot(`../golden/slack/card-${name}.json`);
  });

  it.each(EXAMPLE_LIST.filter(([name]) => name.startsWith('waiting') || name === 'failed' || name === 'planned'))(
    'details of %s read as their golden file',
    async (name, status) => {
      await expect(json(detailsMessage(status, exampleContext))).toMatchFileSnapshot(`../golden/slack/details-${name}.json`);
    },
  );

  it.each(['reminder', 'escalation'] as const)('call people as their golden file: %s', async (kind) => {
    const status = EXAMPLES.waiting[kind === 'reminder' ? 'waiting-half' : 'waiting-escalated'];
    const called: Reminder = { kind, people: kind === 'reminder' ? [dan] : [eve], at: NOW };
    await expect(json(reminderMessage(status, called, exampleContext))).toMatchFileSnapshot(`../golden/slack/${kind}.json`);
    await expect(`${reminderMarkdown(status, called, exampleContext)}\n`).toMatchFileSnapshot(`../golden/github/${kind}.md`);
  });

  it('are accompanied on GitHub by a check run and a deployment that read as their golden file', async () => {
    const shown = EXAMPLE_LIST.map(([name, status]) => {
      const check = checkRunView(status, '/deploy');
      const deployment = deploymentView(status, '/deploy');
      const of = check === null ? '–' : `${check.conclusion ?? check.status}: ${check.title}\n\n${check.summary}`;
      return `## ${name}\n\ncheck run ${of}\n\ndeployment ${deployment === null ? '–' : `${deployment.state}: ${deployment.description}`}`;
    });
    const superseded = supersededCheckRun(EXAMPLES.waiting['waiting-new-revision']);
    const text = [...shown, `## superseded\n\ncheck run ${superseded.conclusion}: ${superseded.title}\n\n${superseded.summary}`].join('\n\n');
    await expect(`${text}\n`).toMatchFileSnapshot('../golden/github/checks-and-deployments.md');
  });

  it('are accompanied by lines that read as their golden file', async () => {
    const lines = EXAMPLE_LIST.map(([name, status]) => {
      const also = alsoLine(status, exampleContext);
      return [
        `## ${name}`,
        `thread: ${drawn(threadMessage(status, exampleContext))}`,
        `whole timeline: ${drawn(threadMessage(status, exampleContext, NOTHING_TOLD))}`,
        `also: ${drawn(also)}`,
        `new on GitHub: ${announcementMarkdown(status, exampleContext) ?? '–'}`,
      ].join('\n');
    });
    await expect(`${lines.join('\n\n')}\n`).toMatchFileSnapshot('../golden/lines.txt');
  });
});

describe('the deploy form and the home tab', () => {
  it.each(VIEWS)('%s reads as its golden file, and is taken by Slack', async (name, view) => {
    expect(checkView(view)).toEqual([]);
    await expect(json(view)).toMatchFileSnapshot(`../golden/slack/${name}.json`);
  });
});

describe('answers', () => {
  it.each(REPLY_LIST)('%s reads on GitHub as its golden file', async (name, reply) => {
    const { reaction, markdown } = replyMarkdown(reply, exampleContext);
    await expect(`reaction: ${reaction ?? 'none'}\n\n${markdown ?? '(no comment)'}\n`).toMatchFileSnapshot(`../golden/github/reply-${name}.md`);
  });

  it.each(REPLY_LIST)('%s reads in Slack as its golden file', async (name, reply) => {
    await expect(json(replyMessage(reply, exampleContext))).toMatchFileSnapshot(`../golden/slack/reply-${name}.json`);
  });
});

describe('what people are told about their own accounts', () => {
  it.each(NEWS.map((news) => [news.kind, news] as const))('%s reads as its golden file', async (kind, news) => {
    await expect(json(newsMessage(news, exampleContext))).toMatchFileSnapshot(`../golden/slack/news-${kind}.json`);
  });
});

describe('whoever can act', () => {
  it.each(['bea', 'bea-b', 'bea_acme', 'bea-b_acme'])('is called on GitHub by the login %s', (login) => {
    const person = { ...bea, github: { id: 7, login } };
    expect(toGithub([called(person)], { now: NOW })).toBe(`@${login}`);
  });
});

describe('reasons', () => {
  it.each(['github', 'slack'] as const)('read on %s as their golden file', async (surface) => {
    const hints: Hints = { prefix: '/deploy', surface, again: '/deploy api to production', act: null, code: CODE };
    const draw = surface === 'github' ? toGithub : toSlack;
    const lines = Object.entries(REASONS).map(
      ([name, reason]) =>
        `${name}\n  card:  ${draw(reasonItem(reason, hints), { now: NOW })}\n  click: ${draw(reasonSentence(reason, { ...hints, act: 'approve' }), { now: NOW })}`,
    );
    await expect(`${lines.join('\n\n')}\n`).toMatchFileSnapshot(`../golden/reasons-${surface}.txt`);
  });
});
