// A field in which one of several is chosen, within Slack's limits: https://docs.slack.dev/reference/block-kit/block-elements/select-menu-element.
import type { InputBlock, PlainTextElement, PlainTextOption } from '@slack/types';
import { slackPlain } from './escape.ts';
import { optionKey } from './form-fields.ts';

const OPTIONS_MAX = 100;
const OPTION_TEXT_MAX = 75;
const TYPED_MAX = 200;

export const plain = (text: string, max: number): PlainTextElement => ({ type: 'plain_text', text: slackPlain(text, max) });

export interface Choice {
  readonly block: string;
  readonly action: string;
  readonly label: string;
  readonly placeholder: string;
  readonly options: readonly string[];
  readonly chosen: string | null;
  /** Whether the rest of the form depends on it. */
  readonly isHeard: boolean;
}

/** A list to choose from; where there are more options than a list takes (or none), the name is typed. */
export function choice({ block, action, label, placeholder, options, chosen, isHeard }: Choice): InputBlock {
  const element: InputBlock['element'] =
    options.length > OPTIONS_MAX || options.length === 0
      ? {
          type: 'plain_text_input',
          action_id: action,
          placeholder: plain(placeholder, 150),
          max_length: TYPED_MAX,
          ...(isHeard ? { dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] } } : {}),
          ...(chosen === null ? {} : { initial_value: chosen }),
        }
      : {
          type: 'static_select',
          action_id: action,
          placeholder: plain(placeholder, 150),
          options: options.map(option),
          ...(chosen !== null && options.includes(chosen) ? { initial_option: option(chosen) } : {}),
        };
  return { type: 'input', block_id: block, label: plain(label, 150), element, ...(isHeard ? { dispatch_action: true } : {}) };
}

function option(value: string): PlainTextOption {
  return { text: plain(value, OPTION_TEXT_MAX), value: optionKey(value) };
}
