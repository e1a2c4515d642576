// A line to a server on which answers can get lost: what is sent arrives, what comes back does not.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface DeafLine {
  /** Host and port to connect to. */
  readonly address: string;
  /** From now on no answer comes through; what was already on its way is lost with it. */
  loseAnswers(): void;
  /** Answers come through again, on new connections. */
  hearAgain(): void;
  close(): Promise<void>;
}

export async function openDeafLine(to: string): Promise<DeafLine> {
  const [host = '', port = ''] = to.split(':');
  const open = new Set<Socket>();
  let isDeaf = false;
  const server = createServer((near) => {
    const far = connect(Number(port), host);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.on('data', (chunk) => {
      if (!isDeaf) near.write(chunk);
    });
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const cut = (): void => {
    for (const socket of open) socket.destroy();
  };
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseAnswers: () => void (isDeaf = true),
    hearAgain: () => {
      // Bytes are missing from every connection of before.
      cut();
      isDeaf = false;
    },
    close: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      cut();
      await closed;
    },
  };
}
