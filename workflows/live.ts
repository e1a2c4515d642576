// What is live on a target, service by service: several may share one, and a commit of one says nothing about another's.
import { endOf } from './build-facts.ts';
import type { EmergencyNote, LiveService } from './status.ts';
import type { BuildFacts } from './build-vocabulary.ts';
import type { Millis } from './vocabulary.ts';

/** Of which service a build is, and where it went; null: it does not say. */
export interface BuiltPlace {
  readonly service: string | null;
  readonly environment: string | null;
}

interface EndedBuild extends BuiltPlace {
  readonly build: BuildFacts;
  readonly code: string | null;
  readonly endedAt: Millis;
  readonly emergency?: EmergencyNote;
}

const FULL_SHA = /^[0-9a-f]{40}$/;

/** What is live once this build has ended: a passed one replaces an earlier one of the same service and environment. */
export function withLive(live: readonly LiveService[], ended: EndedBuild): readonly LiveService[] {
  const { build, code, service, environment, endedAt, emergency } = ended;
  // A build that was started by hand may name a branch, or nothing of ours: it tells no version.
  if (endOf(build) !== 'passed' || service === null || environment === null || !FULL_SHA.test(build.commit)) return live;
  const isHere = (one: LiveService): boolean => one.service === service && one.environment === environment;
  if (live.some((one) => isHere(one) && one.since > endedAt)) return live;
  // Casts at the boundary: the commit is a full SHA, and the code is ours, told back.
  const sha = build.commit as LiveService['sha'];
  const version = {
    service,
    environment,
    sha,
    since: endedAt,
    code: code as LiveService['code'],
    buildUrl: build.url,
    ...(emergency === undefined ? {} : { emergency }),
  };
  return [...live.filter((one) => !isHere(one)), version];
}
