// A simulated GitHub with somebody to talk to it: plain requests, signed as the app or as its installation for `acme`.
import { createPrivateKey } from 'node:crypto';
import { SignJWT } from 'jose';
import { createGithubSim, type GithubSim, type GithubSimOptions } from '../../src/sim/github/github-sim.ts';
import { checkExchange } from './github-openapi.ts';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // oxlint-disable-next-line typescript/no-explicit-any -- tests look into answers freely, the description checks their shape
  readonly body: any;
}
export type Ask = (route: string, body?: unknown) => Promise<Answer>;

export interface GithubClient {
  readonly sim: GithubSim;
  /** As the app: `GET /app`. */
  readonly app: Ask;
  /** As the installation of `acme`: `GET /repos/acme/api`. */
  readonly ask: Ask;
  /** With this `authorization`, or none. */
  readonly askAs: (authorization: string | null, route: string, body?: unknown) => Promise<Answer>;
  /** What GitHub's description has against the exchanges so far. */
  readonly problems: () => readonly string[];
  /** Closes the simulator; throws if the description has anything against any exchange. */
  readonly close: () => Promise<void>;
  /** Routes visited, such as `GET /repos/:owner/:repo`. */
  readonly visited: ReadonlySet<string>;
}

/** `acme/api` (private, id 100) with ann (maintain), bea (write) and carl (read). */
export async function openGithub(options: GithubSimOptions = {}): Promise<GithubClient> {
  const sim = await createGithubSim(options);
  const problems: string[] = [];
  const visited = new Set<string>();
  sim.onExchange((exchange) => {
    visited.add(`${exchange.method} ${exchange.pattern}`);
    if (exchange.pattern !== '/graphql') problems.push(...checkExchange(exchange));
  });
  sim.addUser({ login: 'ann', id: 11, name: 'Ann' });
  sim.addUser({ login: 'bea', id: 12 });
  sim.addUser({ login: 'carl', id: 13 });
  sim.addRepository({ slug: 'acme/api', id: 100 });
  sim.setRole('acme/api', 'ann', 'maintain');
  sim.setRole('acme/api', 'bea', 'write');
  sim.setRole('acme/api', 'carl', 'read');
  const askAs = (authorization: string | null, route: string, body?: unknown): Promise<Answer> => send(sim.url, { authorization, route, body });
  const app: Ask = async (route, body) => askAs(`Bearer ${await appJwt(sim, options.now)}`, route, body);
  const token = await app(`POST /app/installations/${sim.installation('acme').id}/access_tokens`);
  const ask: Ask = (route, body) => askAs(`token ${String(token.body.token)}`, route, body);
  const close = async (): Promise<void> => {
    await sim.close();
    if (problems.length > 0) throw new Error(`against GitHub's description:\n${problems.join('\n')}`);
  };
  return { sim, app, ask, askAs, problems: () => problems, close, visited };
}

export async function appJwt(sim: GithubSim, now: () => number = Date.now, claims: { iss?: string; lifeSeconds?: number } = {}): Promise<string> {
  const issued = Math.floor(now() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256' })
    .setIssuer(claims.iss ?? String(sim.appId))
    .setIssuedAt(issued - 30)
    .setExpirationTime(issued + (claims.lifeSeconds ?? 300))
    .sign(createPrivateKey(sim.appPrivateKey));
}

async function send(base: string, request: { authorization: string | null; route: string; body: unknown }): Promise<Answer> {
  const [method = '', path = ''] = request.route.split(' ');
  const response = await fetch(path.startsWith('http') ? path : base + path, {
    method,
    redirect: 'manual',
    headers: {
      'user-agent': 'countersign-tests',
      accept: 'application/vnd.github+json',
      ...(request.authorization === null ? {} : { authorization: request.authorization }),
    },
    ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
  });
  const text = await response.text();
  const body: unknown = text === '' ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, body };
}
