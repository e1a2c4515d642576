// `<service>[@ref] [to] <environment> [name=value ...] [--dry-run]`: the words of deploy and plan.
import type { RefWish } from '../../workflows/vocabulary.ts';
import type { Grammar, ParseFailure, Parsed } from './command.ts';
import { lineWith, notUnderstood } from './failure.ts';
import type { Line } from './line.ts';
import { plainWord } from './line.ts';
import { environmentsOf, findEnvironment, findService, nearestService } from './names.ts';
import type { KnownService } from './names.ts';
import { isName, isParameterName, isParameterValue, isRef, nearest, quoted, strangeLetters } from './spelling.ts';
import { LATER_VERBS, VERBS } from './table.ts';

const PARAMETERS_MAX = 20;

interface Ask {
  readonly line: Line;
  readonly grammar: Grammar;
  readonly mode: 'start' | 'plan' | 'emergency';
}
/** The words sorted by what they are. */
interface Sorted {
  readonly plain: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
}
interface Places {
  /** As typed, with `@ref`; null: left out. */
  readonly subject: string | null;
  readonly environment: string;
}

interface Subject {
  readonly service: string | null;
  readonly known: KnownService | null;
  readonly ref: RefWish;
}

/** Reads the words from the `skip`th on: those after the verb, if there was one. */
export function parseDeploy(given: Ask, skip: number): Parsed {
  const ask: Ask = { ...given, line: { ...given.line, words: given.line.words.map(plainWord) } };
  const sorted = sortWords(ask, ask.line.words.slice(skip));
  if (isFailure(sorted)) return sorted;
  const places = placeWords(ask, sorted.plain);
  if (isFailure(places)) return places;
  const subject = readSubject(ask, places);
  if (isFailure(subject)) return subject;
  const environment = readEnvironment(ask, subject.known, places.environment);
  if (isFailure(environment)) return environment;
  return {
    kind: 'command',
    command: {
      kind: 'deploy',
      mode: sorted.dryRun || ask.mode === 'plan' ? 'plan' : 'start',
      service: subject.service,
      ref: subject.ref,
      environment: environment.name,
      parameters: sorted.parameters,
    },
  };
}

function sortWords(ask: Ask, words: readonly string[]): Sorted | ParseFailure {
  const plain: string[] = [];
  const parameters = new Map<string, string>();
  let dryRun = false;
  for (const word of words) {
    const strange = strangeLetters(word);
    if (strange !== null) return fail(ask, `${strange} Type it in plain letters.`);
    if (/^--?[A-Za-z]/.test(word)) {
      if (word.toLowerCase() !== '--dry-run') return unknownFlag(ask, word);
      dryRun = true;
    } else if (word.includes('=')) {
      const problem = addParameter(parameters, word);
      if (problem !== null) return fail(ask, problem);
    } else {
      plain.push(word);
    }
  }
  return { plain, parameters: Object.fromEntries(parameters), dryRun };
}

function unknownFlag(ask: Ask, word: string): ParseFailure {
  const meant = nearest(word.replace(/^-+/, '--'), ['--dry-run']) !== null || /^-+(dry|dryrun|dry_run)$/i.test(word);
  return fail(ask, `I know no option ${quoted(word)}; there is only \`--dry-run\`.`, meant ? lineWith(ask.line, word, '--dry-run') : null);
}

/** Adds it, or says what is wrong with it. */
function addParameter(parameters: Map<string, string>, word: string): string | null {
  const at = word.indexOf('=');
  const [name, value] = [word.slice(0, at), word.slice(at + 1)];
  if (!isParameterName(name)) {
    return `${quoted(word)} is no parameter: it is written \`name=value\`, and the name has letters, digits, \`_\` and \`-\` only.`;
  }
  if (!isParameterValue(value)) return `The value of ${quoted(name)} may hold letters, digits and \`. _ : / @ + -\` only, and may not be empty.`;
  if (parameters.has(name)) return `${quoted(name)} is given twice.`;
  if (parameters.size >= PARAMETERS_MAX) return `More than ${PARAMETERS_MAX} parameters.`;
  parameters.set(name, value);
  return null;
}

function placeWords(ask: Ask, plain: readonly string[]): Places | ParseFailure {
  const to = plain.findIndex((word) => word.toLowerCase() === 'to');
  const before = to === -1 ? plain.slice(0, -1) : plain.slice(0, to);
  const after = to === -1 ? plain.slice(-1) : plain.slice(to + 1);
  const [environment, tooMuch] = after;
  const named = before[0] ?? environment;
  if (environment === undefined || environment.includes('@') || (before.length === 0 && to === -1 && isOnlyService(ask, environment))) {
    return environmentMissing(ask, named);
  }
  const refApart = before[1]?.startsWith('@') === true && before[0]?.includes('@') === false;
  const extra = tooMuch ?? before[refApart ? 2 : 1];
  if (extra !== undefined) return fail(ask, `I did not expect ${quoted(extra)} there.`, sensible(ask, plain));
  return { subject: before.length === 0 ? null : before.join(''), environment };
}

/** `api production please`: the two words that make sense. */
function sensible(ask: Ask, plain: readonly string[]): string | null {
  const [service, environment] = plain;
  if (service === undefined || environment === undefined) return null;
  const known = findService(ask.grammar, service);
  const there = known === null ? null : findEnvironment(known.environments, environment);
  return there === null ? null : command(ask, `${service} to ${there}`);
}

function isOnlyService(ask: Ask, word: string): boolean {
  return findService(ask.grammar, word) !== null && findEnvironment(environmentsOf(ask.grammar, null), word) === null;
}

function environmentMissing(ask: Ask, subject: string | undefined): ParseFailure {
  if (subject === undefined) return fail(ask, 'Say what to deploy and where.', example(ask));
  const service = findService(ask.grammar, subject.split('@')[0] ?? '');
  const [first] = environmentsOf(ask.grammar, service);
  const choices = environmentsOf(ask.grammar, service).slice(0, 10).map(quoted).join(', ');
  const problem = choices === '' ? 'To which environment?' : `To which environment? There is ${choices}.`;
  return fail(ask, problem, first === undefined || !/^[A-Za-z0-9._/@-]+$/.test(subject) ? null : command(ask, `${subject} to ${first}`));
}

function readSubject(ask: Ask, places: Places): Subject | ParseFailure {
  const [name = '', ...rest] = places.subject?.split('@') ?? [];
  const ref: RefWish = rest.length === 0 ? { kind: 'head' } : { kind: 'named', name: rest.join('@') };
  if (ref.kind === 'named' && !isRef(ref.name)) {
    const what = ref.name === '' ? 'After `@` comes a branch, a tag or a commit.' : `${quoted(ref.name)} is no name of a branch, tag or commit.`;
    return fail(ask, `${what} Allowed are letters, digits and \`. _ / -\`.`);
  }
  if (name === '') {
    return ask.grammar.surface === 'github' ? { service: null, known: null, ref } : fail(ask, 'Which service?', example(ask, places.environment));
  }
  const known = findService(ask.grammar, name);
  const verb = name.toLowerCase();
  if (VERBS.some((word) => word === verb) || (known === null && LATER_VERBS.includes(verb))) {
    return fail(ask, `${quoted(verb)} is a command of its own and comes first: \`${ask.grammar.prefix} ${verb} …\`.`);
  }
  if (known !== null) return { service: known.name, known, ref };
  return isName(name) ? unknownService(ask, name, { places, ref }) : fail(ask, `${quoted(name)} is no name of a service.`);
}

/** Something near is suggested; a name unlike any other is left for the policy to refuse, which lists what there is. */
function unknownService(ask: Ask, name: string, seen: { readonly places: Places; readonly ref: RefWish }): Subject | ParseFailure {
  const other = findService(ask.grammar, seen.places.environment);
  const there = other === null ? null : findEnvironment(other.environments, name);
  if (other !== null && there !== null) return fail(ask, `${quoted(there)} is an environment.`, command(ask, `${other.name} to ${there}`));
  const near = nearestService(ask.grammar, name);
  if (near === null) return { service: name, known: null, ref: seen.ref };
  const typed = ask.line.words.find((word) => word === name || word.startsWith(`${name}@`)) ?? name;
  return fail(ask, `I know no service ${quoted(name)}.`, lineWith(ask.line, typed, typed.replace(name, near.word)));
}

function readEnvironment(ask: Ask, service: KnownService | null, typed: string): { readonly name: string } | ParseFailure {
  const environments = environmentsOf(ask.grammar, service);
  const found = findEnvironment(environments, typed);
  if (found !== null) return { name: found };
  if (!isName(typed)) return fail(ask, `${quoted(typed)} is no name of an environment.`);
  const near = nearest(typed, environments);
  if (near === null) return { name: typed };
  const where = service === null ? '' : ` of ${quoted(service.name)}`;
  return fail(ask, `I know no environment ${quoted(typed)}${where}.`, lineWith(ask.line, typed, near.word));
}

/** Words that work: with the environment that was named, if a service has it. */
function example(ask: Ask, wanted: string | null = null): string | null {
  const services = ask.grammar.services.filter((known) => known.environments.length > 0);
  const service = services.find((known) => wanted !== null && known.environments.includes(wanted)) ?? services[0];
  if (service === undefined) return null;
  const environment = service.environments.find((name) => name === wanted) ?? service.environments[0];
  return command(ask, `${service.name} to ${environment}`);
}

function command(ask: Ask, words: string): string {
  return ask.mode === 'start' ? `${ask.line.prefix} ${words}` : `${ask.line.prefix} ${ask.mode} ${words}`;
}

function fail(ask: Ask, problem: string, suggestion: string | null = null): ParseFailure {
  return notUnderstood(problem, { suggestion, topic: ask.mode === 'start' ? 'deploy' : ask.mode });
}

function isFailure(value: object): value is ParseFailure {
  return 'kind' in value && value.kind === 'not-understood';
}
