// Every call that this adapter makes, with the bot scopes it needs by https://docs.slack.dev/reference/methods; `slack-manifest.yml` asks for exactly these.

export const METHOD_SCOPES: Readonly<Record<string, readonly string[]>> = {
  'auth.test': [],
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.getPermalink': [],
  // Finding a card again after a lost answer; a card may live in a private channel.
  'conversations.history': ['channels:history', 'groups:history'],
  // A direct message, when somebody can't be told in the channel.
  'conversations.open': ['im:write'],
  // Guests, strangers, bots and people who left can't approve. E-mail addresses only for those who add `users:read.email`: people are matched by id.
  'users.info': ['users:read'],
  // Groups of the configuration that are Slack user groups.
  'usergroups.users.list': ['usergroups:read'],
  'views.open': [],
  'views.publish': [],
  'views.update': [],
};

/** The slash command itself. */
export const FEATURE_SCOPES: readonly string[] = ['commands'];

/** All bot scopes, in alphabetical order. */
export function botScopes(): readonly string[] {
  return [...new Set([...FEATURE_SCOPES, ...Object.values(METHOD_SCOPES).flat()])].sort();
}
