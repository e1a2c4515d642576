// A command as the words that a person would type.
import type { RefWish } from '../../workflows/vocabulary.ts';
import { printDuration } from './duration.ts';
import type { Command, Which } from './command.ts';

/** Canonical text; parsing it on a surface where it is complete gives the same command again. */
export function printCommand(command: Command, prefix: string): string {
  return [prefix, ...wordsFor(command)].filter((word) => word !== null && word !== '').join(' ');
}

function wordsFor(command: Command): readonly (string | null)[] {
  switch (command.kind) {
    case 'deploy':
      return [
        command.mode === 'plan' ? 'plan' : null,
        `${command.service ?? ''}${refSuffix(command.ref)}`,
        'to',
        command.environment,
        ...Object.entries(command.parameters).map(([name, value]) => `${name}=${value}`),
      ];
    case 'emergency':
      return [
        'emergency',
        `${command.service ?? ''}${refSuffix(command.ref)}`,
        'to',
        command.environment,
        ...Object.entries(command.parameters).map(([name, value]) => `${name}=${value}`),
        'because',
        command.reason,
      ];
    case 'review':
      return ['review', command.code, command.act === 'show' ? null : command.act, command.reason];
    case 'history':
      return ['history', command.service, command.environment];
    case 'vote':
      return [command.vote, whichWord(command.which), command.reason];
    case 'withdraw':
    case 'cancel':
    case 'keep':
      return [command.kind, whichWord(command.which), command.reason];
    case 'extend':
      return ['extend', whichWord(command.which), printDuration(command.byMs)];
    case 'retry':
    case 'status':
    case 'why':
      return [command.kind, command.code];
    case 'what':
      return [command.kind, command.service, command.environment];
    case 'link':
      return [command.kind, command.act === 'revoke' ? command.act : null];
    case 'delegate':
      return command.to === null || command.forMs === null
        ? [command.kind, 'off']
        : [command.kind, command.to, 'for', printDuration(command.forMs), command.reason];
    case 'help':
      return [command.kind, command.topic];
  }
}

function refSuffix(ref: RefWish): string {
  return ref.kind === 'head' ? '' : `@${ref.name}`;
}

function whichWord(which: Which): string | null {
  switch (which.by) {
    case 'code':
      return which.code;
    case 'environment':
      return which.environment;
    case 'only':
      return null;
  }
}
