// The deploy form's fields: how they are called, and what was filled in. Shared by who draws the form and who hears it. Pure.
//
// Slack keeps what a person filled in for as long as block and action are called the same. What depends on the service therefore carries
// its name: with another service the list begins anew, and a form that is sent meanwhile says which service its environment was of.
import { digestOf } from '../ids.ts';

/** `callback_id` of the form. */
export const FORM_MODAL = 'countersign:deploy-form';

export const FORM_ACTIONS = {
  /** A button elsewhere that opens the form. */
  open: 'countersign:open-form',
  service: 'countersign:form-service',
  environment: 'countersign:form-environment',
  ref: 'countersign:form-ref',
} as const;
export const parameterAction = (name: string): string => `countersign:form-parameter:${name}`;

export const SERVICE_BLOCK = 'service';
export const REF_BLOCK = 'ref';
export const environmentBlock = (service: string): string => `environment:${service}`;
export const parameterBlock = (service: string, environment: string, name: string): string => `parameter:${service}:${environment}:${name}`;

export type FormField = 'service' | 'environment' | 'ref' | `parameter:${string}`;

/** `view.state.values` of Slack's payloads, as far as it matters here: block id → action id → what it holds. */
export type FormState = Readonly<
  Record<
    string,
    Readonly<
      Record<
        string,
        {
          readonly value?: string | null | undefined;
          readonly selected_option?: { readonly value: string } | null | undefined;
          readonly selected_options?: readonly { readonly value: string }[] | null | undefined;
        }
      >
    >
  >
>;

export interface FormValues {
  readonly service: string | null;
  /** `of`: the service whose list it was chosen from. */
  readonly environment: { readonly of: string; readonly name: string } | null;
  /** Trimmed; empty: none. */
  readonly ref: string;
  /** `chosen`: the key of an option, see `optionKey`. */
  readonly parameters: readonly { readonly of: string; readonly at: string; readonly name: string; readonly chosen: string }[];
}

export const NOTHING_FILLED_IN: FormValues = { service: null, environment: null, ref: '', parameters: [] };

export function readForm(state: FormState): FormValues {
  const filled = Object.entries(state).map(([block, actions]) => [block, valueIn(actions)] as const);
  const parts = filled.map(([block, value]) => ({ parts: block.split(':'), value }));
  const environment = parts.find(({ parts: [kind], value }) => kind === 'environment' && value !== '');
  return {
    service: filled.find(([block, value]) => block === SERVICE_BLOCK && value !== '')?.[1] ?? null,
    environment: environment === undefined ? null : { of: environment.parts[1] ?? '', name: environment.value },
    ref: filled.find(([block]) => block === REF_BLOCK)?.[1] ?? '',
    parameters: parts.flatMap(({ parts: [kind, of = '', at = '', name = ''], value }) =>
      kind === 'parameter' && value !== '' ? [{ of, at, name, chosen: value }] : [],
    ),
  };
}

function valueIn(actions: FormState[string]): string {
  const [held] = Object.values(actions);
  return (held?.selected_option?.value ?? held?.value ?? '').trim();
}

/** The block of a field in a form that was sent. Remarks can stand at blocks that are there only: else at the service. */
export function blockOf(field: FormField, sent: FormState): string {
  const [kind, name] = field.split(':');
  const blocks = Object.keys(sent).map((block) => ({ block, parts: block.split(':') }));
  return blocks.find(({ parts }) => parts[0] === kind && (name === undefined || parts.at(-1) === name))?.block ?? SERVICE_BLOCK;
}

const OPTION_VALUE_MAX = 75;

/** An option's value in Slack has at most 75 characters; what is longer is named by its digest. */
export function optionKey(value: string): string {
  return value.length <= OPTION_VALUE_MAX ? value : `#${digestOf(value).slice(0, 40)}`;
}
