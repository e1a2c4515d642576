import type { Logger } from 'pino';
import type { Account, Person } from '../../workflows/vocabulary.ts';
import type { Foreseeable, Foreseen } from '../policy/foreseen.ts';
import type { Membership } from '../policy/membership.ts';
import type { Config } from '../config/config.ts';
import type { Metrics } from '../ops/metrics.ts';
import type { Gateway } from '../temporal/gateway.ts';
import type { OneZone } from '../temporal/one-zone.ts';

/** Who is who, and in which groups: for what is shown before anything is judged. */
export interface Directory {
  /** Everybody whose accounts are tied together, by the configuration or by themselves, and whoever asks by their address. Throws `Trouble`. */
  people(by: Account): Promise<readonly Person[]>;
  /** Of these groups; what can't be read is told apart from what is empty. Without links and delegations where those can't be read: `people` says so. */
  membership(groups: readonly string[]): Promise<Membership>;
  /** What a request like this would be about if it were made now; null: there is no such commit, or it can't be read. Decides nothing, and starts nothing. */
  foresee(wish: Foreseeable): Promise<Foreseen | null>;
}

/** What the bot works with. */
export interface BotDeps {
  readonly config: Config;
  /** Reaches all zones. */
  readonly gateway: Gateway;
  /** Each by itself, for lists: one that is away costs nothing of the others. */
  readonly zones: readonly OneZone[];
  readonly directory: Directory;
  readonly metrics: Pick<Metrics, 'command' | 'vote'>;
  readonly log: Logger;
  readonly now: () => number;
  /** Our own address, where accounts are linked; null: that is not switched on. */
  readonly linksAt: string | null;
}
