// Stories between people in a simulated workspace and the front door, over real HTTP with real signatures.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { slackDeployId } from '../../workflows/contract.ts';
import type { Contract } from '../../workflows/vocabulary.ts';
import { deployCode } from '../../src/ids.ts';
import { ACTIONS, encodeActionValue, LINK_ACTION, type ActionName } from '../../src/render/actions.ts';
import type { RenderContext } from '../../src/render/context.ts';
import { replyMessage } from '../../src/render/reply-slack.ts';
import type { Reply } from '../../src/render/reply.ts';
import { answerModal } from '../../src/slack/modals.ts';
import { Trouble } from '../../src/trouble.ts';
import { eventually, NOW, startSlackApp, type SlackApp } from './slack-app.ts';

const DEPLOY = 'deploy:slack:T01ACME:1.2.abc';
const VALUE = { deployId: DEPLOY, contract: 'c0ffee' as Contract, sha: '4f5a6b7' };
const CONTEXT: RenderContext = { now: NOW, prefix: '/deploy', cards: { githubUrl: null, slackUrl: null }, usualMs: null, temporalUrl: null };
const textOf = (reply: Reply): string => replyMessage(reply, CONTEXT).text;
const RECORDED: Reply = { kind: 'recorded', act: 'approve' };
const DOWN = new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'voting', found: 'no answer' });

let app: SlackApp;
beforeEach(async () => {
  app = await startSlackApp();
});
afterEach(() => app.close());

/** Posts a message with our buttons the way the card does, and returns its ts. */
async function postCard(value = encodeActionValue(VALUE), names: readonly string[] = Object.values(ACTIONS)): Promise<string> {
  const button = (action_id: string): object => ({ type: 'button', action_id, value, text: { type: 'plain_text', text: 'Do' } });
  const response = await fetch(`${app.sim.apiUrl}chat.postMessage`, {
    method: 'POST',
    headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${app.sim.botToken}` },
    body: JSON.stringify({ channel: 'C01', text: 'card', blocks: [{ type: 'actions', elements: names.map(button) }] }),
  });
  return ((await response.json()) as { ts: string }).ts;
}

const click = async (name: ActionName): ReturnType<SlackApp['sim']['click']> => app.sim.click('U01BEA', await postCard(), ACTIONS[name]);
const shown = (user = 'U01BEA'): readonly string[] => app.sim.ephemerals(user).map((ephemeral) => ephemeral.text);
const shownSoon = (): Promise<string> => eventually(() => shown().at(-1));

describe('a slash command', () => {
  test('reaches the front door with its words, its person, its place and its time', async () => {
    app.answer = () =>
      Promise.resolve({ kind: 'started', code: deployCode(DEPLOY), service: 'api', environment: 'production', channel: 'C01', dryRun: false });
    const delivered = await app.sim.slash('U01ANN', 'C01', '/deploy', 'api@fix/<x>&y to production');
    expect(delivered).toMatchObject({ status: 200, problem: null, answer: { user: 'U01ANN', text: textOf(await app.answer()) } });
    expect(app.heard.commands).toHaveLength(1);
    expect(app.heard.commands[0]).toMatchObject({
      // As Slack sends it: the parser undoes the escaping, once.
      text: 'api@fix/&lt;x&gt;&amp;y to production',
      by: { surface: 'slack', team: app.sim.team, user: 'U01ANN', name: 'ann' },
      from: { surface: 'slack', team: app.sim.team, channel: 'C01', user: 'U01ANN' },
      at: NOW,
    });
    expect(app.heard.commands[0]?.key).toMatch(new RegExp(`^${slackDeployId(app.sim.team, String.raw`\d+\.`)}`));
    expect(app.sim.messages('C01')).toEqual([]);
  });

  test('has one key however often it is delivered', async () => {
    await app.sim.slash('U01ANN', 'C01', '/deploy', 'api to production');
    await app.sim.replay(5, 'parallel');
    expect(new Set(app.heard.commands.map((incoming) => incoming.key)).size).toBe(1);
    expect(app.heard.commands).toHaveLength(6);
  });

  test('that was not meant for us is answered with nothing', async () => {
    app.answer = () => Promise.resolve({ kind: 'silence' });
    expect(await app.sim.slash('U01ANN', 'C01', '/deploy', 'x')).toMatchObject({ status: 200, problem: null, answer: null });
  });

  test('says at once when Temporal cannot be reached', async () => {
    app.answer = () => Promise.reject(DOWN);
    const delivered = await app.sim.slash('U01ANN', 'C01', '/deploy', 'api to production');
    expect(delivered.answer?.text).toBe(textOf({ kind: 'unreachable', what: 'command' }));
  });

  test('names a reference, which is in the log, when there is a bug', async () => {
    app.answer = () => Promise.reject(new TypeError('boom'));
    const delivered = await app.sim.slash('U01ANN', 'C01', '/deploy', 'api to production');
    const entry = app.logged
      .map((line) => JSON.parse(line) as { reference?: string; err?: { message: string } })
      .find((line) => line.reference !== undefined);
    expect(entry?.err?.message).toBe('boom');
    expect(delivered.answer?.text).toBe(textOf({ kind: 'broken', reference: entry?.reference ?? '' }));
  });

  test('is acknowledged within Slack’s three seconds, and answered when the answer is there', async () => {
    let finish: (reply: Reply) => void = () => undefined;
    app.answer = () => new Promise<Reply>((resolve) => (finish = resolve));
    const delivered = await app.sim.slash('U01BEA', 'C01', '/deploy', 'api to production');
    expect(delivered).toMatchObject({ status: 200, problem: null, answer: { text: 'Still working on it: the answer comes here.' } });
    finish(RECORDED);
    expect(await eventually(() => app.sim.ephemerals('U01BEA').find((one) => one.via === 'response_url')?.text)).toBe(textOf(RECORDED));
  });

  test('of another app’s name has no effect', async () => {
    expect(await app.sim.slash('U01ANN', 'C01', '/destroy', 'everything')).toMatchObject({ status: 200, answer: null });
    expect(app.heard.commands).toEqual([]);
  });
});

describe('a click', () => {
  test.each(['approve', 'cancel'] as const)('on %s is told once, with what the card showed', async (act) => {
    const delivered = await click(act);
    expect(delivered).toMatchObject({ status: 200, problem: null });
    expect(app.heard.clicks).toHaveLength(1);
    expect(app.heard.clicks[0]).toMatchObject({
      ...VALUE,
      act,
      reason: null,
      by: { surface: 'slack', team: app.sim.team, user: 'U01BEA', name: 'bea' },
      from: { surface: 'slack', team: app.sim.team, channel: 'C01', user: 'U01BEA' },
      at: NOW,
    });
    expect(app.heard.clicks[0]?.key).toMatch(new RegExp(String.raw`^slack:${app.sim.team}:\d+\.\d{6}:U01BEA:${act}$`));
    expect(await shownSoon()).toBe(textOf(RECORDED));
    expect(app.sim.messages('C01')[0]?.text).toBe('card');
  });

  test('of somebody from a connected workspace keeps that workspace', async () => {
    app.sim.addUser({ id: 'U09EVE', name: 'Eve', stranger: true });
    await app.sim.click('U09EVE', await postCard(), ACTIONS.approve);
    expect(app.heard.clicks[0]?.by).toMatchObject({ team: 'T02OTHER', user: 'U09EVE' });
  });

  test('says that it may not have arrived when Temporal cannot be reached', async () => {
    app.answer = () => Promise.reject(DOWN);
    expect(await click('approve')).toMatchObject({ status: 200 });
    expect(await shownSoon()).toBe(textOf({ kind: 'unreachable', what: 'click' }));
  });

  test('is answered by the Web API when the response_url is refused', async () => {
    app.sim.fault({ method: 'POST', path: /^\/actions\//, times: 1, effect: { kind: 'status', status: 500 } });
    await click('approve');
    await shownSoon();
    expect(app.sim.ephemerals('U01BEA')).toMatchObject([{ via: 'chat.postEphemeral', text: textOf(RECORDED) }]);
  });

  test('does not follow a response_url through a redirect', async () => {
    const elsewhere = await startSlackApp();
    try {
      const effect = { kind: 'status', status: 307, headers: { location: `${elsewhere.sim.url}/actions/stolen` } } as const;
      app.sim.fault({ method: 'POST', path: /^\/actions\//, times: 1, effect });
      await click('approve');
      await shownSoon();
      expect(elsewhere.sim.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  test('on details shows them to that person alone', async () => {
    await click('details');
    expect(await shownSoon()).toBe(textOf(RECORDED));
    expect([app.heard.details, app.heard.clicks]).toEqual([[DEPLOY], []]);
  });

  test.each([
    ['a button of ours with a value that is none', 'nonsense', [ACTIONS.approve]],
    ['a button that this version does not know', encodeActionValue(VALUE), ['countersign:promote']],
  ])('on %s has no effect, is logged, and answered in words', async (_what, value, names) => {
    const ts = await postCard(value, names);
    expect(await app.sim.click('U01BEA', ts, names[0] ?? '')).toMatchObject({ status: 200, problem: null });
    expect(app.heard.clicks).toEqual([]);
    expect(app.logged.join('')).toContain('does not know');
    expect(await shownSoon()).toBe('That button does nothing any more. What is open, with buttons that work: `/deploy status`.');
  });

  test('on a button that only opens an address needs no words', async () => {
    const ts = await postCard(encodeActionValue(VALUE), [LINK_ACTION]);
    expect(await app.sim.click('U01BEA', ts, LINK_ACTION)).toMatchObject({ status: 200, problem: null });
    expect([shown(), app.logged.join('')]).toEqual([[], expect.not.stringContaining('does not know')]);
  });

  test('on a message that only that person sees is heard and answered like one on a card', async () => {
    const button = { type: 'button', action_id: ACTIONS.approve, value: encodeActionValue(VALUE), text: { type: 'plain_text', text: 'Approve' } };
    await fetch(`${app.sim.apiUrl}chat.postEphemeral`, {
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8', authorization: `Bearer ${app.sim.botToken}` },
      body: JSON.stringify({ channel: 'C01', user: 'U01BEA', text: 'only you', blocks: [{ type: 'actions', elements: [button] }] }),
    });
    await app.sim.click('U01BEA', app.sim.ephemerals('U01BEA')[0]?.ts ?? '', ACTIONS.approve);
    expect(app.heard.clicks[0]).toMatchObject({ ...VALUE, act: 'approve', from: { channel: 'C01' } });
    expect(await eventually(() => shown()[1])).toBe(textOf(RECORDED));
  });

  test('leaves no response_url, token or secret in the log, whatever fails', async () => {
    app.answer = () => Promise.reject(new Error('boom'));
    app.sim.fault({ method: 'POST', path: /^\/actions\//, times: 1, effect: { kind: 'cut' } });
    await click('approve');
    await shownSoon();
    const log = app.logged.join('');
    expect(log).toContain('a response_url did not answer');
    expect(log).not.toMatch(/\/actions\/T|xoxb-|simulated-signing-secret/);
  });
});

describe('a rejection', () => {
  async function openModal(): Promise<string> {
    await click('reject');
    return (await eventually(() => app.sim.views('U01BEA')[0])).id;
  }

  test('asks for the reason, tells it with what the card showed, and answers in the modal', async () => {
    const view = await openModal();
    expect(app.heard.clicks).toEqual([]);
    expect(JSON.stringify(app.sim.views('U01BEA')[0]?.content)).toContain(deployCode(DEPLOY));
    const delivered = await app.sim.submit('U01BEA', view, { text: '  the migration locks <orders> & more ' });
    expect(delivered).toMatchObject({ status: 200, problem: null, errors: {} });
    expect(app.heard.clicks).toMatchObject([
      {
        ...VALUE,
        act: 'reject',
        key: `slack:${app.sim.team}:${view}:U01BEA:reject`,
        reason: 'the migration locks <orders> & more',
        by: { user: 'U01BEA' },
        from: { channel: 'C01', user: 'U01BEA' },
      },
    ]);
    expect(app.sim.views('U01BEA')[0]?.content['blocks']).toEqual(answerModal(replyMessage(RECORDED, CONTEXT)).blocks);
  });

  test('without a reason is asked again, at the field', async () => {
    const view = await openModal();
    const delivered = await app.sim.submit('U01BEA', view, { text: '   ' });
    expect(delivered.errors).toEqual({ reason: 'Say why in a few words: the requester will read it.' });
    expect(app.heard.clicks).toEqual([]);
    await app.sim.submit('U01BEA', view, { text: 'too risky on a Friday' });
    expect(app.heard.clicks).toHaveLength(1);
  });

  test('that takes long is answered in the same modal later', async () => {
    const view = await openModal();
    let finish: (reply: Reply) => void = () => undefined;
    app.answer = () => new Promise<Reply>((resolve) => (finish = resolve));
    expect(await app.sim.submit('U01BEA', view, { text: 'no' })).toMatchObject({ status: 200, problem: null });
    expect(JSON.stringify(app.sim.views('U01BEA'))).toContain('Still working');
    finish(RECORDED);
    await eventually(() => (JSON.stringify(app.sim.views('U01BEA')).includes('Still working') ? undefined : true));
  });

  test('whose modal does not open can be typed instead', async () => {
    app.sim.fault({
      method: 'POST',
      path: /views\.open/,
      times: 1,
      effect: { kind: 'status', status: 200, body: { ok: false, error: 'expired_trigger_id' } },
    });
    await click('reject');
    expect(await shownSoon()).toContain(`/deploy reject ${deployCode(DEPLOY)} why`);
  });
});
