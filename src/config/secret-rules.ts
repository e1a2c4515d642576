// Which secrets a process is given, by its task: a worker holds those of its zones, a front door none that builds.
import { isGiven, problemOf, type SecretRule, type Variables } from './read-secret.ts';
import { quote, type Problem } from './problem.ts';

/** The task of a process. */
export interface Serving {
  /** Trust zones that it reaches. */
  readonly zones: readonly string[];
  /** It works for them at Buildkite; a front door only speaks to Temporal. */
  readonly builds: boolean;
}

/** What a credential variable of this zone is called after its name: nothing for `default`, `_EU` for `eu`. */
export function zoneSuffix(zone: string): string {
  return zone === 'default' ? '' : `_${zone.toUpperCase().replaceAll('-', '_')}`;
}

const HOW_LONG = 16;

export function rulesOf({ zones, builds }: Serving, env: Variables): readonly SecretRule[] {
  const hook = 'Write a long random text, the same as in the settings of the GitHub App: `openssl rand -hex 32`';
  const signing = "Copy the signing secret from the Slack app's page, Basic Information";
  return [
    {
      name: 'PRIVATE_KEY',
      pathName: 'PRIVATE_KEY_PATH',
      required: true,
      privateKey: 'app',
      minLength: 0,
      fix: "Give the GitHub App's private key (.pem), or PRIVATE_KEY_PATH",
    },
    { name: 'WEBHOOK_SECRET', required: true, minLength: HOW_LONG, fix: hook },
    { name: 'WEBHOOK_SECRET_PREVIOUS', required: false, minLength: HOW_LONG, fix: 'Write the secret that is being replaced' },
    {
      name: 'SLACK_BOT_TOKEN',
      required: true,
      minLength: HOW_LONG,
      prefix: 'xoxb-',
      fix: "Copy the bot token (xoxb-…) from the Slack app's page, OAuth & Permissions",
    },
    { name: 'SLACK_SIGNING_SECRET', required: !isGiven(env, 'SLACK_APP_TOKEN'), minLength: HOW_LONG, fix: signing },
    { name: 'SLACK_SIGNING_SECRET_PREVIOUS', required: false, minLength: HOW_LONG, fix: 'Write the secret that is being replaced' },
    {
      name: 'SLACK_APP_TOKEN',
      required: false,
      minLength: HOW_LONG,
      prefix: 'xapp-',
      fix: 'Copy an app-level token (xapp-…) with connections:write',
    },
    {
      name: 'GITHUB_CLIENT_SECRET',
      required: false,
      minLength: HOW_LONG,
      fix: "Create a client secret on the GitHub App's page, with GITHUB_CLIENT_ID beside it",
    },
    ...(builds ? [REDIS] : []),
    ...zones.flatMap((zone) => [...(builds ? buildkiteRules(zoneSuffix(zone), env) : []), ...reachRules(zoneSuffix(zone))]),
  ];
}

/** May carry a password. */
const REDIS: SecretRule = {
  name: 'REDIS_URL',
  required: false,
  minLength: 0,
  isRedisUrl: true,
  fix: 'Write redis://HOST:6379, or rediss:// with TLS',
};

/** A token, or what one is exchanged for. */
function buildkiteRules(suffix: string, env: Variables): readonly SecretRule[] {
  const [token, key, assertion] = [
    `BUILDKITE_API_TOKEN${suffix}`,
    `BUILDKITE_OAUTH_PRIVATE_KEY${suffix}`,
    `BUILDKITE_OAUTH_ASSERTION${suffix}`,
  ] as const;
  const exchanges = isGiven(env, `BUILDKITE_OAUTH_CLIENT_ID${suffix}`);
  return [
    {
      name: token,
      required: !exchanges && !isGiven(env, key) && !isGiven(env, assertion),
      minLength: HOW_LONG,
      isHeader: true,
      fix: `Create an API access token for the bot's Buildkite user, or set BUILDKITE_OAUTH_CLIENT_ID${suffix}`,
    },
    {
      name: key,
      required: exchanges && !isGiven(env, assertion),
      privateKey: 'assertions',
      minLength: 0,
      fix: `Give the key with which the OAuth application signs (.pem), or ${assertion}_FILE`,
    },
    {
      name: assertion,
      required: false,
      minLength: HOW_LONG,
      isJwtFile: true,
      fix: 'Name the file of the OIDC token, such as a projected service account token',
    },
  ];
}

function reachRules(suffix: string): readonly SecretRule[] {
  const webhook = 'Copy the token of the notification service in Buildkite';
  return [
    { name: `BUILDKITE_WEBHOOK_TOKEN${suffix}`, required: false, minLength: HOW_LONG, fix: webhook },
    { name: `BUILDKITE_WEBHOOK_TOKEN_PREVIOUS${suffix}`, required: false, minLength: HOW_LONG, fix: 'Write the token that is being replaced' },
    apiKeyRule(suffix),
  ];
}

/** Temporal's own variable; ours is only that it may be a file. */
export function apiKeyRule(suffix: string): SecretRule {
  const fix = 'Create an API key that may write to the namespace';
  return { name: `TEMPORAL_API_KEY${suffix}`, required: false, minLength: HOW_LONG, isHeader: true, fix };
}

/** Only `countersign export` needs it, so the product starts without. */
export const SIGNING_KEY: SecretRule = {
  name: 'COUNTERSIGN_SIGNING_KEY',
  required: true,
  privateKey: 'records',
  minLength: 0,
  fix: 'Make one with `openssl genpkey -algorithm ed25519 -out signing.pem`, and give it, or its path as COUNTERSIGN_SIGNING_KEY_FILE',
};

/** Credentials that open a zone. */
const OF_A_ZONE = [
  'BUILDKITE_API_TOKEN',
  'BUILDKITE_OAUTH_PRIVATE_KEY',
  'BUILDKITE_OAUTH_ASSERTION',
  'TEMPORAL_API_KEY',
  'TEMPORAL_TLS_CLIENT_KEY_DATA',
  'TEMPORAL_TLS_CLIENT_KEY_PATH',
];

/** A worker must not hold what opens another zone: whoever takes it over would have both. */
export function secretsOfOthers(env: Variables, all: readonly string[], own: string): readonly Problem[] {
  return all
    .filter((zone) => zone !== own)
    .flatMap((zone) =>
      OF_A_ZONE.flatMap((name) => [`${name}${zoneSuffix(zone)}`, `${name}${zoneSuffix(zone)}_FILE`])
        .filter((name) => (env[name] ?? '') !== '')
        .map((name) =>
          problemOf(name, `it opens zone ${quote(zone)}, and this worker serves ${quote(own)}`, 'Take it out of the environment of this process'),
        ),
    );
}
