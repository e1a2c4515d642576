// Names of services and environments as people write them, against the live configuration.
import type { Grammar } from './command.ts';
import { nearest } from './spelling.ts';

export type KnownService = Grammar['services'][number];

/** The service of that name or alias; exactly written names go first, then any case. */
export function findService(grammar: Grammar, word: string): KnownService | null {
  const lower = word.toLowerCase();
  return (
    grammar.services.find((service) => service.name === word) ??
    grammar.services.find((service) => service.aliases.includes(word)) ??
    grammar.services.find((service) => [service.name, ...service.aliases].some((name) => name.toLowerCase() === lower)) ??
    null
  );
}

/** Environments of the service, or of all services. */
export function environmentsOf(grammar: Grammar, service: KnownService | null): readonly string[] {
  return service === null ? [...new Set(grammar.services.flatMap((known) => known.environments))] : service.environments;
}

export function findEnvironment(environments: readonly string[], word: string): string | null {
  return environments.find((name) => name === word) ?? environments.find((name) => name.toLowerCase() === word.toLowerCase()) ?? null;
}

export function nearestService(grammar: Grammar, word: string): ReturnType<typeof nearest> {
  return nearest(
    word,
    grammar.services.flatMap((service) => [service.name, ...service.aliases]),
  );
}
