// Text a person typed becomes a command, a failure with a way out, or nothing. Pure; never throws; linear in the length of the text.
import type { Grammar, Parsed } from './command.ts';

/** Slack: the words after the slash command. GitHub: the whole comment, of which only the first line that is not blank is read. */
export function parseCommand(_text: string, _grammar: Grammar): Parsed {
  return { kind: 'nothing' };
}
