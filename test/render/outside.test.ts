// The message about a build that nobody asked for, as files to read.
import { describe, expect, it } from 'vitest';
import { deployCode } from '../../src/ids.ts';
import { outsideMessage } from '../../src/render/outside-card.ts';
import { outsideId, type OutsideStatus } from '../../workflows/outside-contract.ts';
import { slackTexts } from '../support/message-text.ts';
import { outsideBuild, outsideInput } from '../support/outside-examples.ts';
import { checkMessage } from '../support/slack-blocks.ts';
import { bea, exampleContext, NOW } from '../support/views.ts';

const UUID = '0199aaaa-0000-7000-8000-000000000001';
const input = outsideInput(UUID);
const build = outsideBuild(UUID);
const seen: OutsideStatus = { workflowId: outsideId('acme', UUID), input, build, phase: { kind: 'running' }, openedAt: NOW };
const ended = { kind: 'ended', by: null, cancelled: false, at: NOW } as const;

const code = deployCode('deploy:github:101:5001');
const claiming: OutsideStatus = { ...seen, build: { ...build, source: 'api', isMarked: true } };

const EXAMPLES: Readonly<Record<string, OutsideStatus>> = {
  running: seen,
  rebuild: { ...seen, build: { ...build, rebuiltFrom: 33, code: '7F3K-Q2' } },
  forged: {
    ...seen,
    input: { ...input, why: { kind: 'attestation', reason: 'other-build' } },
    build: { ...build, source: 'api', code: '7F3K-Q2', isMarked: true },
  },
  'claims-another': { ...claiming, claim: { code, said: 'not-its-own' } },
  'claims-none': { ...claiming, input: { ...input, policy: 'cancel' }, claim: { code, said: 'no-such-request' } },
  'claims-who-knows': { ...claiming, claim: { code, said: 'not-known-yet' } },
  'claims-who-knows-passed': {
    ...claiming,
    build: { ...claiming.build, state: 'passed', isOver: true },
    phase: { ...ended, state: 'passed' },
    claim: { code, said: 'not-known-yet' },
  },
  'claims-rightly': { ...claiming, claim: { code, said: 'not-known-yet' }, phase: { kind: 'claimed', at: NOW } },
  'claims-who-knows-cancelling': { ...claiming, claim: { code, said: 'not-known-yet' }, phase: { kind: 'cancelling', by: bea } },
  dedicated: { ...seen, input: { ...input, why: { kind: 'dedicated' } }, build: { ...build, source: 'webhook', startedBy: null } },
  cancelling: { ...seen, phase: { kind: 'cancelling', by: bea } },
  'cancelling-by-policy': { ...seen, phase: { kind: 'cancelling', by: null } },
  cancelled: { ...seen, build: { ...build, state: 'canceled', isOver: true }, phase: { ...ended, state: 'canceled', by: bea, cancelled: true } },
  'cancelled-by-policy': { ...seen, build: { ...build, state: 'canceled', isOver: true }, phase: { ...ended, state: 'canceled', cancelled: true } },
  'passed-all-the-same': {
    ...seen,
    build: { ...build, state: 'passed', isOver: true },
    phase: { ...ended, state: 'passed', by: bea, cancelled: true },
  },
  passed: { ...seen, build: { ...build, state: 'passed', isOver: true }, phase: { ...ended, state: 'passed' } },
  'failed-after-no': {
    ...seen,
    input: { ...input, why: { kind: 'attestation', reason: 'no-request' } },
    build: { ...build, state: 'failed', isOver: true },
    phase: { ...ended, state: 'failed' },
  },
  failed: { ...seen, build: { ...build, state: 'failed', isOver: true }, phase: { ...ended, state: 'failed' } },
  left: { ...seen, phase: { kind: 'left', at: NOW } },
  hostile: {
    ...seen,
    build: { ...build, branch: '<!channel>`*_&', startedBy: '<!here> *boss*', source: '<@U01>', commit: '<!x>' },
    input: { ...input, pipeline: '<!y>', why: { kind: 'step', step: '<!channel>' } },
  },
};

describe('a build that nobody asked for', () => {
  it.each(Object.entries(EXAMPLES))('%s is taken by Slack, wakes nobody, and has its button exactly while that works', (_name, status) => {
    const message = outsideMessage(status, exampleContext);
    expect(checkMessage(message)).toEqual([]);
    const text = JSON.stringify(message);
    expect(text).not.toMatch(/<!(?:channel|here|everyone|[xy]>)|<@U01>/);
    expect(text.includes('countersign:cancel')).toBe(status.phase.kind === 'running');
  });

  it('reads as its golden file', async () => {
    const shown = Object.entries(EXAMPLES).map(([name, status]) => {
      const texts = slackTexts(outsideMessage(status, exampleContext)).map(({ text }) => text);
      return `## ${name}\n\n${texts.join('\n')}`;
    });
    await expect(`${shown.join('\n\n')}\n`).toMatchFileSnapshot('../golden/slack/outside.txt');
  });
});
