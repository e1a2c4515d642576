// What is live in one place, and what happens there, in words.
import type { EnvironmentState } from '../../workflows/status.ts';
import { liveOf } from '../policy/live.ts';
import type { RenderContext } from './context.ts';
import { emergencyWords } from './emergency.ts';
import { code, join, say, shaLink, time } from './inline.ts';
import type { Inline } from './inline.ts';

/** `state` null: the target has never been asked for; `unread`: it can't be read just now. */
export interface Place {
  readonly service: string;
  readonly environment: string;
  readonly state: EnvironmentState | null | 'unread';
}

export function liveWords({ service, environment, state }: Place, { now }: RenderContext): Inline {
  if (state === 'unread') return say`❓ can't be read just now`;
  // No reading of Buildkite for a mere question: the first request there does it.
  if (state === null) return say`❓ not known: nobody has asked for a deploy there yet`;
  const { holder, queue, known } = state;
  const live = liveOf(state, service, environment);
  const parts: Inline[] = [];
  if (!known) parts.push(say`❓ not known yet: Buildkite has not been read`);
  else if (live === null) parts.push(say`nothing yet`);
  else {
    const by = live.code === null ? [] : say` (${code(live.code)})`;
    parts.push(say`${shaLink(live.sha, live.buildUrl)} since ${time(live.since)}${by}`);
    const urgent = state.live.find((one) => one.service === service && one.environment === environment)?.emergency;
    if (urgent !== undefined) parts.push(emergencyWords(urgent));
  }
  if (holder !== null) {
    const who = holder.code === null ? say`a build that was not asked for here` : [code(holder.code)];
    parts.push(say`🚚 ${who} is being deployed${holder.since > now ? '' : say` since ${time(holder.since)}`}`);
  }
  if (queue.length > 0) parts.push(say`${queue.length} in the queue`);
  return join(parts, ' · ');
}
