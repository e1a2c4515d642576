// A Web API call as it is refused: https://docs.slack.dev/apis/web-api/#responses. Errors are Slack's own words.
import type { ApiArguments } from './arguments.ts';
import type { Refused } from './validate.ts';
import type { SimUser, SlackWorld } from './world.ts';

/** `{ ok: false, error }` with HTTP 200, as Slack answers. */
export class SlackRefusal extends Error {
  readonly refused: Refused;
  constructor(error: string, messages: readonly string[] = []) {
    super(error);
    this.refused = { error, messages };
  }
}

export interface Method {
  /** The bot scope it needs; null: none. */
  readonly scope: string | null;
  /** `has`: whether the token has this scope, too; what a scope of its own is needed for is left out without it. */
  readonly run: (args: ApiArguments, world: SlackWorld, has: (scope: string) => boolean) => Readonly<Record<string, unknown>>;
}

export function userOf(id: string | null, world: SlackWorld): SimUser {
  const user = id === null ? undefined : world.users.get(id);
  if (user === undefined) throw new SlackRefusal('user_not_found');
  return user;
}

export function required(args: ApiArguments, name: string): string {
  const value = args.text(name);
  if (value === null || value === '') throw new SlackRefusal('invalid_arguments', [`[ERROR] missing required field: ${name}`]);
  return value;
}
