// The pages of linking on a real web server, beside a simulated GitHub; `people` keeps its book in memory, by the rules of the workflow.
import { pino } from 'pino';
import { createSignIn } from '../../src/github/sign-in.ts';
import { createLinkRoutes } from '../../src/linking/routes.ts';
import { digestOfSecret, newSecret } from '../../src/one-time-secret.ts';
import { startWebServer } from '../../src/ops/web-server.ts';
import { createGithubSim, type GithubSim } from '../../src/sim/github/github-sim.ts';
import { freePort } from '../../src/free-port.ts';
import type { PeopleStore } from '../../src/temporal/people.ts';
import type { SlackAccount } from '../../workflows/people-contract.ts';
import { confirm, openBook, openFor, signIn, tokenStateOf, type Book } from '../../workflows/people-state.ts';
import { NOW, PEOPLE } from '../policy/given.ts';

const CLIENT_SECRET = 'a-client-secret-of-the-simulated-app';

export const ZOE: SlackAccount = { surface: 'slack', team: 'T1', user: 'U70', name: 'zoe' };

export interface LinkingApp {
  readonly url: string;
  readonly github: GithubSim;
  readonly book: Book;
  readonly clock: { now: number };
  readonly people: Pick<PeopleStore, 'tokenState' | 'signInToLink' | 'confirmLink'>;
  /** Everything that was logged. */
  logs(): string;
  /** What `/deploy link` would hand to this Slack account. */
  oneTimeUrl(slack?: SlackAccount): string;
  close(): Promise<void>;
}

/** `publicUrl`: where people think they are; the server's own address unless given. */
export async function openLinkingApp(options: { readonly publicUrl?: string } = {}): Promise<LinkingApp> {
  const clock = { now: NOW };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const publicUrl = options.publicUrl ?? url;
  const github = await createGithubSim({ now: () => clock.now });
  github.addUser({ id: 70, login: 'zoe-gh' });
  github.addUser({ id: 71, login: 'thief' });
  github.addUser({ id: 2, login: 'bea' });
  github.setSignIn({ clientSecret: CLIENT_SECRET, callbackUrls: [`${publicUrl}/github/link/callback`] });
  github.browseAs('zoe-gh');
  const book = openBook(null);
  const people: LinkingApp['people'] = {
    tokenState: async (token) => tokenStateOf(book, token, clock.now),
    signInToLink: async (proof) => signIn(book, proof, clock.now),
    confirmLink: async (proof) => confirm(book, proof, clock.now),
  };
  const lines: string[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const routes = createLinkRoutes({
    publicUrl,
    signIn: createSignIn({ clientId: github.clientId, clientSecret: () => CLIENT_SECRET, webUrl: github.url, apiUrl: github.url }),
    people: {
      tokenState: (token) => people.tokenState(token),
      signInToLink: (proof) => people.signInToLink(proof),
      confirmLink: (proof) => people.confirmLink(proof),
    },
    reviewed: PEOPLE,
    workspace: 'Acme & Sons',
    prefix: '/deploy',
    log,
    now: () => clock.now,
  });
  const server = await startWebServer({ port, host: '127.0.0.1', routes, log });
  return {
    url,
    github,
    book,
    clock,
    people,
    logs: () => lines.join(''),
    oneTimeUrl: (slack = ZOE) => {
      const token = newSecret();
      openFor(book, { token: digestOfSecret(token), slack }, clock.now);
      return `${url}/github/link?token=${token}`;
    },
    close: async () => {
      await server.close();
      await github.close();
    },
  };
}
