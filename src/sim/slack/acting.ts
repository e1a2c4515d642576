// What everything that people do in the simulated workspace has in common.
import type { Courier, DeliveryProblem } from './delivery.ts';
import { CHILDREN, isRecord, type SimBlock, type SimContent, type SimEphemeral, type SimUser, type SlackWorld } from './world.ts';

export interface Delivered {
  /** null: the app was not asked, or gave no answer. */
  readonly status: number | null;
  readonly problem: DeliveryProblem | null;
  /** What the answer itself showed to the person: for a command. */
  readonly answer: SimEphemeral | null;
  /** For a command or a click on a message: what its answers are known by. */
  readonly asked: string | null;
  /** For a modal: block id → what Slack shows at the field. */
  readonly errors: Readonly<Record<string, string>>;
}

export interface Acting {
  readonly world: SlackWorld;
  readonly courier: Courier;
  readonly base: () => string;
  readonly person: SimUser;
}

export function findButton(
  content: Pick<SimContent, 'blocks'>,
  actionId: string,
  nth = 1,
): { readonly block: SimBlock; readonly button: SimBlock } | null {
  const buttons = content.blocks.flatMap((block) => {
    const child = block[CHILDREN[String(block['type'])] ?? ''];
    const elements: readonly unknown[] = Array.isArray(child) ? child : [child];
    return elements.filter(isRecord).map((button) => ({ block, button }));
  });
  return buttons.filter(({ button }) => button['type'] === 'button' && button['action_id'] === actionId)[nth - 1] ?? null;
}

export function personOf(world: SlackWorld, id: string): SimUser {
  const person = world.users.get(id);
  if (person === undefined || person.deleted) throw new Error(`nobody called ${id} can act in this workspace`);
  return person;
}
