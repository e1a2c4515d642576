// Stories that are played for their histories, and how most of them begin.
import type { Story } from './story.ts';

/** Plays the story and answers the ids of its workflows by name; each run of one counts. */
export type Play = (story: Story) => Promise<Readonly<Record<string, string>>>;

export const withTarget = (story: Story, deploy: string): Readonly<Record<string, string>> => ({
  deploy,
  build: story.workflow('build').workflowId,
  environment: story.workflow('environment').workflowId,
});

export async function approved(story: Story): Promise<string> {
  const id = await story.ask();
  await story.until(id, 'waiting');
  await story.approve(id, 'bea', 'carl');
  return id;
}

export async function building(story: Story): Promise<string> {
  const id = await approved(story);
  await story.until(id, 'building');
  return id;
}
