// Text a person typed becomes a command, a failure with a way out, or nothing. Pure; never throws; linear in the length of the text.
//
// In a comment only the first line that is not blank can be a command, and only where Markdown renders it as plain text:
// quoted (`>`), fenced, listed and hidden lines don't begin with the prefix, and a line indented like code is skipped.
// What follows that line is never read: one command a comment.
import type { Command, Grammar, Parsed } from './command.ts';
import { lineWith, notUnderstood } from './failure.ts';
import { LINE_MAX, firstLine, paragraphLine, plainWord, unescapeSlack, wordsOf } from './line.ts';
import type { Line } from './line.ts';
import { environmentsOf, findEnvironment, findService } from './names.ts';
import { parseAct, readCode } from './parse-act.ts';
import { parseExtend } from './parse-extend.ts';
import { parseDeploy } from './parse-deploy.ts';
import { parseDelegate, parseLink } from './parse-people.ts';
import { parseEmergency, parseReview } from './parse-emergency.ts';
import { nearest, quoted, strangeLetters } from './spelling.ts';
import { COMMANDS, COMMAND_NAMES, LATER_VERBS, VERBS, isCommandName } from './table.ts';
import type { CommandName } from './table.ts';

/** Slack: the words after the slash command. GitHub: the whole comment. */
export function parseCommand(text: string, grammar: Grammar): Parsed {
  return grammar.surface === 'slack' ? parseSlack(text, grammar) : parseComment(text, grammar);
}

function parseSlack(text: string, grammar: Grammar): Parsed {
  const line = firstLine(text);
  if (line.length > LINE_MAX) return tooLong(line);
  return parseLine({ prefix: grammar.prefix, words: wordsOf(unescapeSlack(line)) }, grammar);
}

function parseComment(text: string, grammar: Grammar): Parsed {
  const line = paragraphLine(firstLine(text));
  if (line === null) return { kind: 'nothing' };
  const head = /^[^ \t]{1,200}/.exec(line)?.[0] ?? '';
  const alone = COMMAND_NAMES.filter((name) => COMMANDS[name].alone);
  const ours = [grammar.prefix, ...alone.map((name) => `/${name}`)];
  const prefix = ours.find((word) => word.toLowerCase() === head.toLowerCase());
  if (prefix === undefined) {
    const meant = ours.find((word) => word === head.normalize('NFKC'));
    return meant === undefined ? { kind: 'nothing' } : notUnderstood(`${strangeLetters(head) ?? ''} Type \`${meant}\` in plain letters.`);
  }
  if (line.length > LINE_MAX) return tooLong(line);
  const words = wordsOf(line.slice(head.length));
  const verb = alone.find((name) => `/${name}` === prefix);
  if (prefix === grammar.prefix || verb === undefined) return parseLine({ prefix, words }, grammar);
  return parseVerb({ verb, line: { prefix, words }, grammar }, 0);
}

function tooLong(line: string): Parsed {
  return notUnderstood(`That line has ${line.length} characters; a command has at most ${LINE_MAX}.`);
}

function parseLine(line: Line, grammar: Grammar): Parsed {
  const first = line.words[0];
  if (first === undefined) return found({ kind: 'help', topic: null });
  const word = plainWord(first).toLowerCase();
  const verb = VERBS.find((name) => name === word);
  if (verb !== undefined) return parseVerb({ verb, line, grammar }, 1);
  if (LATER_VERBS.includes(word) && findService(grammar, word) === null) return later(word);
  return misspeltVerb(line, grammar) ?? parseDeploy({ line, grammar, mode: 'start' }, 0);
}

function later(word: string): Parsed {
  return notUnderstood(`\`${word}\` is not in this version yet.`);
}

/** A first word that is nearer to a command than to any name. */
function misspeltVerb(line: Line, grammar: Grammar): Parsed | null {
  const [first = '', second = ''] = line.words;
  const environments = environmentsOf(grammar, null);
  if (second.toLowerCase() === 'to' || findService(grammar, first) !== null || findEnvironment(environments, first) !== null) return null;
  const verb = nearest(first, [...VERBS, ...LATER_VERBS]);
  if (verb === null) return null;
  const name = nearest(first, [...grammar.services.flatMap((service) => [service.name, ...service.aliases]), ...environments]);
  if (name !== null && name.slips <= verb.slips) return null;
  if (LATER_VERBS.includes(verb.word)) return later(verb.word);
  const topic = isCommandName(verb.word) ? verb.word : null;
  return notUnderstood(`I know no command ${quoted(first)}.`, { suggestion: lineWith(line, first, verb.word), topic });
}

interface VerbLine {
  readonly verb: CommandName;
  readonly line: Line;
  readonly grammar: Grammar;
}

/** `skip`: how many words the verb itself took. */
function parseVerb({ verb, line, grammar }: VerbLine, skip: number): Parsed {
  const words = line.words.slice(skip);
  switch (verb) {
    case 'deploy':
    case 'plan':
      return parseDeploy({ line, grammar, mode: verb === 'plan' ? 'plan' : 'start' }, skip);
    case 'approve':
    case 'reject':
    case 'withdraw':
    case 'cancel':
    case 'keep':
      return parseAct({ line, grammar, verb }, skip);
    case 'extend':
      return parseExtend({ line, grammar, verb }, skip);
    case 'retry':
    case 'status':
    case 'why':
      return parseOneCode(verb, words, grammar);
    case 'emergency':
      return parseEmergency(line, grammar);
    case 'review':
      return parseReview(words, grammar);
    case 'history':
      return parseHistory(line, grammar, words);
    case 'what':
      return parseWhat(line, grammar, words);
    case 'link':
      return parseLink(line, words);
    case 'delegate':
      return parseDelegate(words);
    case 'help':
      return parseHelp(line, words);
  }
}

function parseOneCode(verb: 'retry' | 'status' | 'why', words: readonly string[], grammar: Grammar): Parsed {
  const [word, extra] = words;
  if (extra !== undefined) return notUnderstood(`I did not expect ${quoted(extra)} after the code.`, { topic: verb });
  if (word === undefined) {
    if (verb === 'status') return found({ kind: 'status', code: null });
    const question = verb === 'retry' ? 'Retry which request?' : 'Explain which request?';
    return notUnderstood(`${question} Its code stands on its card; \`${grammar.prefix} help ${verb}\` shows an example.`, { topic: verb });
  }
  const read = readCode(word, verb);
  return read.kind === 'not-understood' ? read : found({ kind: verb, code: read.code });
}

function parseWhat(line: Line, grammar: Grammar, words: readonly string[]): Parsed {
  const [first, second, extra] = words.map(plainWord);
  if (first === undefined) return found({ kind: 'what', service: null, environment: null });
  if (extra !== undefined) return notUnderstood(`I did not expect ${quoted(extra)} there.`, { topic: 'what' });
  const services = grammar.services.flatMap((known) => [known.name, ...known.aliases]);
  const everywhere = environmentsOf(grammar, null);
  const service = findService(grammar, first);
  if (second !== undefined) {
    if (service === null) return unknownName(line, { word: first, what: 'service', known: services });
    const environment = findEnvironment(service.environments, second);
    if (environment === null) return unknownName(line, { word: second, what: 'environment', known: service.environments });
    return found({ kind: 'what', service: service.name, environment });
  }
  if (service !== null) return found({ kind: 'what', service: service.name, environment: null });
  const environment = findEnvironment(everywhere, first);
  if (environment !== null) return found({ kind: 'what', service: null, environment });
  return unknownName(line, { word: first, what: 'service or environment', known: [...services, ...everywhere] });
}

/** The words of `what`, but of one environment. On a pull request its service may be left out. */
function parseHistory(line: Line, grammar: Grammar, words: readonly string[]): Parsed {
  const asked = parseWhat(line, grammar, words);
  if (asked.kind === 'not-understood') return { ...asked, topic: 'history' };
  if (asked.kind !== 'command' || asked.command.kind !== 'what') return asked;
  const { service, environment } = asked.command;
  if (environment === null || (service === null && grammar.surface === 'slack')) {
    const what = service === null ? 'service and environment' : 'environment';
    return notUnderstood(`Of which ${what}? For example \`${grammar.prefix} history ${service ?? 'api'} production\`.`, { topic: 'history' });
  }
  return found({ kind: 'history', service, environment });
}

function unknownName(line: Line, name: { readonly word: string; readonly what: string; readonly known: readonly string[] }): Parsed {
  const strange = strangeLetters(name.word);
  if (strange !== null) return notUnderstood(`${strange} Type it in plain letters.`, { topic: 'what' });
  const near = nearest(name.word, name.known);
  const suggestion = near === null ? null : lineWith(line, name.word, near.word);
  return notUnderstood(`I know no ${name.what} ${quoted(name.word)}.`, { suggestion, topic: 'what' });
}

function parseHelp(line: Line, words: readonly string[]): Parsed {
  const [word, extra] = words;
  if (word === undefined) return found({ kind: 'help', topic: null });
  const topic = plainWord(word).toLowerCase().replace(/^\//, '');
  if (extra !== undefined) return notUnderstood(`I did not expect ${quoted(extra)} there: help explains one command at a time.`, { topic: 'help' });
  if (isCommandName(topic)) return found({ kind: 'help', topic });
  if (LATER_VERBS.includes(topic)) return notUnderstood(`\`${topic}\` is not in this version yet.`, { topic: 'help' });
  const near = nearest(topic, COMMAND_NAMES);
  const suggestion = near === null ? null : lineWith(line, word, near.word);
  return notUnderstood(`There is no command ${quoted(topic)}.`, { suggestion, topic: 'help' });
}

function found(command: Command): Parsed {
  return { kind: 'command', command };
}
