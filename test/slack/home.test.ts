// The home tab between a person in a simulated workspace and the front door.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ACTIONS } from '../../src/render/actions.ts';
import { fieldAction } from '../../src/render/block-form.ts';
import type { Home } from '../../src/render/home.ts';
import type { Reply } from '../../src/render/reply.ts';
import { Trouble } from '../../src/trouble.ts';
import { readableSlack } from '../support/readable.ts';
import { HOMES } from '../support/slack-views.ts';
import { BLOCKS } from '../support/block-views.ts';
import { EXAMPLES } from '../support/examples.ts';
import { REVIEWS } from '../support/review-views.ts';
import { eventually, startSlackApp, type SlackApp } from './slack-app.ts';

const BEA = 'U01BEA';
const DOWN = new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'reading', found: 'no answer' });
const WAITING = EXAMPLES.waiting.waiting;

let app: SlackApp;
let home: Home;
beforeEach(async () => {
  app = await startSlackApp();
  const waiting = HOMES['waiting'];
  if (waiting === undefined) throw new Error('no such home');
  home = waiting;
  app.home = () => Promise.resolve(home);
});
afterEach(() => app.close());

const shown = (): string => readableSlack({ text: '', blocks: app.sim.home(BEA)?.blocks ?? [] });
const modal = (): string => readableSlack({ text: '', blocks: app.sim.views(BEA).at(-1)?.blocks ?? [] });
const published = (words: string): Promise<string> => eventually(() => (shown().includes(words) ? shown() : undefined));
const tabOf = (): string => app.sim.home(BEA)?.id ?? '';

async function open(): Promise<void> {
  expect(await app.sim.openHome(BEA)).toMatchObject({ status: 200, problem: null });
  await published('What waits for you');
}

describe('the home tab', () => {
  test('is drawn for whoever opens it', async () => {
    await open();
    expect(app.heard.homes).toEqual([{ surface: 'slack', team: app.sim.team, user: BEA, name: BEA }]);
    expect(shown()).toContain('⏸ *api* → *production*');
    expect(app.sim.home('U01ANN')).toBeNull();
  });

  test('is not drawn for the messages next to it, however often that is told', async () => {
    await app.sim.openHome(BEA, 'messages');
    await app.sim.replay(1, 'in-turn');
    expect(app.heard.homes).toEqual([]);
  });

  test('says that nothing can be read, and does not say that nothing waits', async () => {
    app.home = () => Promise.reject(DOWN);
    await app.sim.openHome(BEA);
    expect(await published("can't be read just now")).not.toContain('Nothing.');
    app.home = () => Promise.reject(new TypeError('boom'));
    await app.sim.openHome(BEA);
    await published('it is logged under');
  });

  test('whose publishing fails is drawn at the next opening', async () => {
    app.sim.fault({ method: 'POST', path: /views\.publish/, times: 1, effect: { kind: 'status', status: 500 } });
    await app.sim.openHome(BEA);
    expect(app.sim.home(BEA)).toBeNull();
    await open();
    expect(shown()).toContain('⏸ *api* → *production*');
  });
});

describe('a click on the home tab', () => {
  test('is told with what the tab showed, answered in a modal, and followed by a new picture', async () => {
    await open();
    home = { ...home, waiting: [] };
    expect(await app.sim.clickInView(BEA, tabOf(), ACTIONS.approve)).toMatchObject({ status: 200, problem: null });
    expect(app.heard.clicks[0]).toMatchObject({
      act: 'approve',
      deployId: WAITING.workflowId,
      contract: WAITING.plan?.contract,
      by: { surface: 'slack', user: BEA },
      // There is no channel: what is told later comes directly.
      from: { channel: BEA, user: BEA },
    });
    await eventually(() => (modal().includes('recorded') ? true : undefined));
    await published('Nothing. When somebody asks');
  });

  test.each(['sign', 'dispute'] as const)('on a review that waits for somebody is heard like one on its message: %s', async (act) => {
    home = { ...home, waiting: [], toReview: [REVIEWS['review-owed']] };
    await open();
    await published('review owed by 2 of sre');
    await app.sim.clickInView(BEA, tabOf(), ACTIONS[act]);
    const form = await eventually(() => app.sim.views(BEA).at(-1));
    if (act === 'dispute') await app.sim.submit(BEA, form.id, { text: 'nothing was down' });
    const heard = await eventually(() => app.heard.clicks[0]);
    expect(heard).toMatchObject({ act, deployId: WAITING.workflowId, by: { user: BEA }, reason: act === 'dispute' ? 'nothing was down' : null });
  });

  test('on a step opens its form, which is answered in its place and followed by a new picture', async () => {
    const step = BLOCKS['block-foreign'];
    home = { ...home, waiting: [], steps: [step] };
    app.block = (id) => Promise.resolve(id === step.workflowId ? step : null);
    app.fillBlock = () => Promise.resolve({ kind: 'answered', reply: { kind: 'recorded', act: 'approve' } });
    await open();
    await app.sim.clickInView(BEA, tabOf(), ACTIONS.fill);
    const form = await eventually(() => app.sim.views(BEA).at(-1));
    home = { ...home, steps: [] };
    await app.sim.submit(BEA, form.id, { [fieldAction('release-name')]: 'Ada' });
    await eventually(() => (modal().includes('recorded') ? true : undefined));
    expect(app.heard.filled).toMatchObject([
      {
        click: { act: 'approve', deployId: step.workflowId, contract: step.contract, by: { user: BEA }, from: { channel: BEA } },
        state: { 'release-name': { [fieldAction('release-name')]: { value: 'Ada' } } },
      },
    ]);
    await published('Nothing. When somebody asks');
  });

  test('that takes long is answered in the same modal later', async () => {
    await open();
    let finish: (reply: Reply) => void = () => undefined;
    app.answer = () => new Promise((resolve) => (finish = resolve));
    expect(await app.sim.clickInView(BEA, tabOf(), ACTIONS.approve)).toMatchObject({ status: 200, problem: null });
    await eventually(() => (modal().includes('Still working') ? true : undefined));
    finish({ kind: 'recorded', act: 'approve' });
    await eventually(() => (modal().includes('recorded') ? true : undefined));
    expect(app.sim.views(BEA)).toHaveLength(1);
  });

  test('is answered directly where no modal opens', async () => {
    await open();
    app.sim.fault({ method: 'POST', path: /views\.open/, times: 1, effect: { kind: 'status', status: 500 } });
    await app.sim.clickInView(BEA, tabOf(), ACTIONS.approve);
    expect(await eventually(() => app.sim.directMessages(BEA).at(-1)?.text)).toContain('recorded');
  });

  test('on details shows them in a modal, and changes nothing', async () => {
    await open();
    app.answer = () => Promise.resolve({ kind: 'one-request', status: WAITING });
    await app.sim.clickInView(BEA, tabOf(), ACTIONS.details, 2);
    await eventually(() => (modal().includes('*Gates*') ? true : undefined));
    expect([app.heard.details.length, app.heard.clicks]).toEqual([1, []]);
  });

  test('says that it may not have arrived when Temporal cannot be reached', async () => {
    await open();
    app.answer = () => Promise.reject(DOWN);
    await app.sim.clickInView(BEA, tabOf(), ACTIONS.approve);
    expect(await eventually(() => (modal() === '' ? undefined : modal()))).toContain("I can't tell whether your click arrived");
  });
});
