// What the deploy form shows and what became of it, as data. Drawn by form-slack.ts. Types only.
import type { EnvironmentState } from '../../workflows/status.ts';
import type { CommitSha, Person, TallyNode } from '../../workflows/vocabulary.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import type { FormField } from './form-fields.ts';
import type { Inline } from './inline.ts';
import type { Reply } from './reply.ts';

export interface DeployForm {
  /** Names, those of the place where it was asked for first. */
  readonly services: readonly string[];
  readonly service: string | null;
  /** Of the service, in the order of the configuration. */
  readonly environments: readonly string[];
  readonly environment: string | null;
  readonly parameters: readonly { readonly name: string; readonly choices: readonly string[]; readonly chosen: string | null }[];
  /** null: nothing is chosen yet. */
  readonly preview: FormPreview | null;
}

export interface FormPreview {
  readonly policy: EnvironmentPolicy;
  readonly requester: Person;
  /** null: being looked up; the form is shown again when it is there. `of`: the commit that it was judged for; null: by the configuration alone. */
  readonly approval:
    | { readonly tree: TallyNode | null; readonly of: { readonly sha: CommitSha; readonly title: string } | null }
    | { readonly unread: string }
    | null;
  readonly live: { readonly state: EnvironmentState | null } | { readonly unread: string } | null;
}

/** At once what the configuration says; later who must approve and what is live, too. */
export interface GrowingForm {
  readonly now: DeployForm;
  readonly later: Promise<DeployForm>;
}

export type FormAnswer =
  /** Not everything is chosen yet: the form goes on. */
  | { readonly kind: 'more'; readonly form: GrowingForm }
  | { readonly kind: 'problems'; readonly problems: readonly { readonly field: FormField; readonly words: Inline }[] }
  | { readonly kind: 'answered'; readonly reply: Reply };
