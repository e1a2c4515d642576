// The parts of blocks: elements, texts, confirm dialogs: https://docs.slack.dev/reference/block-kit/block-elements.
import { optionsOf } from './view-state.ts';
import { isRecord, type SimBlock } from './world.ts';

export type Report = (at: string, problem: string) => void;

const TEXT_KINDS = { plain: ['plain_text'], any: ['plain_text', 'mrkdwn'] } as const;

export function checkElement(element: unknown, at: string, report: Report): void {
  if (!isRecord(element) || typeof element['type'] !== 'string') return report(at, 'must be an element');
  if (!ELEMENTS.has(element['type'])) report(`${at}/type`, `unsupported type: ${element['type']}`);
  checkLength(element['action_id'], { at: `${at}/action_id`, max: 255 }, report);
  if (element['confirm'] !== undefined) checkConfirm(element['confirm'], `${at}/confirm`, report);
  if (element['type'] === 'button') {
    checkText(element['text'], { at: `${at}/text`, max: 75, kinds: 'plain' }, report);
    checkLength(element['value'], { at: `${at}/value`, max: 2_000 }, report);
    checkLength(element['url'], { at: `${at}/url`, max: 3_000 }, report);
    if (![undefined, 'primary', 'danger'].includes(element['style'] as string | undefined)) report(`${at}/style`, 'must be primary or danger');
  }
  if (element['type'] === 'image') checkImage(element, at, report);
  if (element['placeholder'] !== undefined) checkText(element['placeholder'], { at: `${at}/placeholder`, max: 150, kinds: 'plain' }, report);
  if (element['type'] === 'static_select' || element['type'] === 'multi_static_select') checkSelect(element, at, report);
  if (element['type'] === 'plain_text_input') checkTextInput(element, at, report);
}

/** Elements that hold what a person fills in. */
export const INPUTS: ReadonlySet<string> = new Set(['plain_text_input', 'static_select', 'multi_static_select']);
const ELEMENTS: ReadonlySet<string> = new Set([...INPUTS, 'button', 'image', 'overflow']);

/** Options, or groups of them; 100 of either. */
function checkSelect(element: SimBlock, at: string, report: Report): void {
  const { options, option_groups: groups, initial_option: initial } = element;
  if ((options === undefined) === (groups === undefined)) return report(at, 'must have either options or option_groups');
  if (options !== undefined) checkOptions(options, `${at}/options`, report);
  if (groups !== undefined) {
    checkItems(groups, { at: `${at}/option_groups`, max: 100 }, report, (group, where) => {
      checkText(isRecord(group) ? group['label'] : undefined, { at: `${where}/label`, max: 75, kinds: 'plain' }, report);
      checkOptions(isRecord(group) ? group['options'] : undefined, `${where}/options`, report);
    });
  }
  const isOffered = (chosen: unknown): boolean =>
    optionsOf(element).some((option) => isRecord(chosen) && JSON.stringify(option) === JSON.stringify(chosen));
  if (initial !== undefined && !isOffered(initial)) report(`${at}/initial_option`, 'must be one of the options');
  const several = element['initial_options'];
  if (several === undefined) return;
  checkItems(several, { at: `${at}/initial_options`, max: 100 }, report, (chosen, where) => {
    if (!isOffered(chosen)) report(where, 'must be one of the options');
  });
}

function checkOptions(options: unknown, at: string, report: Report): void {
  const values = new Set<unknown>();
  checkItems(options, { at, max: 100 }, report, (option, where) => {
    checkText(isRecord(option) ? option['text'] : undefined, { at: `${where}/text`, max: 75, kinds: 'plain' }, report);
    const value = isRecord(option) ? option['value'] : undefined;
    if (typeof value !== 'string' || value === '') report(`${where}/value`, 'must be more than 0 characters');
    checkLength(value, { at: `${where}/value`, max: 150 }, report);
    if (values.size === values.add(value).size) report(`${where}/value`, 'value already exists');
  });
}

function checkTextInput(element: SimBlock, at: string, report: Report): void {
  const { min_length: min = 0, max_length: max = 3_000, initial_value: initial } = element;
  if (typeof max !== 'number' || max < 1 || max > 3_000) report(`${at}/max_length`, 'must be between 1 and 3000');
  if (typeof min !== 'number' || min < 0 || min > 3_000) report(`${at}/min_length`, 'must be between 0 and 3000');
  checkLength(initial, { at: `${at}/initial_value`, max: Number(max) }, report);
}

function checkConfirm(confirm: unknown, at: string, report: Report): void {
  if (!isRecord(confirm)) return report(at, 'must be an object');
  checkText(confirm['title'], { at: `${at}/title`, max: 100, kinds: 'plain' }, report);
  checkText(confirm['text'], { at: `${at}/text`, max: 300, kinds: 'any' }, report);
  checkText(confirm['confirm'], { at: `${at}/confirm`, max: 30, kinds: 'plain' }, report);
  checkText(confirm['deny'], { at: `${at}/deny`, max: 30, kinds: 'plain' }, report);
}

export function checkImage(image: SimBlock, at: string, report: Report): void {
  if (typeof image['alt_text'] !== 'string') report(`${at}/alt_text`, 'missing required field: alt_text');
  checkLength(image['alt_text'], { at: `${at}/alt_text`, max: 2_000 }, report);
  checkLength(image['image_url'], { at: `${at}/image_url`, max: 3_000 }, report);
}

export function checkText(value: unknown, rule: { at: string; max: number; kinds: keyof typeof TEXT_KINDS }, report: Report): void {
  if (!isRecord(value)) return report(rule.at, 'missing required field: text');
  if (!(TEXT_KINDS[rule.kinds] as readonly unknown[]).includes(value['type']))
    report(`${rule.at}/type`, `unsupported type: ${String(value['type'])}`);
  if (typeof value['text'] !== 'string' || value['text'] === '') report(`${rule.at}/text`, 'must be more than 0 characters');
  checkLength(value['text'], { at: `${rule.at}/text`, max: rule.max }, report);
}

export function checkLength(value: unknown, rule: { at: string; max: number }, report: Report): void {
  if (value === undefined) return;
  if (typeof value !== 'string') report(rule.at, 'must be a string');
  else if (value.length > rule.max) report(rule.at, `must be less than ${rule.max + 1} characters`);
}

export function checkItems(value: unknown, rule: { at: string; max: number }, report: Report, each: (item: unknown, at: string) => void): void {
  if (!Array.isArray(value) || value.length === 0) return report(rule.at, 'no fewer than 1 item');
  if (value.length > rule.max) report(rule.at, `no more than ${rule.max} items allowed`);
  value.forEach((item, i) => each(item, `${rule.at}/${i}`));
}
