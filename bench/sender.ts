// Sends what the platforms signed, on one connection that is kept open, and takes the time until the answer is there.
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
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

/** Bare bytes on a bare socket: an HTTP client of our own would be part of every figure. */
export async function openSender(productUrl: string): Promise<Sender> {
  const { hostname, port, host } = new URL(productUrl);
  const socket = connect(Number(port), hostname).setNoDelay(true).setEncoding('latin1');
  await once(socket, 'connect');
  return {
    send: async (signed) => {
      const request = requestOf(signed, host);
      const began = performance.now();
      socket.write(request);
      const answer = await readAnswer(socket);
      const took = performance.now() - began;
      if (!answer.startsWith('HTTP/1.1 200 ')) throw new Error(`${signed.path} was answered ${answer.split('\r\n', 1)[0]}`);
      return took;
    },
    close: () => void socket.destroy(),
  };
}

function requestOf({ path, headers, body }: Signed, host: string): string {
  const lines = Object.entries({ ...headers, host, 'content-length': Buffer.byteLength(body) }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `POST ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}

/** Until head and body are complete. */
function readAnswer(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    const settle = (act: () => void): void => {
      socket.off('data', take);
      socket.off('close', broken);
      act();
    };
    const broken = (): void => settle(() => reject(new Error('the product closed the connection')));
    const take = (chunk: string): void => {
      answer += chunk;
      const head = answer.indexOf('\r\n\r\n');
      const length = /^content-length: (\d+)\r$/im.exec(answer)?.[1];
      if (head !== -1 && length !== undefined && answer.length >= head + 4 + Number(length)) settle(() => resolve(answer));
    };
    socket.on('data', take);
    socket.once('close', broken);
  });
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
