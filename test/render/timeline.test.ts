// The thread is the timeline: whatever is told together or late, everything is told once and in order.
import { assert, integer, property, uniqueArray } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DeployStatus, ToldSoFar } from '../../workflows/status.ts';
import type { Vote } from '../../workflows/vocabulary.ts';
import { threadMessage } from '../../src/render/thread-line.ts';
import { newsLines } from '../../src/render/timeline.ts';
import { toWords } from '../../src/render/inline.ts';
import { EXAMPLES } from '../support/examples.ts';
import { PUSHED, SHA, ann, bea, carl, dan, exampleContext, NOTHING_TOLD, NOW, plan, status, vote } from '../support/views.ts';

const waiting = EXAMPLES.waiting.waiting;
const toldOf = ({ phase, plan: planned, votes, voided, laterPush }: DeployStatus): ToldSoFar => ({
  phase: phase.kind,
  revision: planned?.revision ?? 0,
  votes,
  voided,
  laterPush: laterPush?.sha ?? null,
});
const words = (now: DeployStatus, told: ToldSoFar): readonly string[] => newsLines(now, told, exampleContext).map((line) => toWords(line, NOW));

describe('the timeline', () => {
  it('tells two votes that were cast between two messages both, the earlier first', () => {
    const two = status(waiting.phase, { votes: [vote(dan, 'github', 3), vote(bea, 'slack', 9)] });
    expect(words(two, toldOf(waiting))).toEqual(['✅ approved by Bea, here, 14:11 UTC', '✅ approved by Dan, on the pull request, 14:17 UTC']);
  });

  it('tells the last vote, although the request has gone on to the queue', () => {
    const text = threadMessage(EXAMPLES.queued.queued, exampleContext, toldOf(EXAMPLES.waiting['waiting-half'])).text;
    expect(text).toMatch(/^✅ approved by Dan for api-owners, on the pull request, 14:11 UTC ⏳ number 2 in the queue/);
  });

  it('tells once that there were two builds, and which one counts', () => {
    const doubled = EXAMPLES.building['building-doubled'];
    const told = { ...toldOf(doubled), doubles: 0 };
    expect(words(doubled, told)).toEqual(['⚠️ Buildkite had two builds of this request: 512 is the one that counts, 513 was asked to stop.']);
    expect(words(doubled, { ...told, doubles: 1 })).toEqual([]);
  });

  it('tells a push once, not with every vote after it', () => {
    const pushed = EXAMPLES.waiting['waiting-new-revision'];
    expect(words(pushed, toldOf(waiting))[0]).toContain('↩️ Carl pushed 9c1d2e3 after 4f5a6b7');
    const then = {
      ...pushed,
      votes: [...pushed.votes, { ...vote(dan, 'slack', 1), contract: pushed.plan?.contract ?? plan.contract, key: 'again' }],
    };
    expect(words(then, toldOf(pushed))).toEqual(['✅ approved by Dan, here, 14:19 UTC']);
  });

  it('tells what became of a vote that is gone: taken back, or void', () => {
    const half = EXAMPLES.waiting['waiting-half'];
    expect(words({ ...half, votes: [] }, toldOf(half))).toEqual(['↩️ Bea took the approval back']);
    expect(words({ ...half, votes: [], voided: [{ by: bea, why: 'left-group', detail: 'sre' }] }, toldOf(half))).toEqual([
      '↩️ No longer counted: Bea (left sre)',
    ]);
  });

  it('says who rejected or cancelled, where, when and why, and calls the requester', () => {
    const rejected = status(
      { kind: 'rejected', by: carl, reason: 'not before the release', at: NOW },
      { votes: [vote(carl, 'github', 0, { kind: 'reject', reason: 'not before the release' })] },
    );
    const message = threadMessage(rejected, exampleContext, toldOf(waiting));
    expect(message.text).toMatch(/^🚫 rejected by Carl, on the pull request, 14:20 UTC: not before the release Ann 🚫 Rejected by Carl/);
    expect(JSON.stringify(message.blocks)).toContain(`<@${ann.slack?.user}>`);
    expect(words(EXAMPLES.cancelled.cancelled, toldOf(waiting)).at(-1)).toBe(
      '✖️ cancelled by Dan, on the pull request, 14:20 UTC, while it waited for approval: wrong branch',
    );
  });

  it('names a push that changes nothing once', () => {
    const later = EXAMPLES.building['building-later-push'];
    expect(words(later, { ...toldOf(later), laterPush: null })).toEqual(['ℹ️ Carl has pushed 9c1d2e3 since; it is not part of this deploy.']);
    expect(words(later, toldOf(later))).toEqual([]);
  });

  it('tells each of many votes exactly once and in their order, however they are told together', () => {
    const people = Array.from({ length: 8 }, (_, i) => ({ ...bea, key: `github:${900 + i}` as typeof bea.key, name: `P${i}` }));
    const votes: readonly Vote[] = people.map((by, i) => vote(by, i % 2 === 0 ? 'slack' : 'github', 60 - i, { key: `k${i}` }));
    assert(
      property(uniqueArray(integer({ min: 1, max: 8 }), { maxLength: 8 }), (cuts) => {
        let told: ToldSoFar = NOTHING_TOLD;
        const said: string[] = [];
        for (const cut of [...cuts.toSorted((a, b) => a - b), 8]) {
          const now = status(waiting.phase, { votes: votes.slice(0, cut) });
          said.push(...words(now, told));
          told = toldOf(now);
        }
        expect(said.map((line) => /by (P\d)/.exec(line)?.[1])).toEqual(people.map(({ name }) => name));
      }),
    );
  });

  it('begins anew with each revision: votes for an earlier commit are not told again', () => {
    expect(plan.sha).toBe(SHA);
    const pushed = EXAMPLES.waiting['waiting-new-revision'];
    expect(words(pushed, NOTHING_TOLD).join('\n')).not.toContain('approved by');
    expect(pushed.plan?.sha).toBe(PUSHED);
  });
});
