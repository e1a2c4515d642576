// One picture of everything, as one person sees it.
import { CHANNEL, PEOPLE, type PersonName, type World } from '../world.ts';
import { backstageColumn } from './backstage-column.ts';
import type { Histories } from './histories.ts';
import type { LimiterFacts } from './limiter.ts';
import { pullColumn } from './pull-column.ts';
import { openModal, slackColumn, type Conversation, type Modal } from './slack-column.ts';
import type { Tree } from './tree.ts';
import type { Troubles } from './troubles.ts';

export interface Scene {
  readonly world: World;
  readonly troubles: Troubles;
  readonly histories: () => Histories;
  readonly limiter: () => LimiterFacts | null;
  readonly temporalUi: string | null;
}

export interface Snapshot {
  readonly people: readonly { readonly id: string; readonly name: string; readonly role: string }[];
  readonly conversations: readonly { readonly id: Conversation; readonly name: string; readonly channel: string | null }[];
  readonly pullRequest: number;
  /** Why this person can't comment on the pull request, or null. */
  readonly noComment: string | null;
  readonly slack: readonly Tree[];
  readonly modal: Modal | null;
  readonly pull: readonly Tree[];
  readonly backstage: readonly Tree[];
}

export function isConversation(value: string): value is Conversation {
  return value === 'direct' || value === 'home' || Object.hasOwn(CHANNEL, value);
}

export function takeSnapshot(scene: Scene, view: { who: PersonName; conversation: Conversation; now: number }): Snapshot {
  const { world, troubles, temporalUi } = scene;
  const person = PEOPLE[view.who];
  return {
    people: Object.entries(PEOPLE).map(([id, { name, role }]) => ({ id, name, role })),
    conversations: [
      { id: 'pay', name: '#pay', channel: CHANNEL.pay },
      { id: 'deploys', name: '#deploys', channel: CHANNEL.deploys },
      { id: 'home', name: 'Home', channel: null },
      { id: 'direct', name: 'Direct', channel: null },
    ],
    pullRequest: world.pullRequest,
    noComment: person.github === null ? `${person.name} has no GitHub account.` : null,
    slack: slackColumn(world, { person, conversation: view.conversation, now: view.now }),
    modal: openModal(world, person, view.now),
    pull: pullColumn(world),
    backstage: backstageColumn({ world, troubles, histories: scene.histories(), limiter: scene.limiter(), temporalUi }),
  };
}
