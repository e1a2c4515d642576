import { describe, expect, it } from 'vitest';
import { createPeopleStore } from '../../src/temporal/people.ts';
import { TASK_QUEUE } from '../../workflows/contract.ts';
import { PEOPLE_ID } from '../../workflows/people-contract.ts';
import type { people } from '../../workflows/people.ts';
import { patiently } from '../support/patiently.ts';
import { useStory } from '../support/story.ts';

const slack = { surface: 'slack', team: 'T1', user: 'U70', name: 'zoe' } as const;
const github = { surface: 'github', id: 70, login: 'zoe' } as const;
const proof = { token: 'a'.repeat(64), session: 'b'.repeat(64) };

describe('people', () => {
  const current = useStory();
  const link = async (): Promise<ReturnType<typeof createPeopleStore>> => {
    const store = createPeopleStore(current().client);
    await patiently(() => store.openLink({ token: proof.token, slack }));
    await patiently(() => store.signInToLink({ ...proof, github }));
    expect(await patiently(() => store.confirmLink(proof))).toMatchObject({ kind: 'linked' });
    return store;
  };

  it('are nobody at first, whoever asks first', async () => {
    await current()
      .client.workflow.getHandle(PEOPLE_ID)
      .terminate()
      .catch(() => undefined);
    const store = createPeopleStore(current().client);
    expect(await Promise.all([patiently(store.read), patiently(store.read)])).toEqual([
      { links: [], delegations: [] },
      { links: [], delegations: [] },
    ]);
  });

  it('keep links over a continue-as-new, and tell the person before it', async () => {
    const story = current();
    const handle = story.client.workflow.getHandle<typeof people>(PEOPLE_ID);
    await handle.terminate().catch(() => undefined);
    await story.client.workflow.start<typeof people>('people', {
      workflowId: PEOPLE_ID,
      taskQueue: TASK_QUEUE.workflows,
      args: [{ carried: null, eventsMax: 8 }],
    });
    const first = (await handle.describe()).runId;
    const store = await link();
    await story.waitFor('a later run', async () => (await handle.describe()).runId !== first);
    expect(await patiently(store.read)).toMatchObject({ links: [{ slack, github }] });
    expect(await patiently(() => store.tokenState(proof.token))).toEqual({ kind: 'used' });
    expect(story.world.told).toEqual(['linked U70']);
    await handle.terminate();
  });

  it('that were ended from outside are nobody again: a closed run is never asked', async () => {
    const story = current();
    const store = await link();
    await story.client.workflow.getHandle(PEOPLE_ID).terminate();
    expect(await patiently(store.read)).toEqual({ links: [], delegations: [] });
    expect(await patiently(() => store.revokeLink({ by: slack }))).toEqual({ kind: 'nothing' });
    await story.client.workflow.getHandle(PEOPLE_ID).terminate();
  });
});
