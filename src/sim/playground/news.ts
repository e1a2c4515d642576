// Server-sent events: they only say that something changed; the page then asks what.
import type { ServerResponse } from 'node:http';

export interface News {
  listen(response: ServerResponse, headers: Readonly<Record<string, string>>): void;
  /** Many calls within a moment are one event. */
  tell(): void;
  stop(): void;
}

const GATHER_MS = 60;
const TICK_MS = 2_000;

/** `tick`: called every two seconds while somebody listens; windows end and clocks move without any event. */
export function createNews(tick: () => void): News {
  const listeners = new Set<ServerResponse>();
  let gathering: NodeJS.Timeout | null = null;
  const publish = (): void => {
    gathering = null;
    for (const response of listeners) response.write('event: changed\ndata:\n\n');
  };
  const ticking = setInterval(() => {
    if (listeners.size === 0) return;
    tick();
    publish();
  }, TICK_MS);
  ticking.unref();
  return {
    listen: (response, headers) => {
      response.writeHead(200, { ...headers, 'content-type': 'text/event-stream' });
      response.write('retry: 500\n\n');
      listeners.add(response);
      response.on('close', () => listeners.delete(response));
    },
    tell: () => {
      gathering ??= setTimeout(publish, GATHER_MS);
    },
    stop: () => {
      clearInterval(ticking);
      if (gathering !== null) clearTimeout(gathering);
      for (const response of listeners) response.end();
    },
  };
}
