// What runs of a service in an environment, out of what its target knows. Pure.
import type { EnvironmentState } from '../../workflows/status.ts';
import type { LiveVersion } from '../../workflows/vocabulary.ts';

/** Why nothing is compared, while nothing is live: whoever wrote whatever, the first deploy brings all of it. */
export const ALL_NEW = 'nothing is live yet, so all of it is new';

/** The live version; null: nothing of this service is live there. Several services may share a target, so the target alone does not tell. */
export function liveOf(state: EnvironmentState, service: string, environment: string): LiveVersion | null {
  const here = state.live.find((version) => version.service === service && version.environment === environment);
  if (here === undefined) return null;
  const { sha, since, code, buildUrl } = here;
  return { sha, since, code, buildUrl };
}
