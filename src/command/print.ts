// A command as the words that a person would type.
import type { Command } from './command.ts';

/** Canonical text; parsing it on a surface where it is complete gives the same command again. */
export function printCommand(command: Command, prefix: string): string {
  return `${prefix} ${command.kind}`;
}
