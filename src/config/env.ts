// Environment variables → settings, or every problem at once. The variables are passed in; only the composition root reads `process.env`.
import { readChoice, readCount, readPort, readText, readUrl, type Reading } from './read-variable.ts';
import { problemOf, readSecret, type SecretRule, type Variables } from './read-secret.ts';
import type { Config, Zone } from './config.ts';
import { quote, type Problem } from './problem.ts';
import type { Secret, SecretFiles } from './secret.ts';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

export interface Settings {
  readonly port: number;
  readonly opsPort: number;
  readonly configPath: string;
  /** `NODE_ENV=production`: never an embedded dev server. */
  readonly isProduction: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Our own address, without a slash at its end. */
  readonly publicUrl: string | null;
  readonly github: {
    readonly appId: number;
    /** PEM. */
    readonly privateKey: Secret;
    /** The current one first; a second while it is being rotated. */
    readonly webhookSecrets: readonly Secret[];
    /** Without a slash at its end. */
    readonly apiUrl: string;
    /** For account links; null: they are not switched on. */
    readonly signIn: SignInSettings | null;
  };
  readonly slack: {
    readonly botToken: Secret;
    /** Empty with Socket Mode. */
    readonly signingSecrets: readonly Secret[];
    /** Present: Socket Mode. */
    readonly appToken: Secret | null;
    /** With the slash at its end. */
    readonly apiUrl: string;
  };
  readonly buildkite: {
    readonly organization: string;
    /** By zone. */
    readonly tokens: Readonly<Record<string, Secret>>;
    /** Empty: builds are polled, which deserves a warning. */
    readonly webhookTokens: readonly Secret[];
    /** Without `/v2` and without a slash at its end. */
    readonly apiUrl: string;
    /** Who signs the tokens of jobs, without a slash at its end. */
    readonly oidcIssuer: string;
  };
}

export interface SignInSettings {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** Where people sign in, without a slash at its end. */
  readonly webUrl: string;
  /** Our own address, where they come back to. */
  readonly publicUrl: string;
}

export type ReadSettings =
  | { readonly kind: 'settings'; readonly settings: Settings }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] };

/** Where the configuration is: needed before anything else. */
export function configPathOf(env: Variables): string {
  const path = env['COUNTERSIGN_CONFIG'];
  return path === undefined || path === '' ? 'countersign.yml' : path;
}

/** What the variables say of the zone `default`, for a configuration that writes no zones. */
export function homeZone(env: Variables): Zone {
  return { namespace: env['TEMPORAL_NAMESPACE'] ?? 'default', organization: env['BUILDKITE_ORGANIZATION_SLUG'] ?? '' };
}

/** What a credential variable of this zone is called after its name: nothing for `default`, `_EU` for `eu`. */
export function zoneSuffix(zone: string): string {
  return zone === 'default' ? '' : `_${zone.toUpperCase().replaceAll('-', '_')}`;
}

/** Reads all variables of this version. `zones`: those whose credentials this process holds. */
export function readSettings(env: Variables, files: SecretFiles, zones: readonly string[] = ['default']): ReadSettings {
  const problems: Problem[] = [];
  const secrets = new Map<string, Secret>();
  for (const rule of rulesOf(zones, env)) {
    const { secret, problems: found } = readSecret(rule, env, files);
    problems.push(...found);
    if (secret !== null) secrets.set(rule.name, secret);
  }
  problems.push(...repeated(secrets), ...missingProfile(env, files));
  const reading: Reading = { env, tell: (name, found, fix) => void problems.push(problemOf(name, found, fix)) };
  const settings = assemble(reading, secrets, zones);
  if (settings.port !== 0 && settings.port === settings.opsPort)
    problems.push(problemOf('OPS_PORT', 'it is the same as PORT', 'Choose another port'));
  return problems.length > 0 || !isWhole(settings) ? { kind: 'problems', problems } : { kind: 'settings', settings };
}

/** A service of another zone would be deployed with the credentials of this one: separated by the configuration and by nothing else. */
export function unservedServices(config: Config, zones: readonly string[]): readonly Problem[] {
  const served = zones.map(quote).join(', ');
  return config.services
    .filter(({ zone }) => !zones.includes(zone))
    .map(({ name, zone }) => problemOf(`services.${name}.zone`, `found ${quote(zone)}, but this process serves ${served}`, 'Leave `zone` out'));
}

const HOW_LONG = 16;

function rulesOf(zones: readonly string[], env: Variables): readonly SecretRule[] {
  const hook = 'Write a long random text, the same as in the settings of the GitHub App: `openssl rand -hex 32`';
  const signing = "Copy the signing secret from the Slack app's page, Basic Information";
  const usesSocket = ['SLACK_APP_TOKEN', 'SLACK_APP_TOKEN_FILE'].some((name) => env[name] !== undefined);
  return [
    {
      name: 'PRIVATE_KEY',
      pathName: 'PRIVATE_KEY_PATH',
      required: true,
      isPrivateKey: true,
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
    { name: 'SLACK_SIGNING_SECRET', required: !usesSocket, minLength: HOW_LONG, fix: signing },
    { name: 'SLACK_SIGNING_SECRET_PREVIOUS', required: false, minLength: HOW_LONG, fix: 'Write the secret that is being replaced' },
    {
      name: 'SLACK_APP_TOKEN',
      required: false,
      minLength: HOW_LONG,
      prefix: 'xapp-',
      fix: 'Copy an app-level token (xapp-…) with connections:write',
    },
    ...zones.map((zone) => ({
      name: `BUILDKITE_API_TOKEN${zoneSuffix(zone)}`,
      required: true,
      minLength: HOW_LONG,
      fix: "Create an API access token for the bot's Buildkite user",
    })),
    {
      name: 'GITHUB_CLIENT_SECRET',
      required: false,
      minLength: HOW_LONG,
      fix: "Create a client secret on the GitHub App's page, with GITHUB_CLIENT_ID beside it",
    },
    { name: 'BUILDKITE_WEBHOOK_TOKEN', required: false, minLength: HOW_LONG, fix: 'Copy the token of the notification service in Buildkite' },
    { name: 'BUILDKITE_WEBHOOK_TOKEN_PREVIOUS', required: false, minLength: HOW_LONG, fix: 'Write the token that is being replaced' },
  ];
}

// One leaked place must not open another; and a previous secret equal to the present one means that nothing was rotated.
function repeated(secrets: ReadonlyMap<string, Secret>): readonly Problem[] {
  const first = new Map<string, string>();
  return [...secrets].flatMap(([name, secret]) => {
    const other = first.get(secret.reveal());
    if (other === undefined) first.set(secret.reveal(), name);
    return other === undefined ? [] : [problemOf(name, `it is the same as ${other}`, 'Give every place a secret of its own')];
  });
}

// `@temporalio/envconfig` silently goes on without a file that is not there.
function missingProfile(env: Variables, files: SecretFiles): readonly Problem[] {
  const path = env['TEMPORAL_CONFIG_FILE'];
  if (path === undefined) return [];
  try {
    files.stampOf(path);
    return [];
  } catch {
    return [problemOf('TEMPORAL_CONFIG_FILE', 'there is no such file', 'Mend the path, or unset it')];
  }
}

/** Settings in which a wrong or missing secret is null. */
type Partly<Whole> = Whole extends Secret
  ? Secret | null
  : Whole extends readonly unknown[]
    ? Whole
    : Whole extends object
      ? { readonly [Key in keyof Whole]: Partly<Whole[Key]> }
      : Whole;

function isWhole(settings: Partly<Settings>): settings is Settings {
  return (
    settings.github.privateKey !== null &&
    settings.slack.botToken !== null &&
    Object.values(settings.buildkite.tokens).every((token) => token !== null)
  );
}

function assemble(reading: Reading, secrets: ReadonlyMap<string, Secret>, zones: readonly string[]): Partly<Settings> {
  const { env } = reading;
  const secret = (name: string): Secret | null => secrets.get(name) ?? null;
  const both = (name: string): readonly Secret[] => [secret(name), secret(`${name}_PREVIOUS`)].filter((one) => one !== null);
  return {
    port: readPort(reading, 'PORT', 3000),
    opsPort: readPort(reading, 'OPS_PORT', 9090),
    configPath: configPathOf(env),
    isProduction: env['NODE_ENV'] === 'production',
    logLevel: readChoice(reading, { name: 'LOG_LEVEL', choices: LOG_LEVELS, fallback: 'info' }),
    publicUrl: readUrl(reading, { name: 'PUBLIC_URL', fallback: null }),
    github: {
      appId: readCount(reading, 'APP_ID', "Copy the App ID (a number) from the GitHub App's page"),
      privateKey: secret('PRIVATE_KEY'),
      webhookSecrets: both('WEBHOOK_SECRET'),
      apiUrl: readUrl(reading, { name: 'GITHUB_API_URL', fallback: 'https://api.github.com', needs: 'github' }),
      signIn: readSignIn(reading, secret('GITHUB_CLIENT_SECRET')),
    },
    slack: {
      botToken: secret('SLACK_BOT_TOKEN'),
      signingSecrets: both('SLACK_SIGNING_SECRET'),
      appToken: secret('SLACK_APP_TOKEN'),
      apiUrl: `${readUrl(reading, { name: 'SLACK_API_URL', fallback: 'https://slack.com/api' })}/`,
    },
    buildkite: {
      organization: readText(reading, {
        name: 'BUILDKITE_ORGANIZATION_SLUG',
        pattern: /^[a-z0-9][a-z0-9-]{0,62}$/,
        fix: 'Write the slug: the part after buildkite.com/',
      }),
      tokens: Object.fromEntries(zones.map((zone) => [zone, secret(`BUILDKITE_API_TOKEN${zoneSuffix(zone)}`)])),
      webhookTokens: both('BUILDKITE_WEBHOOK_TOKEN'),
      apiUrl: readUrl(reading, { name: 'BUILDKITE_REST_API_ENDPOINT', fallback: 'https://api.buildkite.com', needs: 'no-version' }),
      oidcIssuer: readUrl(reading, { name: 'BUILDKITE_OIDC_ISSUER', fallback: 'https://agent.buildkite.com' }),
    },
  };
}

/** All of it or nothing: half a sign-in would fail in the face of whoever tries it. */
function readSignIn(reading: Reading, clientSecret: Secret | null): SignInSettings | null {
  const { env, tell } = reading;
  const webUrl = readUrl(reading, { name: 'GITHUB_WEB_URL', fallback: 'https://github.com' });
  const isGiven = (name: string): boolean => (env[name] ?? '').trim() !== '';
  const hasId = isGiven('GITHUB_CLIENT_ID');
  const hasSecret = isGiven('GITHUB_CLIENT_SECRET') || isGiven('GITHUB_CLIENT_SECRET_FILE');
  if (!hasId && !hasSecret) return null;
  const clientId = readText(reading, {
    name: 'GITHUB_CLIENT_ID',
    pattern: /^[A-Za-z0-9._-]{4,100}$/,
    fix: "Copy the client id (Iv…) from the GitHub App's page, or unset GITHUB_CLIENT_SECRET",
  });
  if (!hasSecret) tell('GITHUB_CLIENT_SECRET', 'it is not set, but GITHUB_CLIENT_ID is', 'Set both, or none to leave account links off');
  const publicUrl = isGiven('PUBLIC_URL') ? readUrl({ env, tell: () => undefined }, { name: 'PUBLIC_URL', fallback: null }) : null;
  if (publicUrl === null) tell('PUBLIC_URL', 'it is not set', 'Account links need our own address, which GitHub sends people back to');
  return publicUrl === null || clientSecret === null ? null : { clientId, clientSecret, webUrl, publicUrl };
}
