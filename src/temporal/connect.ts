// Which Temporal to talk to: as Temporal's own environment configuration says (`@temporalio/envconfig`).
import { existsSync } from 'node:fs';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { Connection, Client } from '@temporalio/client';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { Trouble } from '../trouble.ts';
import { zoneVariables } from './zone-variables.ts';

export interface TemporalAddress {
  readonly options: NativeConnectionOptions;
  /** null: not given; the configuration's zone says. */
  readonly namespace: string | null;
  /** Host and port, for people. */
  readonly address: string;
  /** The API key of this moment, where it is one that may change; asked at every call of a client. */
  readonly apiKey?: () => string;
}

/** Whose variables are read: `suffix` is that of its credentials (`_EU`), `apiKey` the key if there is one. */
export interface ZoneAccess {
  readonly suffix: string;
  readonly apiKey: (() => string) | null;
}

/**
 * The address from variables and profile, or null when none is given anywhere. A profile is read for a zone with a suffix only if one is
 * named for it: the default one holds the credential of another.
 * `@temporalio/envconfig` silently ignores a `TEMPORAL_CONFIG_FILE` that does not exist: that is a `Trouble` (invalid) here.
 */
export function readTemporalAddress(
  env: Readonly<Record<string, string | undefined>>,
  { suffix, apiKey }: ZoneAccess = { suffix: '', apiKey: null },
): TemporalAddress | null {
  const variables: Readonly<Record<string, string | undefined>> = {
    ...zoneVariables(withoutEmpty(env), suffix),
    ...(apiKey === null ? {} : { TEMPORAL_API_KEY: apiKey() }),
  };
  const file = variables['TEMPORAL_CONFIG_FILE'];
  if (file !== undefined && !existsSync(file)) {
    throw invalid(`TEMPORAL_CONFIG_FILE${suffix} names ${file}, which does not exist`);
  }
  const overrideEnvVars = Object.fromEntries(Object.entries(variables).filter((entry): entry is [string, string] => entry[1] !== undefined));
  try {
    const hasProfile = suffix === '' || file !== undefined || variables['TEMPORAL_PROFILE'] !== undefined;
    const profile = loadClientConfigProfile({ overrideEnvVars, ...(hasProfile ? {} : { disableFile: true }) });
    if (profile.address === undefined) return null;
    const { connectionOptions, namespace } = toClientOptions(profile);
    const found = { options: connectionOptions, namespace: namespace ?? null, address: profile.address };
    return apiKey === null ? found : { ...found, apiKey };
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** Empty is the same as not set, as compose files write it; to `@temporalio/envconfig` it is a value. */
function withoutEmpty(env: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value?.trim() !== ''));
}

/** A client of its own connection: for the front door, which must not need native code. Connects lazily. */
export function createClient(where: TemporalAddress, namespace: string): Client {
  const connection = Connection.lazy({ ...toGrpcOptions(where), connectTimeout: 5_000 });
  return new Client({ connection, namespace });
}

/** The worker's connection: held for the life of the process. Throws `Trouble` (unavailable). */
export async function connectWorker(where: TemporalAddress): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect({ ...where.options, ...(where.apiKey === undefined ? {} : { apiKey: where.apiKey() }) });
  } catch (cause) {
    throw new Trouble({
      source: 'temporal',
      kind: 'unavailable',
      doing: `connecting to Temporal at ${where.address}`,
      found: firstLine(cause),
      cause,
    });
  }
}

function toGrpcOptions({ options, apiKey: current }: TemporalAddress): Parameters<typeof Connection.lazy>[0] {
  const { address, tls, metadata } = options;
  const apiKey = current ?? options.apiKey;
  return {
    ...(address === undefined ? {} : { address }),
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}

function invalid(found: string, cause?: unknown): Trouble {
  return new Trouble({ source: 'temporal', kind: 'invalid', doing: 'reading the Temporal configuration', found, cause });
}
