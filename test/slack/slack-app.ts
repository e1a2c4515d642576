// The Slack ingress on a real port, a simulated workspace, and a front door that writes down what it hears.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import type { Account } from '../../workflows/vocabulary.ts';
import type { BlockStatus } from '../../workflows/block-contract.ts';
import type { Click, FillAnswer, FilledBlock, FormAsk, FormSubmission, Incoming, SlackFrontDoor } from '../../src/bot/front-door.ts';
import type { Route } from '../../src/ingress.ts';
import type { FormAnswer, GrowingForm } from '../../src/render/form.ts';
import type { Home } from '../../src/render/home.ts';
import type { Reply } from '../../src/render/reply.ts';
import { createSlackSim, type SlackSim } from '../../src/sim/slack/sim.ts';
import { createSlackIngress } from '../../src/slack/ingress.ts';
import { botScopes } from '../../src/slack/scopes.ts';

export interface SlackApp {
  readonly sim: SlackSim;
  readonly url: string;
  readonly route: Route;
  readonly heard: {
    readonly commands: Incoming[];
    readonly clicks: Click[];
    readonly details: string[];
    readonly asks: FormAsk[];
    readonly submissions: FormSubmission[];
    readonly homes: Account[];
    readonly filled: FilledBlock[];
  };
  /** Everything that was logged, one JSON object a line. */
  readonly logged: string[];
  /** What the front door does next, for every message. */
  answer: () => Promise<Reply>;
  /** The form that the front door draws for what is chosen. */
  form: (ask: FormAsk) => GrowingForm;
  submit: (submission: FormSubmission) => Promise<FormAnswer>;
  home: (by: Account) => Promise<Home>;
  block: (workflowId: string) => Promise<BlockStatus | null>;
  fillBlock: (filled: FilledBlock) => Promise<FillAnswer>;
  readonly close: () => Promise<void>;
}

export const NOW = Date.parse('2026-11-23T14:00:00Z');

export async function startSlackApp(options: { previousSecret?: string; appId?: null; answerWithinMs?: number } = {}): Promise<SlackApp> {
  const sim = await createSlackSim({ now: () => NOW, scopes: botScopes(), answerWithinMs: options.answerWithinMs ?? 3_000 });
  sim.addChannel({ id: 'C01', name: 'deploys' });
  sim.addUser({ id: 'U01ANN', name: 'Ann' });
  sim.addUser({ id: 'U01BEA', name: 'Bea' });
  const currentSecret = sim.signingSecret();
  const logged: string[] = [];
  const heard: SlackApp['heard'] = { commands: [], clicks: [], details: [], asks: [], submissions: [], homes: [], filled: [] };
  const unasked = (): never => {
    throw new Error('this test does not ask for it');
  };
  const app: Pick<SlackApp, 'answer' | 'form' | 'submit' | 'home' | 'block' | 'fillBlock'> = {
    answer: () => Promise.resolve({ kind: 'recorded', act: 'approve' }),
    form: unasked,
    submit: unasked,
    home: unasked,
    block: unasked,
    fillBlock: unasked,
  };
  const frontDoor: SlackFrontDoor = {
    command: (incoming) => {
      heard.commands.push(incoming);
      return app.answer();
    },
    act: (click) => {
      heard.clicks.push(click);
      return app.answer();
    },
    details: (deployId) => {
      heard.details.push(deployId);
      return app.answer();
    },
    reviewed: () => Promise.reject(new Error('not for Slack')),
    misplaced: () => Promise.reject(new Error('not for Slack')),
    form: (ask) => {
      heard.asks.push(ask);
      return app.form(ask);
    },
    submit: (submission) => {
      heard.submissions.push(submission);
      return app.submit(submission);
    },
    home: (by) => {
      heard.homes.push(by);
      return app.home(by);
    },
    pushed: () => Promise.resolve(),
    pullRequestClosed: () => Promise.resolve(),
    buildSeen: () => Promise.resolve(),
    foreignBuildSeen: () => Promise.resolve(),
    block: (workflowId) => app.block(workflowId),
    fillBlock: (filled) => {
      heard.filled.push(filled);
      return app.fillBlock(filled);
    },
  };
  const route = await createSlackIngress({
    signingSecrets: () => [currentSecret, options.previousSecret ?? '', ''],
    team: sim.team,
    appId: options.appId === undefined ? sim.appId : options.appId,
    bot: sim.bot,
    botUser: sim.botUser,
    command: '/deploy',
    token: () => sim.botToken,
    apiUrl: sim.apiUrl,
    frontDoor,
    log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }),
    now: () => NOW,
  });
  const server = await listen(route);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${route.path}`;
  sim.deliverTo(url);
  return Object.assign(app, {
    sim,
    url,
    route,
    heard,
    logged,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await sim.close();
    },
  });
}

async function listen(route: Route): Promise<Server> {
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const answering = route.handle({ headers: req.headers, rawBody: Buffer.concat(chunks) });
      void answering.then((answer) => res.writeHead(answer.status, answer.headers).end(answer.body ?? ''));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Waits for something that happens after the HTTP answer. */
export async function eventually<T>(look: () => T | undefined): Promise<T> {
  for (let i = 0; i < 4_000; i += 1) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('it did not happen');
}
