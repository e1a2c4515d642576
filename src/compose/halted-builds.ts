// Webhooks get lost: builds of configured pipelines that wait at a block step are looked for as well, by one request now and then.
import type { Logger } from 'pino';
import type { BlocksApi } from '../buildkite/api.ts';
import type { Config } from '../config/config.ts';
import type { TellOfWaiting } from '../temporal/waiting-builds.ts';

const EVERY_MS = 300_000;

export interface HaltedSweep {
  /** Of one zone, and so of one organization. */
  readonly config: Pick<Config, 'pipelines'>;
  readonly buildkite: Pick<BlocksApi, 'listHalted'>;
  readonly tell: TellOfWaiting;
}

/** Looks at once and then every five minutes, where a pipeline asks for it. Trouble is logged: the next round makes it good. */
export function sweepHalted({ log, ...sweep }: HaltedSweep & { readonly log: Logger }): { stop(): void } {
  const told = new Map<string, number | null>();
  const round = (): void => {
    lookForHalted(sweep, told).catch((error: unknown) => log.warn({ err: error }, 'builds that wait could not be looked for'));
  };
  const timer = setInterval(round, EVERY_MS);
  timer.unref();
  round();
  return { stop: () => clearInterval(timer) };
}

/** Tells of each build: as news once for each time that it began to wait. `told`: by the id of the build, since when it had waited then. */
export async function lookForHalted({ config, buildkite, tell }: HaltedSweep, told: Map<string, number | null>): Promise<void> {
  const pipelines = config.pipelines.filter((pipeline) => pipeline.blocks !== null);
  const [first] = pipelines;
  if (first === undefined) return;
  const { organization } = first;
  const waiting = await buildkite.listHalted(organization);
  for (const uuid of told.keys()) if (!waiting.some((build) => build.uuid === uuid)) told.delete(uuid);
  const troubles: unknown[] = [];
  for (const { pipeline, number, uuid, since } of waiting) {
    if (!pipelines.some(({ slug }) => slug === pipeline)) continue;
    try {
      await tell({ build: { organization, pipeline, number, uuid }, since, isNews: told.get(uuid) !== since });
      told.set(uuid, since);
    } catch (error) {
      troubles.push(error); // Of this one alone.
    }
  }
  if (troubles.length > 0) throw troubles[0];
}
