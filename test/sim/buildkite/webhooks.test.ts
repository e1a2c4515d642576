import { createHmac } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { signatureHeader, webhookHeaders } from '../../../src/sim/buildkite/webhook-payload.ts';
import type { StepDefinition } from '../../../src/sim/buildkite/state.ts';
import { misshapenWebhook } from './webhook-shapes.ts';
import { BUILDS, stage, type Body, type Stage } from './sim-client.ts';

interface Received {
  readonly event: string;
  readonly signature: string;
  readonly token: string;
  readonly raw: string;
  readonly payload: { readonly build: Body; readonly job?: { readonly state: string }; readonly pipeline: unknown; readonly sender: unknown };
}

/** A receiver of webhooks that writes down what comes. */
async function receiver(): Promise<{ readonly url: string; readonly received: Received[] }> {
  const received: Received[] = [];
  const wrong: (string | null)[] = [];
  const server = createServer((req, res) => {
    let raw = '';
    req.setEncoding('utf8').on('data', (chunk: string) => (raw += chunk));
    req.on('end', () => {
      const header = (name: string): string => String(req.headers[name] ?? '');
      const payload: Received['payload'] = JSON.parse(raw);
      wrong.push(misshapenWebhook(raw));
      received.push({
        event: header('x-buildkite-event'),
        signature: header('x-buildkite-signature'),
        token: header('x-buildkite-token'),
        raw,
        payload,
      });
      res.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    // Every webhook that any test of this file receives must look like one of Buildkite's.
    expect(wrong.filter((each) => each !== null)).toEqual([]);
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/buildkite/webhooks`, received };
}

const FAILING: readonly StepDefinition[] = [
  { type: 'command', label: 'test' },
  { type: 'block', label: 'Go?' },
  { type: 'command', label: 'deploy', outcome: 'fail', durationMs: 1_000 },
];

async function listening(steps: readonly StepDefinition[] = FAILING): Promise<Stage & { readonly received: Received[] }> {
  const s = await stage({ steps });
  const { url, received } = await receiver();
  s.sim.webhook({ url, token: 'secret', mode: 'signature' });
  return { ...s, received };
}
const events = (received: readonly Received[]): readonly string[] => received.map((each) => each.event);

describe('the proof of origin', () => {
  it('signs the known answer', () => {
    expect(signatureHeader('29b1ff5779c76bd48ba6705eb99ff970', 1_700_000_000, '{"event":"ping"}')).toBe(
      'timestamp=1700000000,signature=d3a2d29d094e5bc3a6345f3775ea05ddfbad44d0c2e19a29dd40c6307da66a16',
    );
  });

  it('is either the token or the signature, never both', () => {
    const proof = { token: 't', at: 1_700_000_000_999 };
    const plain = webhookHeaders('build.finished', '{}', { ...proof, mode: 'token' });
    expect(plain).toMatchObject({ 'x-buildkite-event': 'build.finished', 'x-buildkite-token': 't' });
    expect(plain).not.toHaveProperty('x-buildkite-signature');
    const signed = webhookHeaders('build.finished', '{}', { ...proof, mode: 'signature' });
    expect(signed['x-buildkite-signature']).toMatch(/^timestamp=1700000000,signature=[\da-f]{64}$/);
    expect(signed).not.toHaveProperty('x-buildkite-token');
  });

  it.each([
    ['good', 'secret', 0],
    ['wrong', 'not secret', 0],
    ['old', 'secret', -600],
  ] as const)('can be %s', async (signature, key, seconds) => {
    const s = await listening();
    s.sim.webhookFaults({ signature });
    await s.create();
    await s.sim.deliveriesSettled();
    const { signature: header, raw } = s.received[0]!;
    const timestamp = Date.UTC(2026, 10, 23, 12) / 1000 + seconds;
    expect(header).toBe(`timestamp=${timestamp},signature=${createHmac('sha256', key).update(`${timestamp}.${raw}`).digest('hex')}`);
  });
});

describe('what is told', () => {
  it('tells a life in order: a blocked build is `finished` and is not', async () => {
    const s = await listening();
    await s.create();
    s.clock.advance(4_000);
    s.sim.unblock('deploy', 1);
    s.clock.advance(2_000);
    await s.sim.deliveriesSettled();
    expect(s.received.map(({ event, payload }) => `${event} ${payload.job?.state ?? `${payload.build.state} ${payload.build.blocked}`}`)).toEqual([
      'build.scheduled scheduled false',
      'build.running running false',
      'job.started running',
      'job.finished passed',
      'build.finished passed true',
      'job.activated unblocked',
      'build.running running false',
      'job.started running',
      'job.finished failed',
      'build.failing failing false',
      'build.finished failed false',
    ]);
    expect(s.sim.deliveries.map((delivery) => delivery.fate)).toEqual(s.received.map(() => 'answered'));
  });

  it('carries the build with its meta-data, without jobs and environment, in the old way to write times', async () => {
    const s = await listening();
    await s.create({ meta_data: { 'countersign:deploy-id': 'x' }, env: { A: '1' } });
    await s.sim.deliveriesSettled();
    const { build, pipeline, sender } = s.received[0]!.payload;
    expect(build).toMatchObject({ number: 1, created_at: '2026-11-23 12:00:00 UTC', started_at: null, meta_data: { 'countersign:deploy-id': 'x' } });
    for (const key of ['jobs', 'env', 'pipeline']) expect(build).not.toHaveProperty(key);
    expect(pipeline).toMatchObject({ slug: 'deploy', steps: [{ name: 'test' }, { label: 'Go?' }, { name: 'deploy' }] });
    expect(sender).toMatchObject({ name: 'Olga Owner' });
  });

  it('tells of a skipped build, of a cancelled one, and of a revived one', async () => {
    const s = await listening([{ type: 'command', label: 'deploy', outcome: 'fail' }]);
    await s.create();
    s.sim.skip('deploy', 1);
    await s.create();
    s.sim.finish('deploy', 2, 'canceled');
    await s.create();
    s.sim.finish('deploy', 3, 'failed');
    s.sim.retryJobInUi('deploy', 3, 'deploy');
    await s.sim.deliveriesSettled();
    const of = (number: number): readonly string[] => events(s.received.filter((each) => each.payload.build.number === number));
    expect(of(1)).toEqual(['build.scheduled', 'build.skipped']);
    expect(of(2)).toEqual(['build.scheduled', 'build.finished']);
    expect(of(3).slice(-2)).toEqual(['build.finished', 'build.running']);
  });

  it('only what the service asked for', async () => {
    const s = await stage();
    const { url, received } = await receiver();
    s.sim.webhook({ url, token: 't', mode: 'token', events: ['build.finished'] });
    await s.create();
    s.sim.finish('deploy', 1, 'passed');
    await s.sim.deliveriesSettled();
    expect(received.map(({ event, token }) => [event, token])).toEqual([['build.finished', 't']]);
  });
});

it.each([
  ['"event":"build.scheduled"', '"event":"build.blocked"', /event/],
  ['"state":"scheduled"', '"state":"scheduled","jobs":[]', /jobs/],
  [/"created_at":"[^"]+"/, '"created_at":"2026-11-23T12:00:00.000Z"', /time/],
])('a payload with %s as %s is found to be none of Buildkite’s', async (from, to, finding) => {
  const s = await listening();
  await s.create();
  await s.sim.deliveriesSettled();
  expect(misshapenWebhook(s.received[0]!.raw.replace(from, to))).toMatch(finding);
});

describe('when delivery goes wrong', () => {
  const twoEvents = async (s: Stage): Promise<void> => {
    await s.create();
    s.sim.skip('deploy', 1);
  };

  it('loses all of them, or those chosen, and keeps the list', async () => {
    const s = await listening();
    s.sim.webhookFaults({ lose: (event) => event === 'build.scheduled' });
    await twoEvents(s);
    await s.sim.deliveriesSettled();
    expect(events(s.received)).toEqual(['build.skipped']);
    expect(s.sim.deliveries.map(({ event, fate, status }) => [event, fate, status])).toEqual([
      ['build.scheduled', 'lost', null],
      ['build.skipped', 'answered', 200],
    ]);
  });

  it('sends every one as often as told', async () => {
    const s = await listening();
    s.sim.webhookFaults({ copies: 3 });
    await s.create();
    await s.sim.deliveriesSettled();
    expect(events(s.received)).toEqual(['build.scheduled', 'build.scheduled', 'build.scheduled']);
    expect(new Set(s.received.map((each) => each.raw)).size).toBe(1);
  });

  it('swaps each pair', async () => {
    const s = await listening();
    s.sim.webhookFaults({ reorder: true });
    await twoEvents(s);
    await s.sim.deliveriesSettled();
    expect(events(s.received)).toEqual(['build.skipped', 'build.scheduled']);
    s.sim.hold('deploy');
    await s.create();
    s.clock.advance(1_000);
    await s.sim.deliveriesSettled();
    expect(events(s.received).slice(2, 3)).toEqual(['build.scheduled']);
  });

  it.each([
    [false, 'scheduled'],
    [true, 'skipped'],
  ])('comes late; the payload is newer than the event: %s', async (newerPayload, state) => {
    const s = await listening();
    s.sim.webhookFaults({ delayMs: 5_000, newerPayload });
    await twoEvents(s);
    expect(s.sim.deliveries).toEqual([]);
    s.clock.advance(5_000);
    await s.sim.deliveriesSettled();
    expect(s.received.map(({ event, payload }) => [event, payload.build.state])).toEqual([
      ['build.scheduled', state],
      ['build.skipped', 'skipped'],
    ]);
  });

  it('only for some: by event, by pipeline, by turn', async () => {
    const s = await listening();
    s.sim.addPipeline({ slug: 'other', steps: [{ type: 'command', label: 'x' }] });
    s.sim.webhookFault({ event: 'build.scheduled', pipeline: 'deploy', from: 2, times: 1, effect: { lose: true } });
    s.sim.webhookFault({ event: 'build.skipped', effect: { copies: 2 } });
    await twoEvents(s);
    await s.create();
    s.sim.buildInUi('other', { commit: 'HEAD', branch: 'main' });
    await s.create();
    await s.sim.deliveriesSettled();
    const told = s.sim.deliveries.map(({ event, pipeline, number, fate }) => `${event} ${pipeline} ${number} ${fate}`);
    expect(told.toSorted()).toEqual([
      'build.scheduled deploy 1 answered',
      'build.scheduled deploy 2 lost',
      'build.scheduled deploy 3 answered',
      'build.scheduled other 1 answered',
      'build.skipped deploy 1 answered',
      'build.skipped deploy 1 answered',
    ]);
    s.sim.mend();
    s.sim.skip('deploy', 3);
    await s.sim.deliveriesSettled();
    expect(events(s.received).slice(-2)).toEqual(['build.scheduled', 'build.skipped']);
  });

  it('is tried again where told so, signed anew each time', async () => {
    const s = await stage();
    s.sim.webhook({ url: 'http://127.0.0.1:9/', token: 't', mode: 'signature', tries: 2, events: ['build.scheduled'] });
    await s.create();
    await expect.poll(() => s.sim.deliveries.map(({ fate }) => fate)).toEqual(['unanswered']);
    await expect.poll(() => (s.clock.advance(1_000), s.sim.deliveries.length)).toBe(2);
    await s.sim.deliveriesSettled();
    const [first, second] = s.sim.deliveries.map(({ headers }) => headers['x-buildkite-signature']);
    expect(first).not.toBe(second);
  });

  it('nobody there: it is not sent again, and the build does not mind', async () => {
    const s = await stage();
    s.sim.webhook({ url: 'http://127.0.0.1:9/', token: 't', mode: 'token' });
    await s.create();
    await s.sim.deliveriesSettled();
    expect(s.sim.deliveries.map(({ fate, status }) => [fate, status])).toEqual([['unanswered', null]]);
    expect((await s.ask('GET', `${BUILDS}/1`)).body.state).toBe('scheduled');
  });
});

it('tells whoever listens in the same process of every change', async () => {
  const s = await stage();
  const seen: string[] = [];
  const end = s.sim.onChange(({ event, pipeline, number }) => void (event !== null && seen.push(`${pipeline} ${number} ${event}`)));
  await s.create();
  end();
  s.sim.finish('deploy', 1, 'passed');
  expect(seen).toEqual(['deploy 1 build.scheduled', 'deploy 1 job.scheduled']);
});
