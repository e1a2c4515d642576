// Telling the app what happened: one webhook for each event that it subscribes to.
import { pullEvent } from './events.ts';
import { needUser } from './lookup.ts';
import type { PullAction } from './events.ts';
import type { GithubState, SimIssue, SimRepository } from './state.ts';
import type { Delivery, Webhooks } from './webhooks.ts';

export interface Told {
  /** What became of each webhook; empty when nobody listens. */
  readonly deliveries: readonly Delivery[];
}

export interface World {
  readonly state: GithubState;
  readonly webhooks: Webhooks;
}

/** Nothing goes out for events that the app has not subscribed to. */
export async function deliver(
  { state, webhooks }: World,
  event: string,
  payload: Parameters<Webhooks['deliver']>[1] | null,
): Promise<Delivery | null> {
  return payload === null || !state.app.events.includes(event) ? null : webhooks.deliver(event, payload);
}

export async function tell(world: World, repository: SimRepository, what: { issue: SimIssue; change: PullAction; by: string }): Promise<Told> {
  what.issue.updatedAt = world.state.now();
  world.state.touch();
  const sender = needUser(world.state, what.by).id;
  const delivery = await deliver(world, 'pull_request', pullEvent(world.state, repository, { ...what, sender }));
  return { deliveries: delivery === null ? [] : [delivery] };
}
