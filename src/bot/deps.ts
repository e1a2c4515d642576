import type { Logger } from 'pino';
import type { Person } from '../../workflows/vocabulary.ts';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Gateway } from '../temporal/gateway.ts';

/** What the bot works with. */
export interface BotDeps {
  readonly config: Config;
  readonly gateway: Gateway;
  /** Who is in a group now, for display. Throws `Trouble` when it can't be read. */
  readonly membersOf: (group: string) => Promise<readonly Person[]>;
  readonly metrics: Pick<Metrics, 'command' | 'vote'>;
  readonly log: Logger;
  readonly now: () => number;
}
