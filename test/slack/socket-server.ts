// The other end of Socket Mode, as small as it can be: one connection, text frames, no ping. https://docs.slack.dev/apis/events-api/using-socket-mode
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';

export interface SocketServer {
  readonly apiUrl: string;
  /** Authorization headers that asked for a connection. */
  readonly authorizations: readonly (string | undefined)[];
  /** Sends an envelope and resolves with the payload of its acknowledgement. */
  readonly deliver: (type: string, payload: object) => Promise<Readonly<Record<string, unknown>>>;
  readonly close: () => Promise<void>;
}

const WEBSOCKET_GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export async function startSocketServer(): Promise<SocketServer> {
  const authorizations: (string | undefined)[] = [];
  const waiting = new Map<string, (payload: Readonly<Record<string, unknown>>) => void>();
  let socket: Duplex | null = null;

  const server = createServer((req, res) => {
    authorizations.push(req.headers.authorization);
    const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/link`;
    res.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ ok: true, url }));
  });
  server.on('upgrade', (req, connection) => {
    const accept = createHash('sha1')
      .update(`${String(req.headers['sec-websocket-key'])}${WEBSOCKET_GUID}`)
      .digest('base64');
    connection.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`);
    connection.on('error', () => undefined);
    connection.on('data', (data: Buffer) => {
      for (const text of readTextFrames(data)) {
        const answer = JSON.parse(text) as { envelope_id: string; payload?: Readonly<Record<string, unknown>> };
        waiting.get(answer.envelope_id)?.(answer.payload ?? {});
      }
    });
    socket = connection;
    connection.write(textFrame({ type: 'hello' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/`,
    authorizations,
    deliver: (type, payload) =>
      new Promise((resolve) => {
        const envelope_id = `envelope-${waiting.size + 1}`;
        waiting.set(envelope_id, resolve);
        socket?.write(textFrame({ envelope_id, type, payload, accepts_response_payload: true }));
      }),
    close: async () => {
      socket?.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function textFrame(message: object): Buffer {
  const text = Buffer.from(JSON.stringify(message));
  const length = text.length < 126 ? Buffer.from([text.length]) : Buffer.from([126, text.length >> 8, text.length & 255]);
  return Buffer.concat([Buffer.from([0x81]), length, text]);
}

/** Frames of a client are masked; anything but text is skipped. */
function readTextFrames(data: Buffer): readonly string[] {
  const texts: string[] = [];
  let at = 0;
  while (at + 2 <= data.length) {
    const isText = ((data[at] ?? 0) & 15) === 1;
    const short = (data[at + 1] ?? 0) & 127;
    const start = at + (short === 126 ? 4 : 2);
    const length = short === 126 ? data.readUInt16BE(at + 2) : short;
    const mask = data.subarray(start, start + 4);
    const body = data.subarray(start + 4, start + 4 + length).map((byte, i) => byte ^ (mask[i % 4] ?? 0));
    if (isText) texts.push(Buffer.from(body).toString('utf8'));
    at = start + 4 + length;
  }
  return texts;
}
