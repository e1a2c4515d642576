// Reads that lag behind what was written: nothing at Buildkite promises that a list, or even a build, shows what has just happened.
import type { SimBuild } from './state.ts';

/** `lists`: new builds are not listed yet. `everything`: builds are also shown as they were. */
export type LagOf = 'lists' | 'everything';

export interface Lag {
  /** From now on, for so long. */
  begin(ms: number, of: LagOf, builds: readonly SimBuild[]): void;
  /** Is the build in lists already? */
  isListed(build: SimBuild): boolean;
  /** The build as a reader sees it. */
  seen(build: SimBuild): SimBuild;
}

export function createLag(now: () => number): Lag {
  let known: ReadonlySet<SimBuild> = new Set();
  let pictures: ReadonlyMap<SimBuild, SimBuild> = new Map();
  let until = -Infinity;
  return {
    begin: (ms, of, builds) => {
      until = now() + ms;
      known = new Set(builds);
      pictures = of === 'lists' ? new Map() : new Map(builds.map((build) => [build, pictureOf(build)]));
    },
    isListed: (build) => now() >= until || known.has(build),
    seen: (build) => (now() >= until ? build : (pictures.get(build) ?? build)),
  };
}

function pictureOf(build: SimBuild): SimBuild {
  return { ...build, metaData: { ...build.metaData }, jobs: build.jobs.map((job) => ({ ...job })) };
}
