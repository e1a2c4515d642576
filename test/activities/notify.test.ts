import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createNotifyActivities, type NotifyDeps } from '../../src/activities/notify.ts';
import { Trouble, type TroubleKind } from '../../src/trouble.ts';
import { status } from '../support/views.ts';

function notifyWith(reacting: TroubleKind | null): { readonly notify: ReturnType<typeof createNotifyActivities>; readonly said: string[] } {
  const said: string[] = [];
  const unasked = async (): Promise<never> => {
    throw new Error('this test does not ask for it');
  };
  const github: Pick<NotifyDeps['github'], 'react' | 'findComment' | 'createComment'> = {
    react: async (_repo, comment) => {
      if (reacting !== null)
        throw new Trouble({ source: 'github', kind: reacting, doing: `reacting to comment ${comment}`, found: 'github answered' });
    },
    findComment: async () => null,
    createComment: async (_repo, _issue, markdown) => said.push(markdown),
  };
  const everything = new Proxy(github, { get: (known, name) => Reflect.get(known, name) ?? unasked }) as NotifyDeps['github'];
  const slack = new Proxy({}, { get: () => unasked }) as NotifyDeps['slack'];
  return {
    notify: createNotifyActivities({
      github: everything,
      slack,
      gateway: { deployStatus: unasked },
      prefix: '/deploy',
      onEnd: () => undefined,
      log: pino({ level: 'silent' }),
      now: Date.now,
    }),
    said,
  };
}

describe('the card on a pull request', () => {
  it('is posted although the command was deleted', async () => {
    const { notify, said } = notifyWith('not-found');
    expect(await notify.postGithubCard(status({ kind: 'planning' }))).toEqual({
      comment: 1,
      url: 'https://github.test/acme/api/pull/42#issuecomment-1',
    });
    expect(said).toHaveLength(1);
  });

  it('is tried again when it is not clear whether GitHub can be reached', async () => {
    const { notify, said } = notifyWith('unclear');
    await expect(notify.postGithubCard(status({ kind: 'planning' }))).rejects.toMatchObject({ kind: 'unclear' });
    expect(said).toEqual([]);
  });
});
