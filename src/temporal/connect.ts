// Which Temporal to talk to: as Temporal's own environment configuration says (`@temporalio/envconfig`).
import { existsSync } from 'node:fs';
import { loadClientConfigProfile, toClientOptions } from '@temporalio/envconfig';
import { Connection, Client } from '@temporalio/client';
import { NativeConnection, type NativeConnectionOptions } from '@temporalio/worker';
import { Trouble } from '../trouble.ts';

export interface TemporalAddress {
  readonly options: NativeConnectionOptions;
  /** null: not given; the configuration's zone says. */
  readonly namespace: string | null;
  /** Host and port, for people. */
  readonly address: string;
}

/**
 * The address from variables and profile, or null when none is given anywhere.
 * `@temporalio/envconfig` silently ignores a `TEMPORAL_CONFIG_FILE` that does not exist: that is a `Trouble` (invalid) here.
 */
export function readTemporalAddress(env: Readonly<Record<string, string | undefined>>): TemporalAddress | null {
  const file = env['TEMPORAL_CONFIG_FILE'];
  if (file !== undefined && !existsSync(file)) {
    throw invalid(`TEMPORAL_CONFIG_FILE names ${file}, which does not exist`);
  }
  const overrideEnvVars = Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
  try {
    const profile = loadClientConfigProfile({ overrideEnvVars });
    if (profile.address === undefined) return null;
    const { connectionOptions, namespace } = toClientOptions(profile);
    return { options: connectionOptions, namespace: namespace ?? null, address: profile.address };
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** A client of its own connection: for the front door, which must not need native code. Connects lazily. */
export function createClient(where: TemporalAddress, namespace: string): Client {
  const connection = Connection.lazy({ ...toGrpcOptions(where.options), connectTimeout: 5_000 });
  return new Client({ connection, namespace });
}

/** The worker's connection: held for the life of the process. Throws `Trouble` (unavailable). */
export async function connectWorker(where: TemporalAddress): Promise<NativeConnection> {
  try {
    return await NativeConnection.connect(where.options);
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

function toGrpcOptions(options: NativeConnectionOptions): Parameters<typeof Connection.lazy>[0] {
  const { address, tls, apiKey, metadata } = options;
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
