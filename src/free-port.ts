import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range that systems give to outgoing connections (32768 and up on Linux): none of those takes the port meanwhile. */
const FIRST = 20_000;
const LAST = 31_999;
const TRIES = 100;

/** A port on loopback that is free now, for a process that has to be told one. Throws when everything tried is taken. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const port = randomInt(FIRST, LAST + 1);
    const server = createServer().listen(port, '127.0.0.1');
    const isFree = await once(server, 'listening').then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error(`no free port between ${FIRST} and ${LAST}`);
}
