// The one table of commands: the parser dispatches on it and help is made of it.

export type CommandName =
  | 'deploy'
  | 'plan'
  | 'emergency'
  | 'review'
  | 'history'
  | 'approve'
  | 'reject'
  | 'withdraw'
  | 'retry'
  | 'cancel'
  | 'keep'
  | 'extend'
  | 'status'
  | 'why'
  | 'what'
  | 'link'
  | 'delegate'
  | 'help';
export type Surface = 'github' | 'slack';

export interface CommandEntry {
  /** What follows the prefix, in the manner of a manual: `<needed>`, `[optional]`. */
  readonly usage: Readonly<Record<Surface, string>>;
  readonly summary: string;
  /** Who may do it. */
  readonly who: string;
  /** What follows the prefix. `SERVICE` and `ENVIRONMENT` stand for names of the live configuration. */
  readonly examples: Readonly<Record<Surface, readonly string[]>>;
  /** On a pull request it is a word of its own as well: `/approve`. */
  readonly alone: boolean;
}

export const COMMANDS = {
  deploy: {
    usage: {
      github: '[service][@ref] [to] <environment> [name=value ...] [--dry-run]',
      slack: '<service>[@ref] [to] <environment> [name=value ...] [--dry-run]',
    },
    summary: "Ask for a deploy. Without a ref it is the pull request's head, in Slack the default branch's.",
    who: 'people with write permission on the repository, unless the environment says otherwise',
    examples: {
      github: ['SERVICE to ENVIRONMENT', 'ENVIRONMENT', 'SERVICE@v1.4.2 to ENVIRONMENT', 'SERVICE to ENVIRONMENT migrate=yes'],
      slack: ['SERVICE to ENVIRONMENT', 'SERVICE@v1.4.2 to ENVIRONMENT', 'SERVICE@4f5a6b7 to ENVIRONMENT migrate=yes'],
    },
    alone: false,
  },
  plan: {
    usage: { github: '[service][@ref] [to] <environment> [name=value ...]', slack: '<service>[@ref] [to] <environment> [name=value ...]' },
    summary: 'Say what a deploy would bring, what stands in its way and who would have to approve. Changes nothing.',
    who: 'whoever may ask for the deploy',
    examples: { github: ['plan SERVICE to ENVIRONMENT'], slack: ['plan SERVICE to ENVIRONMENT', 'plan SERVICE@v1.4.2 to ENVIRONMENT'] },
    alone: false,
  },
  emergency: {
    usage: {
      github: '[service][@ref] [to] <environment> [name=value ...] because <reason>',
      slack: '<service>[@ref] [to] <environment> [name=value ...] because <reason>',
    },
    summary: 'Deploy at once, without approval. Everybody is told, and somebody else has to sign it off afterwards.',
    who: 'only the people whom the environment names for it',
    examples: {
      github: ['emergency SERVICE to ENVIRONMENT because the shop is down', 'emergency SERVICE@4f5a6b7 to ENVIRONMENT because the shop is down'],
      slack: ['emergency SERVICE to ENVIRONMENT because the shop is down', 'emergency SERVICE@4f5a6b7 to ENVIRONMENT because the shop is down'],
    },
    alone: false,
  },
  review: {
    usage: { github: '<code> [sign [comment] | dispute <why>]', slack: '<code> [sign [comment] | dispute <why>]' },
    summary: 'Sign an emergency deploy off, or dispute it, once it has ended. Without either it shows where the review stands.',
    who: 'the people its message names; never whoever asked for it',
    examples: {
      github: ['review 7F3K-Q2', 'review 7F3K-Q2 sign', 'review 7F3K-Q2 dispute the shop was up all the time'],
      slack: ['review 7F3K-Q2', 'review 7F3K-Q2 sign', 'review 7F3K-Q2 dispute the shop was up all the time'],
    },
    alone: false,
  },
  approve: {
    usage: { github: '[environment|code] [comment]', slack: '<code> [comment]' },
    summary: 'Sign a waiting request: exactly its commit, environment and parameters.',
    who: 'the people its card names; never the requester',
    examples: { github: ['approve', 'approve ENVIRONMENT', 'approve 7F3K-Q2'], slack: ['approve 7F3K-Q2'] },
    alone: true,
  },
  reject: {
    usage: { github: '[environment|code] <why>', slack: '<code> <why>' },
    summary: 'End a waiting request and say why.',
    who: 'people whose approval could count',
    examples: {
      github: ['reject the migration is not reviewed', 'reject ENVIRONMENT not before the release'],
      slack: ['reject 7F3K-Q2 the migration is not reviewed'],
    },
    alone: true,
  },
  withdraw: {
    usage: { github: '[environment|code] [why]', slack: '<code> [why]' },
    summary: 'Take your own approval back, until the build starts.',
    who: 'whoever approved',
    examples: { github: ['withdraw 7F3K-Q2'], slack: ['withdraw 7F3K-Q2', 'withdraw 7F3K-Q2 I overlooked the migration'] },
    alone: false,
  },
  cancel: {
    usage: { github: '[environment|code] [why]', slack: '<code> [why]' },
    summary: 'Stop a request at any point; a running build is cancelled.',
    who: 'the requester and the people who may approve, unless the environment says otherwise',
    examples: { github: ['cancel 7F3K-Q2'], slack: ['cancel 7F3K-Q2', 'cancel 7F3K-Q2 wrong version'] },
    alone: false,
  },
  keep: {
    usage: { github: '[environment|code] [why]', slack: '<code> [why]' },
    summary: 'After a push, go back to the commit before it. It takes new approvals.',
    who: 'the requester, where the environment lets it, and if whoever pushed is not needed',
    examples: { github: ['keep 7F3K-Q2'], slack: ['keep 7F3K-Q2'] },
    alone: false,
  },
  extend: {
    usage: { github: '[environment|code] <duration>', slack: '<code> <duration>' },
    summary: 'Give a waiting request more time, in minutes, hours or days.',
    who: 'the requester and the people who may approve, unless the environment says otherwise',
    examples: { github: ['extend 7F3K-Q2 2h', 'extend 90m'], slack: ['extend 7F3K-Q2 2h'] },
    alone: false,
  },
  retry: {
    usage: { github: '<code>', slack: '<code>' },
    summary: 'Ask for the same again after a bad end: a new request with a fresh plan and fresh approvals.',
    who: 'whoever may ask for the deploy',
    examples: { github: ['retry 7F3K-Q2'], slack: ['retry 7F3K-Q2'] },
    alone: false,
  },
  status: {
    usage: { github: '[code]', slack: '[code]' },
    summary: 'Show one request, or the open requests and running builds here.',
    who: 'everybody who can read this',
    examples: { github: ['status', 'status 7F3K-Q2'], slack: ['status', 'status 7F3K-Q2'] },
    alone: false,
  },
  why: {
    usage: { github: '<code>', slack: '<code>' },
    summary: 'Explain one request, open or ended: every gate and rule with what was found, who voted when, which votes are gone, how it ended.',
    who: 'everybody who can read this',
    examples: { github: ['why 7F3K-Q2'], slack: ['why 7F3K-Q2'] },
    alone: false,
  },
  what: {
    usage: { github: '[service] [environment]', slack: '[service] [environment]' },
    summary: 'Say which version is live where, and since when.',
    who: 'everybody who can read this',
    examples: { github: ['what', 'what SERVICE ENVIRONMENT'], slack: ['what', 'what SERVICE', 'what SERVICE ENVIRONMENT'] },
    alone: false,
  },
  link: {
    usage: { github: '[revoke]', slack: '[revoke]' },
    summary: 'Tie your Slack account to your GitHub account, see how they are tied, or take it back.',
    who: 'everybody, for their own accounts',
    examples: { github: ['link revoke'], slack: ['link', 'link revoke'] },
    alone: false,
  },
  delegate: {
    usage: { github: '<person> for <duration> [why] | off', slack: '<person> for <duration> [why] | off' },
    summary: 'Have somebody act for you while you are away, for at most 30 days.',
    who: 'people whose accounts are tied together',
    examples: { github: ['delegate ada for 2d', 'delegate off'], slack: ['delegate ada for 2d on holiday', 'delegate off'] },
    alone: false,
  },
  history: {
    usage: { github: '[service] <environment>', slack: '<service> <environment>' },
    summary: 'Show the last deploys of an environment: version, who asked, who approved, how it ended.',
    who: 'everybody who can read this',
    examples: { github: ['history SERVICE ENVIRONMENT'], slack: ['history SERVICE ENVIRONMENT'] },
    alone: false,
  },
  help: {
    usage: { github: '[command]', slack: '[command]' },
    summary: 'Show this, or one command in detail.',
    who: 'everybody',
    examples: { github: ['help', 'help approve'], slack: ['help', 'help approve'] },
    alone: false,
  },
} as const satisfies Record<CommandName, CommandEntry>;

export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];
/** Commands that are introduced by their own word; `deploy` is what stands there without one. */
export const VERBS: readonly CommandName[] = COMMAND_NAMES.filter((name) => name !== 'deploy');

/** Words that are kept for later versions: answered with "not in this version yet", never listed. */
export const LATER_VERBS: readonly string[] = ['rollback', 'promote', 'lock', 'unlock', 'steal', 'watch', 'freeze', 'unfreeze', 'queue', 'doctor'];

export function isCommandName(word: string): word is CommandName {
  return Object.hasOwn(COMMANDS, word);
}
