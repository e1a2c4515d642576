import type { Logger } from 'pino';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Gateway } from '../temporal/gateway.ts';

/** What the bot works with. */
export interface BotDeps {
  readonly config: Config;
  readonly gateway: Gateway;
  readonly metrics: Pick<Metrics, 'command' | 'vote'>;
  readonly log: Logger;
  readonly now: () => number;
}
