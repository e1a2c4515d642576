// What the rest of Countersign asks of Slack. Implemented by `createSlack` in client.ts. Every method throws `Trouble`.
import type { AccountState } from '../policy/facts.ts';
import type { SlackMessage } from '../render/message.ts';

export interface CardPlace {
  readonly channel: string;
  readonly ts: string;
}

export interface SlackAccount extends AccountState {
  readonly name: string;
  /** Confirmed, of an active member of our own workspace; null also without the scope `users:read.email`. */
  readonly email: string | null;
}

export interface SlackApi {
  /** `auth.test` of our token: who we are. */
  whoAmI(): Promise<{
    readonly team: string;
    readonly teamName: string;
    readonly botUser: string;
    readonly bot: string;
    readonly app: string | null;
  }>;
  /** `users.info`; `maxAgeMs` 0 reads afresh. */
  readAccount(team: string, user: string, maxAgeMs: number): Promise<SlackAccount>;
  /** Members of the user group with this id. Never cached; the scope is usergroups:read. */
  readUserGroup(id: string): Promise<readonly { readonly team: string; readonly user: string }[]>;
  /** The card of this request (message metadata `countersign_card` with `deploy_id`), posted by us since then; or null. */
  findCard(channel: string, deployId: string, sinceMs: number): Promise<CardPlace | null>;
  postCard(channel: string, message: SlackMessage, deployId: string): Promise<CardPlace>;
  updateCard(place: CardPlace, message: SlackMessage): Promise<void>;
  postInThread(place: CardPlace, message: SlackMessage): Promise<void>;
  postMessage(channel: string, message: SlackMessage): Promise<void>;
  /** Seen by this user only; falls back to a direct message when the user is not in the channel. */
  tell(channel: string, user: string, message: SlackMessage): Promise<void>;
  /** A direct message. */
  write(user: string, message: SlackMessage): Promise<void>;
  permalink(place: CardPlace): Promise<string>;
}
