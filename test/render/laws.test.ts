// What holds for every message there is.
import { describe, expect, it } from 'vitest';
import { inSlack, onGithub } from '../command/grammar.ts';
import { parseCommand } from '../../src/command/parse.ts';
import { ACTIONS, LINK_ACTION, decodeActionValue } from '../../src/render/actions.ts';
import { COMMENT_MAX, cardMarkdown } from '../../src/render/card-github.ts';
import { cardMessage } from '../../src/render/card-slack.ts';
import { detailsMessage } from '../../src/render/details-slack.ts';
import { toWords } from '../../src/render/inline.ts';
import { cardMarker, markedWorkflowId } from '../../src/render/marker.ts';
import type { SlackMessage } from '../../src/render/message.ts';
import type { Hints } from '../../src/render/reason-text.ts';
import { REASON_TEXT, explain } from '../../src/render/reasons.ts';
import { replyMarkdown } from '../../src/render/reply-github.ts';
import { replyMessage } from '../../src/render/reply-slack.ts';
import { alsoLine, announcementMarkdown, threadMessage } from '../../src/render/thread-line.ts';
import type { PhaseKind } from '../../workflows/status.ts';
import { githubParts, slackTexts } from '../support/message-text.ts';
import { REASONS, REPLY_LIST } from '../support/replies.ts';
import { checkMessage } from '../support/slack-blocks.ts';
import { EXAMPLE_LIST } from '../support/examples.ts';
import { CODE, exampleContext, NOTHING_TOLD } from '../support/views.ts';

type Button = { readonly action_id: string; readonly value?: string; readonly text: { readonly text: string }; readonly confirm?: unknown };
function buttons(message: SlackMessage): readonly Button[] {
  return message.blocks.flatMap((block) => (block.type === 'actions' ? (block.elements as readonly Button[]) : []));
}

const slackMessages: readonly (readonly [string, SlackMessage])[] = [
  ...EXAMPLE_LIST.map(([name, status]) => [`card ${name}`, cardMessage(status, exampleContext)] as const),
  ...EXAMPLE_LIST.map(([name, status]) => [`details ${name}`, detailsMessage(status, exampleContext)] as const),
  ...EXAMPLE_LIST.map(([name, status]) => [`thread ${name}`, threadMessage(status, exampleContext)] as const),
  ...EXAMPLE_LIST.flatMap(([name, status]) => {
    const [also, whole] = [alsoLine(status, exampleContext), threadMessage(status, exampleContext, NOTHING_TOLD)];
    return [...(also === null ? [] : [[`also ${name}`, also] as const]), [`whole timeline ${name}`, whole] as const];
  }),
  ...REPLY_LIST.filter(([name]) => name !== 'silence').map(([name, reply]) => [`reply ${name}`, replyMessage(reply, exampleContext)] as const),
];

describe('every Slack message', () => {
  it.each(slackMessages)('%s is taken by Slack and stays far below its limits', (_name, message) => {
    expect(checkMessage(message)).toEqual([]);
    expect(slackTexts(message).reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(8_000);
    const ids = buttons(message).map((button) => button.action_id);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

const LIVE_BUTTONS: Readonly<Record<PhaseKind, readonly string[]>> = {
  planning: [ACTIONS.cancel],
  waiting: [ACTIONS.approve, ACTIONS.reject, ACTIONS.details, ACTIONS.cancel],
  approved: [ACTIONS.cancel, ACTIONS.details],
  queued: [ACTIONS.details, ACTIONS.cancel],
  checking: [ACTIONS.details, ACTIONS.cancel],
  starting: [ACTIONS.details, ACTIONS.cancel],
  building: [LINK_ACTION, ACTIONS.details, ACTIONS.cancel],
  blocked: [LINK_ACTION, ACTIONS.details, ACTIONS.cancel],
  refused: [],
  planned: [],
  succeeded: [],
  'ended-badly': [],
  stopped: [],
  'not-built': [],
  rejected: [],
  expired: [],
  cancelled: [],
  terminated: [],
};

/** Approved, and only the checks are missing; a push that the requester may undo. */
const SPECIAL: Readonly<Record<string, readonly string[]>> = {
  'waiting-for-checks-approved': [ACTIONS.details, ACTIONS.cancel],
  'waiting-keepable': [ACTIONS.approve, ACTIONS.reject, ACTIONS.keep, ACTIONS.details, ACTIONS.cancel],
};

describe('buttons', () => {
  it.each(EXAMPLE_LIST.filter(([name]) => name !== 'building-cancelling'))('of %s are exactly those that work', (name, status) => {
    const drawn = buttons(cardMessage(status, exampleContext));
    expect(drawn.map((button) => button.action_id)).toEqual(SPECIAL[name] ?? LIVE_BUTTONS[status.phase.kind]);
  });

  it('of a build that is being cancelled cancel it no second time', () => {
    const [, status] = EXAMPLE_LIST.find(([name]) => name === 'building-cancelling') ?? EXAMPLE_LIST[0]!;
    expect(buttons(cardMessage(status, exampleContext)).map((button) => button.action_id)).toEqual([LINK_ACTION, ACTIONS.details]);
  });

  it('carry the request, its contract and its short SHA', () => {
    const values = EXAMPLE_LIST.flatMap(([, status]) => buttons(cardMessage(status, exampleContext)).map((button) => [status, button] as const));
    for (const [status, button] of values.filter(([, { action_id }]) => action_id !== LINK_ACTION)) {
      expect(decodeActionValue(button.value)).toEqual({
        deployId: status.workflowId,
        contract: status.plan?.contract ?? null,
        sha: status.plan?.sha.slice(0, 7) ?? null,
      });
    }
    expect(values.length).toBeGreaterThan(30);
  });

  it('ask again before an approval of a protected environment, and name what is signed', () => {
    const [, waiting] = EXAMPLE_LIST.find(([name]) => name === 'waiting-from-slack') ?? EXAMPLE_LIST[0]!;
    const dialog = JSON.stringify(buttons(cardMessage(waiting, exampleContext))[0]?.confirm);
    for (const part of ['api', 'production', 'migrate=yes', waiting.plan?.sha ?? 'no SHA']) expect(dialog).toContain(part);
    const open = { ...waiting, plan: waiting.plan === null ? null : { ...waiting.plan, isProtected: false } };
    expect(buttons(cardMessage(open, exampleContext))[0]).not.toHaveProperty('confirm');
  });

  it('are not repeated in the details', () => {
    for (const [, status] of EXAMPLE_LIST) expect(buttons(detailsMessage(status, exampleContext))).toEqual([]);
  });
});

describe('every GitHub comment', () => {
  const comments = [
    ...EXAMPLE_LIST.map(([name, status]) => [`card ${name}`, cardMarkdown(status, exampleContext)] as const),
    ...EXAMPLE_LIST.map(([name, status]) => [`news ${name}`, announcementMarkdown(status, exampleContext) ?? ''] as const),
    ...REPLY_LIST.map(([name, reply]) => [`reply ${name}`, replyMarkdown(reply, exampleContext).markdown ?? ''] as const),
  ];
  it.each(comments)('%s fits, and has no HTML but ours', (_name, markdown) => {
    expect(markdown.length).toBeLessThanOrEqual(COMMENT_MAX);
    for (const html of githubParts(markdown).html) expect(html).toMatch(/^(<\/?sub>|<!-- countersign:deploy:github:7001:9000 -->)\n*$/);
  });

  it.each(EXAMPLE_LIST)('card %s can be found again by its marker, a copy of it can not', (_name, status) => {
    const card = cardMarkdown(status, exampleContext);
    expect(card).toContain(cardMarker(status.workflowId));
    expect(markedWorkflowId(card)).toBe(status.workflowId);
    expect(markedWorkflowId(replyMarkdown({ kind: 'one-request', status }, exampleContext).markdown ?? '')).toBeNull();
  });
});

describe('words to type', () => {
  const github = [
    ...EXAMPLE_LIST.map(([, status]) => cardMarkdown(status, exampleContext)),
    ...REPLY_LIST.map(([, reply]) => (reply.kind === 'help' ? '' : (replyMarkdown(reply, exampleContext).markdown ?? ''))),
  ].flatMap((markdown) => githubParts(markdown).code);
  const slack = slackMessages
    .filter(([name]) => !name.startsWith('reply help'))
    .flatMap(([, message]) => slackTexts(message))
    .flatMap(({ text }) => Array.from(text.matchAll(/`(\/[^`]+)`/g), (match) => match[1] ?? ''));

  it.each([...new Set(github.filter((words) => /^\/(deploy|approve|reject)\b/.test(words)))])(
    'on GitHub %s is a command of this version',
    (words) => {
      expect(parseCommand(words, onGithub)).toMatchObject({ kind: 'command' });
    },
  );

  it.each([...new Set(slack.filter((words) => words.startsWith('/deploy ')))])('in Slack %s is a command of this version', (words) => {
    expect(parseCommand(words.slice('/deploy'.length), inSlack)).toMatchObject({ kind: 'command' });
  });
});

describe('reasons', () => {
  const surfaces = ['github', 'slack'] as const;
  it.each(Object.values(REASONS))('$code says what was found, and for cards its matter', (reason) => {
    for (const surface of surfaces) {
      const hints: Hints = { prefix: '/deploy', surface, again: null, act: 'approve', code: CODE };
      const { said, title } = explain(reason, hints);
      expect(said.length).toBeGreaterThan(0);
      expect(title).not.toBe('');
    }
  });

  it('name what a short SHA fits only where that is known', () => {
    const hints: Hints = { prefix: '/deploy', surface: 'slack', again: null, act: null, code: null };
    const { said } = explain({ code: 'ambiguous-ref', ref: '4f5a6b7', matches: [] }, hints);
    expect(toWords(said, 0)).toBe('4f5a6b7 fits several commits.');
  });

  it('are all there', () => {
    expect(Object.keys(REASON_TEXT).sort()).toEqual(Object.keys(REASONS).sort());
  });
});
