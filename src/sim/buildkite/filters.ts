// Filters of the three build lists.
import { matchesWildcard } from './patterns.ts';
import type { SimBuild, SimJob } from './state.ts';

/** All values of `name=` and `name[]=`. */
export function valuesOf(query: URLSearchParams, name: string): readonly string[] {
  return [...query.getAll(name), ...query.getAll(`${name}[]`)].filter((value) => value !== '');
}

/** Does the build pass all filters of the query? Several values of one filter are alternatives; filters add up. */
export function passesFilters(build: SimBuild, query: URLSearchParams): boolean {
  const any = (name: string, matches: (value: string) => boolean): boolean => {
    const values = valuesOf(query, name);
    return values.length === 0 || values.some(matches);
  };
  return (
    any('state', (state) => inState(build, state)) &&
    any('branch', (branch) => matchesWildcard(branch, build.branch)) &&
    any('commit', (commit) => build.commit === commit) &&
    any('creator', (id) => build.creator.id === id) &&
    any('created_from', (time) => build.createdAt >= Date.parse(time)) &&
    any('created_to', (time) => build.createdAt < Date.parse(time)) &&
    any('finished_from', (time) => build.finishedAt !== null && build.finishedAt >= Date.parse(time)) &&
    [...query].every(([name, value]) => {
      const key = /^meta_data\[(.+)\]$/.exec(name)?.[1];
      return key === undefined || build.metaData[key] === value;
    })
  );
}

/** A blocked build is `blocked` to the filter, whatever its `state` says; `finished` stands for every end and for blocked. */
function inState(build: SimBuild, wanted: string): boolean {
  if (wanted === 'finished') return build.blocked || ['passed', 'failed', 'canceled'].includes(build.state);
  return wanted === (build.blocked ? 'blocked' : build.state);
}

/** The jobs in these states; all for none. Nobody asks for waiters by their state. */
export function inStates(jobs: readonly SimJob[], states: readonly string[]): readonly SimJob[] {
  return jobs.filter((job) => states.length === 0 || (job.type !== 'waiter' && states.includes(job.state)));
}
