// What Slack accepts as a message or a modal: https://docs.slack.dev/reference/block-kit. Limits by hand, since no machine-readable list exists.
import { isRecord, type SimBlock } from './world.ts';

/** A refusal in Slack's words; `messages` is what Slack puts into `response_metadata`. */
export interface Refused {
  readonly error: string;
  readonly messages: readonly string[];
}

const MESSAGE_BLOCKS_MAX = 50;
const VIEW_BLOCKS_MAX = 100;
/** Undocumented, and only of `chat.postMessage`: https://github.com/slackapi/bolt-js/issues/2509 */
const MESSAGE_CHARACTERS_MAX = 12_000;
const TEXT_KINDS = { plain: ['plain_text'], any: ['plain_text', 'mrkdwn'] } as const;

type Report = (at: string, problem: string) => void;

/** Checks a message's blocks. `wholeLimit`: also the limit over all blocks, which only `chat.postMessage` enforces. */
export function refuseBlocks(blocks: unknown, wholeLimit: 'enforced' | 'not-enforced'): Refused | null {
  if (!Array.isArray(blocks) || !blocks.every(isRecord)) return { error: 'invalid_blocks_format', messages: [] };
  const found = checkBlocks(blocks, MESSAGE_BLOCKS_MAX);
  if (found.length > 0) return { error: 'invalid_blocks', messages: found };
  if (wholeLimit === 'enforced' && textLength(blocks) > MESSAGE_CHARACTERS_MAX) return { error: 'msg_blocks_too_long', messages: [] };
  return null;
}

export function refuseView(view: unknown): Refused | null {
  if (!isRecord(view)) return { error: 'invalid_arguments', messages: ['[ERROR] missing required field: view'] };
  const problems: string[] = [];
  const report: Report = (at, problem) => problems.push(`[ERROR] ${problem} [json-pointer:/view${at}]`);
  if (view['type'] !== 'modal') report('/type', 'must be modal');
  checkText(view['title'], { at: '/title', max: 24, kinds: 'plain' }, report);
  for (const key of ['submit', 'close']) if (view[key] !== undefined) checkText(view[key], { at: `/${key}`, max: 24, kinds: 'plain' }, report);
  checkLength(view['private_metadata'], { at: '/private_metadata', max: 3_000 }, report);
  checkLength(view['callback_id'], { at: '/callback_id', max: 255 }, report);
  const blocks = view['blocks'];
  if (!Array.isArray(blocks) || !blocks.every(isRecord)) report('/blocks', 'must be an array of blocks');
  else {
    problems.push(...checkBlocks(blocks, VIEW_BLOCKS_MAX));
    if (view['submit'] === undefined && blocks.some((block) => block['type'] === 'input')) report('/submit', 'submit is required with input blocks');
  }
  return problems.length > 0 ? { error: 'invalid_arguments', messages: problems } : null;
}

function checkBlocks(blocks: readonly SimBlock[], max: number): readonly string[] {
  const problems: string[] = [];
  const report: Report = (at, problem) => problems.push(`[ERROR] ${problem} [json-pointer:/blocks${at}]`);
  if (blocks.length > max) report('', `no more than ${max} items allowed`);
  const ids = new Set<unknown>();
  blocks.forEach((block, i) => {
    const at = `/${i}`;
    const check = BLOCKS[String(block['type'])];
    if (check === undefined) report(at, `unsupported type: ${String(block['type'])}`);
    else check(block, at, report);
    checkLength(block['block_id'], { at: `${at}/block_id`, max: 255 }, report);
    if (block['block_id'] !== undefined && ids.size === ids.add(block['block_id']).size) report(`${at}/block_id`, 'block_id already exists');
    checkActionIds(block, at, report);
  });
  return problems;
}

const passes = (): void => undefined;
const BLOCKS: Readonly<Record<string, (block: SimBlock, at: string, report: Report) => void>> = {
  section: (block, at, report) => {
    if (block['text'] === undefined && block['fields'] === undefined) report(at, 'must have text or fields');
    if (block['text'] !== undefined) checkText(block['text'], { at: `${at}/text`, max: 3_000, kinds: 'any' }, report);
    if (block['fields'] !== undefined)
      checkItems(block['fields'], { at: `${at}/fields`, max: 10 }, report, (field, where) =>
        checkText(field, { at: where, max: 2_000, kinds: 'any' }, report),
      );
    if (block['accessory'] !== undefined) checkElement(block['accessory'], `${at}/accessory`, report);
  },
  header: (block, at, report) => checkText(block['text'], { at: `${at}/text`, max: 150, kinds: 'plain' }, report),
  context: (block, at, report) =>
    checkItems(block['elements'], { at: `${at}/elements`, max: 10 }, report, (element, where) => {
      if (isRecord(element) && element['type'] === 'image') checkImage(element, where, report);
      else checkText(element, { at: where, max: 3_000, kinds: 'any' }, report);
    }),
  actions: (block, at, report) =>
    checkItems(block['elements'], { at: `${at}/elements`, max: 25 }, report, (element, where) => checkElement(element, where, report)),
  input: (block, at, report) => {
    checkText(block['label'], { at: `${at}/label`, max: 2_000, kinds: 'plain' }, report);
    checkElement(block['element'], `${at}/element`, report);
  },
  markdown: (block, at, report) => {
    if (typeof block['text'] !== 'string' || block['text'] === '') report(`${at}/text`, 'must be more than 0 characters');
    checkLength(block['text'], { at: `${at}/text`, max: 12_000 }, report);
  },
  image: checkImage,
  rich_text: (block, at, report) => {
    if (!Array.isArray(block['elements'])) report(`${at}/elements`, 'missing required field: elements');
  },
  divider: passes,
  table: passes,
  context_actions: passes,
  video: passes,
  file: passes,
};

function checkElement(element: unknown, at: string, report: Report): void {
  if (!isRecord(element) || typeof element['type'] !== 'string') return report(at, 'must be an element');
  checkLength(element['action_id'], { at: `${at}/action_id`, max: 255 }, report);
  if (element['confirm'] !== undefined) checkConfirm(element['confirm'], `${at}/confirm`, report);
  if (element['type'] === 'button') {
    checkText(element['text'], { at: `${at}/text`, max: 75, kinds: 'plain' }, report);
    checkLength(element['value'], { at: `${at}/value`, max: 2_000 }, report);
    checkLength(element['url'], { at: `${at}/url`, max: 3_000 }, report);
    if (![undefined, 'primary', 'danger'].includes(element['style'] as string | undefined)) report(`${at}/style`, 'must be primary or danger');
  }
  if (element['type'] === 'image') checkImage(element, at, report);
  if (element['options'] !== undefined) {
    checkItems(element['options'], { at: `${at}/options`, max: 100 }, report, (option, where) => {
      checkText(isRecord(option) ? option['text'] : undefined, { at: `${where}/text`, max: 75, kinds: 'any' }, report);
      checkLength(isRecord(option) ? option['value'] : undefined, { at: `${where}/value`, max: 150 }, report);
    });
  }
}

function checkConfirm(confirm: unknown, at: string, report: Report): void {
  if (!isRecord(confirm)) return report(at, 'must be an object');
  checkText(confirm['title'], { at: `${at}/title`, max: 100, kinds: 'plain' }, report);
  checkText(confirm['text'], { at: `${at}/text`, max: 300, kinds: 'any' }, report);
  checkText(confirm['confirm'], { at: `${at}/confirm`, max: 30, kinds: 'plain' }, report);
  checkText(confirm['deny'], { at: `${at}/deny`, max: 30, kinds: 'plain' }, report);
}

function checkImage(image: SimBlock, at: string, report: Report): void {
  if (typeof image['alt_text'] !== 'string') report(`${at}/alt_text`, 'missing required field: alt_text');
  checkLength(image['alt_text'], { at: `${at}/alt_text`, max: 2_000 }, report);
  checkLength(image['image_url'], { at: `${at}/image_url`, max: 3_000 }, report);
}

function checkText(value: unknown, rule: { at: string; max: number; kinds: keyof typeof TEXT_KINDS }, report: Report): void {
  if (!isRecord(value)) return report(rule.at, 'missing required field: text');
  if (!(TEXT_KINDS[rule.kinds] as readonly unknown[]).includes(value['type']))
    report(`${rule.at}/type`, `unsupported type: ${String(value['type'])}`);
  if (typeof value['text'] !== 'string' || value['text'] === '') report(`${rule.at}/text`, 'must be more than 0 characters');
  checkLength(value['text'], { at: `${rule.at}/text`, max: rule.max }, report);
}

function checkLength(value: unknown, rule: { at: string; max: number }, report: Report): void {
  if (value === undefined) return;
  if (typeof value !== 'string') report(rule.at, 'must be a string');
  else if (value.length > rule.max) report(rule.at, `must be less than ${rule.max + 1} characters`);
}

function checkItems(value: unknown, rule: { at: string; max: number }, report: Report, each: (item: unknown, at: string) => void): void {
  if (!Array.isArray(value) || value.length === 0) return report(rule.at, 'no fewer than 1 item');
  if (value.length > rule.max) report(rule.at, `no more than ${rule.max} items allowed`);
  value.forEach((item, i) => each(item, `${rule.at}/${i}`));
}

function checkActionIds(block: SimBlock, at: string, report: Report): void {
  const elements = block['type'] === 'actions' && Array.isArray(block['elements']) ? block['elements'] : [];
  const ids = elements.flatMap((element) => (isRecord(element) && element['action_id'] !== undefined ? [element['action_id']] : []));
  if (new Set(ids).size < ids.length) report(`${at}/elements`, 'action_id already exists');
}

/** Characters of every text of the blocks together. */
function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + textLength(item), 0);
  if (!isRecord(value)) return 0;
  return Object.entries(value).reduce((sum, [key, item]) => sum + (key === 'text' && typeof item === 'string' ? item.length : textLength(item)), 0);
}
