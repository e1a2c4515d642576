// Slack's blocks, built within Slack's limits (https://docs.slack.dev/reference/block-kit/blocks). Text comes in as words with meaning.
import type { ActionsBlock, Button, ConfirmationDialog, ContextBlock, HeaderBlock, SectionBlock } from '@slack/types';
import type { Contract } from '../../workflows/vocabulary.ts';
import { ACTIONS, encodeActionValue } from './actions.ts';
import type { ActionName } from './actions.ts';
import { slackPlain } from './escape.ts';
import { toSlack, toWords } from './inline.ts';
import type { Inline } from './inline.ts';
import type { Fact } from './view.ts';

const HEADER_MAX = 150;
const SECTION_MAX = 2_900;
const LINE_MAX = 1_200;
const FIELD_MAX = 600;
const FIELDS_MAX = 10;
const CONTEXT_MAX = 900;

export function header(words: Inline, now: number): HeaderBlock {
  return { type: 'header', text: { type: 'plain_text', text: slackPlain(toWords(words, now), HEADER_MAX), emoji: true } };
}

export function section(markdown: string): SectionBlock {
  return { type: 'section', text: { type: 'mrkdwn', text: markdown } };
}

/** Lines of one section; those that don't fit are counted. */
export function linesSection(lines: readonly Inline[], now: number, max = SECTION_MAX): readonly SectionBlock[] {
  const drawn = lines.map((line) => toSlack(line, { now, max: LINE_MAX })).filter((line) => line.trim() !== '');
  const shown: string[] = [];
  let room = max - 20;
  for (const line of drawn) {
    room -= line.length + 1;
    if (room < 0) {
      shown.push(`and ${drawn.length - shown.length} more`);
      break;
    }
    shown.push(line);
  }
  return shown.length === 0 ? [] : [section(shown.join('\n'))];
}

/** Two columns. */
export function fields(facts: readonly Fact[], now: number): readonly SectionBlock[] {
  if (facts.length === 0) return [];
  const shown = facts.slice(0, FIELDS_MAX);
  return [
    {
      type: 'section',
      fields: shown.map(({ label, value }) => ({ type: 'mrkdwn', text: `*${label}*\n${toSlack(value, { now, max: FIELD_MAX })}` })),
    },
  ];
}

export function context(lines: readonly Inline[], now: number): readonly ContextBlock[] {
  const elements = lines
    .filter((line) => line.length > 0)
    .map((line) => ({ type: 'mrkdwn' as const, text: toSlack(line, { now, max: CONTEXT_MAX }) }));
  return elements.length === 0 ? [] : [{ type: 'context', elements }];
}

export interface ButtonSpec {
  readonly action: ActionName;
  readonly label: string;
  readonly style?: 'primary' | 'danger';
  readonly confirm?: { readonly title: string; readonly text: Inline; readonly yes: string; readonly style?: 'primary' | 'danger' };
}

/** What every button of a card refers to. */
export interface ButtonTarget {
  readonly deployId: string;
  readonly contract: Contract | null;
  readonly sha: string | null;
  readonly now: number;
}

export function button(spec: ButtonSpec, target: ButtonTarget): Button {
  const { deployId, contract, sha, now } = target;
  return {
    type: 'button',
    action_id: ACTIONS[spec.action],
    text: { type: 'plain_text', text: spec.label, emoji: true },
    value: encodeActionValue({ deployId, contract, sha }),
    ...(spec.style === undefined ? {} : { style: spec.style }),
    ...(spec.confirm === undefined ? {} : { confirm: dialog(spec.confirm, now) }),
  };
}

function dialog(confirm: NonNullable<ButtonSpec['confirm']>, now: number): ConfirmationDialog {
  return {
    title: { type: 'plain_text', text: slackPlain(confirm.title, 100) },
    text: { type: 'mrkdwn', text: toSlack(confirm.text, { now, max: 300 }) },
    confirm: { type: 'plain_text', text: slackPlain(confirm.yes, 30) },
    deny: { type: 'plain_text', text: 'Not yet' },
    ...(confirm.style === undefined ? {} : { style: confirm.style }),
  };
}

export function actions(elements: readonly Button[]): readonly ActionsBlock[] {
  return elements.length === 0 ? [] : [{ type: 'actions', elements: [...elements] }];
}
