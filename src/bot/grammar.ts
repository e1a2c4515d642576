// What the parser must know: taken from the live configuration.
import type { Grammar } from '../command/command.ts';
import { servicesOf, type Config, type Service } from '../config/config.ts';
import type { ReplyTo } from '../../workflows/vocabulary.ts';

/** On a pull request the repository's own services come first. */
export function grammarOf(config: Config, from: ReplyTo): Grammar {
  const near = from.surface === 'github' ? servicesOf(config, from.repo.slug) : [];
  const services = [...near, ...config.services.filter((service) => !near.includes(service))];
  return { surface: from.surface, prefix: config.slack.command, services: services.map(describe) };
}

/** The services that matter at this place: those of the repository, or those that speak in this channel; else all. */
export function servicesHere(config: Config, from: ReplyTo): readonly Service[] {
  const near = from.surface === 'github' ? servicesOf(config, from.repo.slug) : config.services.filter((service) => speaksIn(service, from.channel));
  return near.length > 0 ? near : config.services;
}

/**
 * Whose requests may be named from this place; null: everybody's. A pull request has its own readers, perhaps the whole world, and its
 * own repository's requests.
 */
export function servicesInReach(config: Config, from: ReplyTo): readonly Service[] | null {
  return from.surface === 'github' ? servicesOf(config, from.repo.slug) : null;
}

function speaksIn(service: Service, channel: string): boolean {
  return Object.values(service.environments).some((policy) => policy.slack.channel === channel || policy.slack.also.includes(channel));
}

function describe({ name, aliases, order }: Service): Grammar['services'][number] {
  return { name, aliases, environments: order };
}
