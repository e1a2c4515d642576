// What Slack accepts as a message or a modal: https://docs.slack.dev/reference/block-kit. Limits by hand, since no machine-readable list exists.
import { checkElement, checkImage, checkItems, checkLength, checkText, INPUTS, type Report } from './validate-parts.ts';
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
/** As JSON. */
const VIEW_BYTES_MAX = 250_000;

export type ViewType = 'modal' | 'home';

/** Checks a message's blocks. `wholeLimit`: also the limit over all blocks, which only `chat.postMessage` enforces. */
export function refuseBlocks(blocks: unknown, wholeLimit: 'enforced' | 'not-enforced'): Refused | null {
  if (!Array.isArray(blocks) || !blocks.every(isRecord)) return { error: 'invalid_blocks_format', messages: [] };
  const found = checkBlocks(blocks, MESSAGE_BLOCKS_MAX);
  if (found.length > 0) return { error: 'invalid_blocks', messages: found };
  if (wholeLimit === 'enforced' && textLength(blocks) > MESSAGE_CHARACTERS_MAX) return { error: 'msg_blocks_too_long', messages: [] };
  return null;
}

/** https://docs.slack.dev/reference/views: a home tab has neither title nor buttons of its own. */
export function refuseView(view: unknown, type: ViewType = 'modal'): Refused | null {
  if (!isRecord(view)) return { error: 'invalid_arguments', messages: ['[ERROR] missing required field: view'] };
  if (JSON.stringify(view).length > VIEW_BYTES_MAX) return { error: 'view_too_large', messages: [] };
  const problems: string[] = [];
  const report: Report = (at, problem) => problems.push(`[ERROR] ${problem} [json-pointer:/view${at}]`);
  if (view['type'] !== type) report('/type', `must be ${type}`);
  if (type === 'modal') checkText(view['title'], { at: '/title', max: 24, kinds: 'plain' }, report);
  for (const key of ['submit', 'close']) {
    if (type === 'home' && view[key] !== undefined) report(`/${key}`, 'not allowed in a home tab');
    else if (view[key] !== undefined) checkText(view[key], { at: `/${key}`, max: 24, kinds: 'plain' }, report);
  }
  checkLength(view['private_metadata'], { at: '/private_metadata', max: 3_000 }, report);
  checkLength(view['callback_id'], { at: '/callback_id', max: 255 }, report);
  const blocks = view['blocks'];
  if (!Array.isArray(blocks) || !blocks.every(isRecord)) report('/blocks', 'must be an array of blocks');
  else {
    problems.push(...checkBlocks(blocks, VIEW_BLOCKS_MAX));
    const hasInput = blocks.some((block) => block['type'] === 'input');
    if (type === 'modal' && view['submit'] === undefined && hasInput) report('/submit', 'submit is required with input blocks');
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
    if (block['hint'] !== undefined) checkText(block['hint'], { at: `${at}/hint`, max: 2_000, kinds: 'plain' }, report);
    for (const key of ['optional', 'dispatch_action'])
      if (block[key] !== undefined && typeof block[key] !== 'boolean') report(`${at}/${key}`, 'must be a boolean');
    checkElement(block['element'], `${at}/element`, report);
    if (isRecord(block['element']) && !INPUTS.has(String(block['element']['type']))) report(`${at}/element/type`, 'is no input');
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
