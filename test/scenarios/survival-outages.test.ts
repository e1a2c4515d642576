// Slack and GitHub fail while people must be told: the build goes on, and afterwards each surface has one right card.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FaultEffect } from '../../src/sim/http.ts';
import { eventually, type Acme } from '../support/acme.ts';
import { githubCards, slackCards } from '../support/invariants.ts';
import { approve, approvedSha, ask, broken, built, ended, openCard, pipelineOf, shows, startCompany, type Asked } from '../support/survival.ts';

const COMMENT = /\/issues(\/\d+)?\/comments(\/\d+)?$/;
const DOWN = { kind: 'status', status: 503, body: 'upstream connect error' } as const;

describe('an outage of the places where people are told', () => {
  let acme: Acme;
  beforeAll(async () => {
    acme = await startCompany(['unposted', 'stale', 'limited']);
  });
  afterAll(() => acme.end());

  const slackFails = (method: string, effect: FaultEffect, times: number): void =>
    acme.world.slack.fault({ method: 'POST', path: new RegExp(`^/api/${method}$`), times, effect });

  async function finish(service: string, asked: Asked): Promise<void> {
    acme.world.buildkite.finish(pipelineOf(service), 1, 'passed');
    await eventually('the end of the build', () => acme.world.buildkite.builds(pipelineOf(service))[0]?.state === 'passed');
    await ended(acme, asked);
  }

  it('posts one card on each surface, though the first answers of both were lost', async () => {
    slackFails('chat.postMessage', { kind: 'commit-then-status', status: 500 }, 1);
    acme.world.github.fault({ method: 'POST', path: COMMENT, times: 1, effect: { kind: 'commit-then-cut' } });
    const asked = await ask(acme, 'ann', '/deploy unposted to production');
    await openCard(acme, asked);
    await eventually('a card on the pull request', () => githubCards(acme.world, asked.id)[0]);
    await approve(acme, asked);
    await ended(acme, asked);
    expect(slackCards(acme.world, asked.id)).toHaveLength(1);
    expect(githubCards(acme.world, asked.id)).toHaveLength(1);
    expect(built(acme, 'unposted')).toEqual([approvedSha(acme)]);
  });

  it('builds while neither surface can be reached, and tells both when they are back', async () => {
    acme.world.buildkite.hold(pipelineOf('stale'));
    const asked = await ask(acme, 'ann', '/deploy stale to production');
    await approve(acme, asked);
    await shows(acme, asked, '🚚');
    slackFails('chat\\..*', DOWN, 3);
    acme.world.github.fault({ method: 'PATCH', path: COMMENT, times: 3, effect: DOWN });
    await finish('stale', asked);
    expect(built(acme, 'stale')).toEqual([approvedSha(acme)]);
    expect(slackCards(acme.world, asked.id).map(({ text }) => text)).toEqual([expect.stringMatching(/^✅/)]);
  });

  it('waits as long as Slack asks it to', async () => {
    acme.world.buildkite.hold(pipelineOf('limited'));
    const asked = await ask(acme, 'ann', '/deploy limited to production');
    await approve(acme, asked);
    await shows(acme, asked, '🚚');
    const limited = { kind: 'status', status: 429, headers: { 'retry-after': '2' }, body: { ok: false, error: 'ratelimited' } } as const;
    slackFails('chat.update', limited, 2);
    await finish('limited', asked);
    expect(slackCards(acme.world, asked.id).map(({ text }) => text)).toEqual([expect.stringMatching(/^✅/)]);
    const edits = acme.world.slack.requests.filter(({ path }) => path === '/api/chat.update');
    const refused = edits.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(2);
    for (const { at } of refused) expect(edits.filter((edit) => edit.at > at && edit.at < at + 2_000)).toEqual([]);
  });

  it('breaks no invariant', async () => {
    expect(await broken(acme)).toEqual([]);
  });
});
