import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ONE_SRE, TWO_GROUPS } from '../support/acme-config.ts';
import { eventually } from '../support/acme.ts';
import type { Deploy } from '../support/sightings.ts';
import { openStories, type Stories } from '../support/stories.ts';
import { viewerOf, type Viewer } from '../support/views-in-slack.ts';

describe('the home tab', () => {
  let acme: Stories;
  let ann: Viewer;
  let bea: Viewer;
  let dan: Viewer;
  beforeAll(async () => {
    const two = { environments: { staging: { approvals: 'none' }, production: { approvals: TWO_GROUPS } } };
    acme = await openStories({ store: two, depot: { environments: { production: { approvals: ONE_SRE } } } });
    [ann, bea, dan] = [viewerOf(acme, 'ann'), viewerOf(acme, 'bea'), viewerOf(acme, 'dan')];
  });
  afterAll(() => acme.end());

  const open: Deploy[] = [];
  // What a story leaves open would be joined by the next one that asks for the same.
  afterEach(async () => {
    for (const { code } of open.splice(0)) await acme.ann.types(`cancel ${code}`);
  });
  const asked = async (text: string): Promise<Deploy> => {
    const deploy = await acme.ann.asksInSlack(text);
    open.push(deploy);
    await waits(deploy);
    return deploy;
  };

  /** Lists lag tens of milliseconds behind. */
  const waits = (deploy: Deploy): Promise<unknown> =>
    eventually(`${deploy.code} in the lists`, async () => {
      const { count } = await acme.client.workflow.count(`DeployCode = '${deploy.code}' AND DeployState = 'waiting'`);
      return count === 1;
    });

  it('says that nothing waits, and what is live where I may approve', async () => {
    await bea.opensHome();
    const home = bea.home();
    expect(home).toContain('Nothing. When somebody asks for your approval, it stands here.');
    expect(home).toContain('`store` on *production*: ❓ not known');
    expect(home).toContain('`depot` on *production*');
    expect(home).not.toContain('*staging*');
    await ann.opensHome();
    expect(ann.home()).not.toContain('What is live');
  });

  it('lists what waits for me and what I asked for, to each their own', async () => {
    const [store, depot] = [await asked('store to production'), await asked('depot to production')];
    await Promise.all([ann.opensHome(), bea.opensHome(), dan.opensHome()]);
    const [hers, his] = [await bea.homeSays(store.code, depot.code), await dan.homeSays(store.code)];
    expect(hers).toContain('⏸ *store* → *production*');
    expect(hers).toContain('asked by Ann · needs 1 of sre (Bea, Carl) and 1 of api-owners (Dan)');
    expect(his).not.toContain(depot.code);
    const own = await ann.homeSays(store.code, depot.code);
    expect(own).toContain('Nothing. When somebody asks');
    expect(own).toMatch(new RegExp(`What you asked for[^]*${depot.code}`));
  });

  it('counts an approval there like one on the card, answers the person, and is up to date afterwards', async () => {
    const deploy = await asked('store to production');
    await dan.opensHome();
    await dan.homeSays(deploy.code);
    expect(await dan.clicksAtHome('approve', deploy.code)).toBe('Counted: 1 of 2. Still needed: 1 of sre (Bea, Carl).');
    dan.closes();
    await eventually('the tab without it', () => !dan.home().includes(deploy.code));
    expect(await deploy.shows('slack', '*So far*')).toContain('✅ Dan for api-owners, here');
  });

  it('answers a click on a tab that is out of date in words', async () => {
    const deploy = await asked('depot to production');
    await bea.opensHome();
    await bea.homeSays(deploy.code);
    await acme.ann.types(`cancel ${deploy.code}`);
    expect(await bea.clicksAtHome('approve', deploy.code)).toContain('This request was cancelled');
    bea.closes();
    await eventually('the tab without it', () => !bea.home().includes(deploy.code));
  });

  it('shows details, and takes a reason for a rejection', async () => {
    const deploy = await asked('store to production');
    await bea.opensHome();
    expect(await bea.clicksAtHome('details', deploy.code)).toContain('✅ *permission*: Ann has write');
    bea.closes();
    expect(await bea.clicksAtHome('reject', deploy.code)).toContain(deploy.code);
    expect(await bea.sends({ text: '   ' })).toEqual({ reason: 'Say why in a few words: the requester will read it.' });
    await bea.sends({ text: 'the migration is not reviewed' });
    await bea.sees('Rejected: `store` will not be deployed to production by this request.');
    bea.closes();
    await eventually('the tab without it', () => !bea.home().includes(deploy.code));
    await deploy.shows('slack', '🚫 Rejected by Bea', 'the migration is not reviewed');
  });

  it('cancels what I asked for', async () => {
    const deploy = await asked('depot to production');
    await ann.opensHome();
    expect(await ann.clicksAtHome('cancel', deploy.code)).toBe('Cancelled while it waited for approval. Nothing was built.');
    ann.closes();
    await eventually('the tab without it', () => !ann.home().includes(deploy.code));
  });

  it('opens the deploy form', async () => {
    await ann.opensHome();
    expect(await ann.clicksAtHome('open-form')).toContain('Choose a service');
    await ann.chooses('countersign:form-service', 'store');
    await ann.sees('`store` → *staging*');
    await ann.sends();
    await ann.sees('Asked for: `store` → staging');
    ann.closes();
  });

  it('asks a stranger for nothing', async () => {
    const gus = viewerOf(acme, 'gus');
    await gus.opensHome();
    expect(gus.home()).toContain("I don't know who you are on GitHub");
    expect(gus.home()).not.toContain('What is live');
  });

  it('is not drawn for the conversation next to it', async () => {
    expect(await acme.world.slack.openHome('U03CARL', 'messages')).toMatchObject({ status: 200 });
    await bea.opensHome();
    expect(acme.world.slack.home('U03CARL')).toBeNull();
  });

  it('comes to an address that Slack can verify', async () => {
    expect(await acme.world.slack.verifyUrl()).toBe(true);
  });
});
