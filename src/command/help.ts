// Help as data, made of the table that the parser uses and of the live configuration.
import { COMMANDS, COMMAND_NAMES, isCommandName } from './table.ts';
import type { CommandName, Surface } from './table.ts';

export interface HelpRequest {
  /** A command, or null for the overview. */
  readonly topic: string | null;
  readonly surface: Surface;
  readonly prefix: string;
  readonly services: readonly { readonly name: string; readonly environments: readonly string[] }[];
}

export interface HelpEntry {
  readonly name: CommandName;
  /** The words to type, with what is needed and what may be left out. */
  readonly usages: readonly string[];
  readonly summary: string;
  readonly who: string;
  /** Words that work as they stand (a code stands for a real one). */
  readonly examples: readonly string[];
}

export interface HelpPage {
  /** One for a known topic, else all. */
  readonly entries: readonly HelpEntry[];
  readonly services: HelpRequest['services'];
}

export function helpPage(request: HelpRequest): HelpPage {
  const { topic } = request;
  const names = topic !== null && isCommandName(topic) ? [topic] : COMMAND_NAMES;
  return { entries: names.map((name) => helpEntry(name, request)), services: request.services };
}

function helpEntry(name: CommandName, request: HelpRequest): HelpEntry {
  const { surface, prefix } = request;
  const { usage, summary, who, examples, alone } = COMMANDS[name];
  const own = name === 'deploy' ? prefix : `${prefix} ${name}`;
  const isShort = alone && surface === 'github';
  return {
    name,
    usages: isShort ? [`/${name} ${usage[surface]}`, `${own} ${usage[surface]}`] : [`${own} ${usage[surface]}`],
    summary,
    who,
    examples: examples[surface].map((words) => (isShort ? `/${filled(words, request)}` : `${prefix} ${filled(words, request)}`)),
  };
}

/** Names of the configuration in place of the table's. The last environment is the one that most questions are about. */
function filled(words: string, request: HelpRequest): string {
  const service = request.services.find((known) => known.environments.length > 0);
  return words.replaceAll('SERVICE', service?.name ?? 'api').replaceAll('ENVIRONMENT', service?.environments.at(-1) ?? 'production');
}
