// Sends what the platforms signed, on one connection that is kept open, and takes the time until the answer is there.
import { Agent, createServer, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimMessage } from '../src/sim/slack/world.ts';
import { REPOSITORY, type World } from '../src/sim/world.ts';

export interface Signed {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Sender {
  /** Milliseconds until the whole answer was there. Throws unless it is 200. */
  send(signed: Signed): Promise<number>;
  close(): void;
}

export function createSender(productUrl: string): Sender {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: (signed) =>
      new Promise((resolve, reject) => {
        const headers = { ...signed.headers, 'content-length': Buffer.byteLength(signed.body) };
        const began = performance.now();
        const outgoing = request(new URL(signed.path, productUrl), { agent, method: 'POST', headers }, (answer) => {
          answer.resume();
          answer.once('end', () => {
            const took = performance.now() - began;
            if (answer.statusCode === 200) resolve(took);
            else reject(new Error(`${signed.path} was answered ${answer.statusCode}`));
          });
        });
        outgoing.once('error', reject);
        outgoing.end(signed.body);
      }),
    close: () => agent.destroy(),
  };
}

export interface Recorder {
  comment(pullRequest: number, login: string, text: string): Promise<Signed>;
  click(user: string, card: SimMessage, action: string): Promise<Signed>;
  close(): void;
}

/** The platforms deliver here instead: the same bytes with the same signatures are then sent by hand, with a clock beside. */
export async function recordDeliveries(world: World): Promise<Recorder> {
  let slackRequest: Signed | null = null;
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      if (incoming.url === '/slack/events')
        slackRequest = { path: '/slack/events', headers: ownHeaders(incoming.headers), body: Buffer.concat(chunks).toString('utf8') };
      outgoing.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  world.connect(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  return {
    comment: async (pullRequest, login, text) => {
      const { delivery } = await world.github.comment(REPOSITORY, pullRequest, login, text);
      if (delivery === null) throw new Error('the comment was delivered nowhere');
      return { path: '/api/github/webhooks', headers: delivery.requestHeaders, body: delivery.payload };
    },
    click: async (user, card, action) => {
      slackRequest = null;
      await world.slack.click(user, card.ts, action);
      if (slackRequest === null) throw new Error('the click was delivered nowhere');
      return slackRequest;
    },
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Without those of the connection, which the next sender makes anew. */
function ownHeaders(headers: IncomingHttpHeaders): Readonly<Record<string, string>> {
  const kept = Object.entries(headers).filter(([name]) => name.startsWith('x-') || name === 'content-type' || name === 'user-agent');
  return Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
}
