// Environment variables → settings, or every problem at once. The variables are passed in; only the composition root reads `process.env`.
import { given, readChoice, readCount, readPort, readRate, readText, readUrl, type Reading } from './read-variable.ts';
import { readBuildkiteCredential, type BuildkiteCredential } from './buildkite-credential.ts';
import type { Zone } from './config.ts';
import { problemOf, readSecret, type Variables } from './read-secret.ts';
import type { Problem } from './problem.ts';
import type { Secret, SecretFiles } from './secret.ts';
import { rulesOf, zoneSuffix, type Serving } from './secret-rules.ts';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;

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
    /** Of the zone `default`; empty where that is not served. */
    readonly organization: string;
    /** By zone; none for a front door, which builds nothing. */
    readonly credentials: Readonly<Record<string, BuildkiteCredential>>;
    /** By zone. Empty: its builds are polled, which deserves a warning. */
    readonly webhookTokens: Readonly<Record<string, readonly Secret[]>>;
    /** By zone: what Buildkite allows the bot's user there. */
    readonly requestsPerMinute: Readonly<Record<string, number>>;
    /** Without `/v2` and without a slash at its end. */
    readonly apiUrl: string;
    /** Who signs the tokens of jobs, without a slash at its end. */
    readonly oidcIssuer: string;
  };
  /** For one limiter of several processes; null: this process is the only one, or it builds nothing. */
  readonly redisUrl: Secret | null;
  readonly temporal: {
    /** By zone; null: the variables and profiles of Temporal's own say how to sign in. */
    readonly apiKeys: Readonly<Record<string, Secret | null>>;
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
  return given(env, 'COUNTERSIGN_CONFIG') ?? 'countersign.yml';
}

/** What the variables say of the zone `default`, for a configuration that writes no zones. */
export function homeZone(env: Variables): Zone {
  return { namespace: given(env, 'TEMPORAL_NAMESPACE') ?? 'default', organization: given(env, 'BUILDKITE_ORGANIZATION_SLUG') ?? '' };
}

/** Everything in one process. */
const ALL: Serving = { zones: ['default'], builds: true };

/** Reads all variables of this version that a process with this task needs, and no others. */
export function readSettings(env: Variables, files: SecretFiles, serving: Serving = ALL): ReadSettings {
  const problems: Problem[] = [];
  const secrets = new Map<string, Secret>();
  for (const rule of rulesOf(serving, env)) {
    const { secret, problems: found } = readSecret(rule, env, files);
    problems.push(...found);
    if (secret !== null) secrets.set(rule.name, secret);
  }
  problems.push(...repeated(secrets), ...missingProfile(env, files));
  const reading: Reading = { env, tell: (name, found, fix) => void problems.push(problemOf(name, found, fix)) };
  const settings = assemble(reading, secrets, serving);
  if (settings.port !== 0 && settings.port === settings.opsPort)
    problems.push(problemOf('OPS_PORT', 'it is the same as PORT', 'Choose another port'));
  return problems.length > 0 || !isWhole(settings) ? { kind: 'problems', problems } : { kind: 'settings', settings };
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
  const path = given(env, 'TEMPORAL_CONFIG_FILE');
  if (path === null) return [];
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
  : Whole extends BuildkiteCredential
    ? BuildkiteCredential | null
    : Whole extends readonly unknown[]
      ? Whole
      : Whole extends object
        ? { readonly [Key in keyof Whole]: Partly<Whole[Key]> }
        : Whole;

function isWhole(settings: Partly<Settings>): settings is Settings {
  return (
    settings.github.privateKey !== null &&
    settings.slack.botToken !== null &&
    Object.values(settings.buildkite.credentials).every((credential) => credential !== null)
  );
}

function assemble(reading: Reading, secrets: ReadonlyMap<string, Secret>, { zones, builds }: Serving): Partly<Settings> {
  const { env } = reading;
  const publicUrl = readUrl(reading, { name: 'PUBLIC_URL', fallback: null });
  const secret = (name: string): Secret | null => secrets.get(name) ?? null;
  const both = (name: string, suffix = ''): readonly Secret[] =>
    [secret(`${name}${suffix}`), secret(`${name}_PREVIOUS${suffix}`)].filter((one) => one !== null);
  const byZone = <T>(held: readonly string[], valueOf: (suffix: string) => T): Readonly<Record<string, T>> =>
    Object.fromEntries(held.map((zone) => [zone, valueOf(zoneSuffix(zone))]));
  return {
    port: readPort(reading, 'PORT', 3000),
    opsPort: readPort(reading, 'OPS_PORT', 9090),
    configPath: configPathOf(env),
    isProduction: env['NODE_ENV'] === 'production',
    logLevel: readChoice(reading, { name: 'LOG_LEVEL', choices: LOG_LEVELS, fallback: 'info' }),
    publicUrl,
    github: {
      appId: readCount(reading, 'APP_ID', "Copy the App ID (a number) from the GitHub App's page"),
      privateKey: secret('PRIVATE_KEY'),
      webhookSecrets: both('WEBHOOK_SECRET'),
      apiUrl: readUrl(reading, { name: 'GITHUB_API_URL', fallback: 'https://api.github.com', needs: 'github' }),
      signIn: readSignIn(reading, secret('GITHUB_CLIENT_SECRET'), publicUrl),
    },
    slack: {
      botToken: secret('SLACK_BOT_TOKEN'),
      signingSecrets: both('SLACK_SIGNING_SECRET'),
      appToken: secret('SLACK_APP_TOKEN'),
      apiUrl: `${readUrl(reading, { name: 'SLACK_API_URL', fallback: 'https://slack.com/api' })}/`,
    },
    buildkite: {
      organization: zones.includes('default') ? readOrganization(reading) : '',
      credentials: byZone(builds ? zones : [], (suffix) => readBuildkiteCredential(reading, secret, suffix)),
      webhookTokens: byZone(zones, (suffix) => both('BUILDKITE_WEBHOOK_TOKEN', suffix)),
      requestsPerMinute: byZone(zones, (suffix) => readRate(reading, { name: `BUILDKITE_REQUESTS_PER_MINUTE${suffix}`, least: 10, fallback: 50 })),
      apiUrl: readUrl(reading, { name: 'BUILDKITE_REST_API_ENDPOINT', fallback: 'https://api.buildkite.com', needs: 'no-version' }),
      oidcIssuer: readUrl(reading, { name: 'BUILDKITE_OIDC_ISSUER', fallback: 'https://agent.buildkite.com' }),
    },
    redisUrl: secret('REDIS_URL'),
    temporal: { apiKeys: byZone(zones, (suffix) => secret(`TEMPORAL_API_KEY${suffix}`)) },
  };
}

function readOrganization(reading: Reading): string {
  const fix = 'Write the slug: the part after buildkite.com/';
  return readText(reading, { name: 'BUILDKITE_ORGANIZATION_SLUG', pattern: /^[a-z0-9][a-z0-9-]{0,62}$/, fix });
}

/** All of it or nothing: half a sign-in would fail in the face of whoever tries it. */
function readSignIn(reading: Reading, clientSecret: Secret | null, publicUrl: string | null): SignInSettings | null {
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
  if (publicUrl === null) tell('PUBLIC_URL', 'it is not set', 'Account links need our own address, which GitHub sends people back to');
  return publicUrl === null || clientSecret === null ? null : { clientId, clientSecret, webUrl, publicUrl };
}
