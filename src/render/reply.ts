// Answers to one person, as data. Rendered by reply-github.ts and reply-slack.ts. Pure.
import type { ParseFailure } from '../command/command.ts';
import type { ActKind } from '../../workflows/activities.ts';
import type { BlockStatus } from '../../workflows/block-contract.ts';
import type { Receipt } from '../../workflows/contract.ts';
import type { Reason } from '../../workflows/reasons.ts';
import type { ReviewStatus } from '../../workflows/review-contract.ts';
import type { DeployStatus, EnvironmentState } from '../../workflows/status.ts';
import type { Delegation, Link } from '../../workflows/people-contract.ts';
import type { DeployCode, Millis, Person } from '../../workflows/vocabulary.ts';
import type { Place } from './live.ts';
import type { Unread } from './unread.ts';

export type ActName = ActKind;

export type Reply =
  /** The request is durable; its card follows. `channel`: the Slack channel where the card will be. */
  | {
      readonly kind: 'started';
      readonly code: DeployCode;
      readonly service: string;
      readonly environment: string;
      readonly channel: string | null;
      readonly dryRun: boolean;
      readonly emergency?: true;
    }
  | { readonly kind: 'receipt'; readonly act: ActName; readonly receipt: Receipt }
  /** The act is recorded by Signal and will be judged when a worker is back; the answer comes later. */
  | { readonly kind: 'recorded'; readonly act: ActName }
  /** Temporal cannot be reached. Whether the command or click arrived is unknown; a click can't count twice. */
  | { readonly kind: 'unreachable'; readonly what: 'command' | 'click' }
  | { readonly kind: 'not-understood'; readonly failure: ParseFailure }
  | { readonly kind: 'refused'; readonly reasons: readonly Reason[] }
  | {
      readonly kind: 'help';
      readonly topic: string | null;
      readonly surface: 'github' | 'slack';
      readonly services: readonly { readonly name: string; readonly environments: readonly string[] }[];
    }
  /** Open requests and running builds of this repository or channel, and the reviews that its emergencies owe. */
  | {
      readonly kind: 'open-requests';
      readonly where: string;
      readonly requests: readonly DeployStatus[];
      readonly reviews: readonly ReviewStatus[];
      /** There are more requests than were looked at. */
      readonly isPartial: boolean;
      readonly unread: Unread;
    }
  | { readonly kind: 'one-request'; readonly status: DeployStatus }
  /** The same in full: everything that decided. */
  | { readonly kind: 'why'; readonly status: DeployStatus }
  | {
      readonly kind: 'what-is-live';
      readonly environments: readonly Place[];
    }
  /** Written at a line of code, where no command is executed. `line`: as it was typed. */
  | { readonly kind: 'wrong-place'; readonly line: string }
  /** The code was approved in a review by somebody whose approval this request waits for. `several`: others wait here too. */
  | { readonly kind: 'review-is-no-vote'; readonly status: DeployStatus; readonly several: boolean }
  /** A one-time URL, for the person alone: it proves the Slack account that it was shown to. */
  | { readonly kind: 'link-offer'; readonly url: string; readonly expiresAt: Millis }
  /** How somebody's accounts are tied together, and who acts for whom. `linkedSince` null: by the configuration. */
  | {
      readonly kind: 'accounts';
      readonly person: Person;
      readonly linkedSince: Millis | null;
      readonly given: Delegation | null;
      readonly received: readonly Delegation[];
    }
  | { readonly kind: 'unlinked'; readonly link: Link }
  | { readonly kind: 'delegated' | 'delegation-ended'; readonly delegation: Delegation }
  /** The last builds of one environment, as its target remembers them; null: it has no memory yet. */
  | { readonly kind: 'history'; readonly service: string; readonly environment: string; readonly state: EnvironmentState | null }
  | { readonly kind: 'one-review'; readonly review: ReviewStatus }
  /** A step that a build waits at. */
  | { readonly kind: 'one-block'; readonly block: BlockStatus }
  /** A bug: logged under this reference. */
  | { readonly kind: 'broken'; readonly reference: string }
  /** The text was not meant for us. */
  | { readonly kind: 'silence' };
