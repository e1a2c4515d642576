import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { decisionLog, type HistoryEvent } from '../../../src/sim/playground/decision-log.ts';

const payloads = (...values: readonly unknown[]): { payloads: Payload[] } => ({
  payloads: values.map((value) => defaultPayloadConverter.toPayload(value)),
});
// protobufjs gives numbers where its typings say Long.
const event = (eventId: number, attributes: object): HistoryEvent =>
  ({ eventId, eventTime: { seconds: 1_000 + eventId, nanos: 0 }, ...attributes }) as unknown as HistoryEvent;

const bea = { surface: 'slack', team: 'T', user: 'U', name: 'bea' };
const vote = (eventId: number, key: string, receipt: object): readonly HistoryEvent[] => [
  event(eventId, {
    workflowExecutionUpdateAcceptedEventAttributes: {
      acceptedRequest: { input: { name: 'castVote', args: payloads({ key, kind: 'approve', by: bea }) } },
    },
  }),
  event(eventId + 1, { workflowExecutionUpdateCompletedEventAttributes: { acceptedEventId: eventId, outcome: { success: payloads(receipt) } } }),
];
const report = (eventId: number, told: object): HistoryEvent =>
  event(eventId, { workflowExecutionSignaledEventAttributes: { signalName: 'buildReported', input: payloads({ turn: 1, report: told }) } });
const lines = (...events: readonly HistoryEvent[]): readonly string[] => decisionLog(events).map(({ text }) => text);

describe('the decision log', () => {
  it('begins with who asked, and where', () => {
    const request = { code: '7F3K-Q2', service: 'api', environment: 'production', requester: { surface: 'github', id: 1, login: 'ann' } };
    const [line] = decisionLog([event(1, { workflowExecutionStartedEventAttributes: { input: payloads({ request }) } })]);
    expect(line).toMatchObject({ event: 1, at: 1_001_000, text: 'ann asks for api → production, on the pull request', detail: 'code 7F3K-Q2' });
  });

  it.each([
    [{ kind: 'counted', have: 1, need: 2 }, 'bea approves in Slack: counted, 1 of 2'],
    [
      { kind: 'refused', reasons: [{ code: 'own-request' }, { code: 'not-in-group' }] },
      'bea approves in Slack: not counted, own-request, not-in-group',
    ],
  ])('tells each vote with its receipt', (receipt, expected) => {
    const [line] = decisionLog(vote(5, 'slack:1', receipt));
    expect(line).toMatchObject({ event: 6, text: expected, detail: 'receipt slack:1' });
  });

  it('tells news once, however often it is reported', () => {
    const running = { kind: 'progress', build: { number: 7, state: 'running' } };
    expect(lines(report(1, running), report(2, running), report(3, { kind: 'ended', how: 'passed', build: { number: 7 } }))).toEqual([
      'Build #7 is running',
      'Build #7 passed',
    ]);
  });

  it('leaves out what is no decision', () => {
    const announce = event(3, { activityTaskScheduledEventAttributes: { activityType: { name: 'announce' } } });
    expect(
      lines(announce, event(4, { activityTaskCompletedEventAttributes: { scheduledEventId: 3, result: payloads(null) } }), event(5, {})),
    ).toEqual([]);
  });

  it('tells that the build proved itself', () => {
    const token = { number: 7, step: 'countersign' };
    const asked = event(8, {
      workflowExecutionUpdateAcceptedEventAttributes: { acceptedRequest: { input: { name: 'attest', args: payloads(token) } } },
    });
    const yes = event(9, {
      workflowExecutionUpdateCompletedEventAttributes: { acceptedEventId: 8, outcome: { success: payloads({ kind: 'yes' }) } },
    });
    expect(decisionLog([asked, yes])).toMatchObject([
      { text: 'Build #7 asks with its own token: yes, this is the approved one', detail: 'step countersign' },
    ]);
  });

  it('tells the answer to the claim, with who approved', () => {
    const order = { pipeline: 'api-deploy', sha: '4f5a6b7'.padEnd(40, '0'), approvers: ['Bea', 'Dan'] };
    const asked = event(8, {
      workflowExecutionUpdateAcceptedEventAttributes: { acceptedRequest: { input: { name: 'claimStart', args: payloads({ turn: 1 }) } } },
    });
    const go = { kind: 'go', order, again: false, cancel: false };
    const answered = event(9, { workflowExecutionUpdateCompletedEventAttributes: { acceptedEventId: 8, outcome: { success: payloads(go) } } });
    expect(decisionLog([asked, answered])).toMatchObject([
      { text: 'At its turn: go. api-deploy may build 4f5a6b7, once', detail: 'approved by Bea, Dan' },
    ]);
  });
});
