// Every example payload that GitHub's community collected, signed, through the front gate.
import { sign } from '@octokit/webhooks-methods';
import { createRequire } from 'node:module';
import { expect, it } from 'vitest';
import type { FrontDoor } from '../../src/bot/front-door.ts';
import { createGithubIngress } from '../../src/github/ingress.ts';
import { createGithubProbot } from '../../src/github/probot.ts';
import type { Route } from '../../src/ingress.ts';
import { API, APP_ID, PRIVATE_KEY, silent, answerOnlyAnnouncedRequests } from './github-app.ts';

interface Written {
  readonly body: string | null;
  readonly user: { readonly id: number; readonly type: string };
}
interface Example {
  readonly action?: string;
  readonly installation?: object;
  readonly sender?: { readonly id: number };
  readonly review?: Written & { readonly state: string };
  readonly issue?: object;
  readonly comment?: Written;
}
// The package's types claim a default export that its JSON does not have.
const examples = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly {
  readonly name: string;
  readonly examples: readonly Example[];
}[];

const SECRET = 'a secret';
const reached: string[] = [];

function frontDoor(): FrontDoor {
  const reach = (what: string): Promise<never> => {
    reached.push(what);
    return Promise.reject(new Error('nothing should come here'));
  };
  return {
    command: (incoming) => {
      reached.push(incoming.text);
      return Promise.resolve({ kind: 'silence' });
    },
    pushed: () => {
      reached.push('push');
      return Promise.resolve();
    },
    reviewed: ({ incoming }) => {
      reached.push(incoming.text);
      return Promise.resolve({ kind: 'silence' });
    },
    misplaced: (incoming) => {
      reached.push(incoming.text);
      return Promise.resolve({ kind: 'silence' });
    },
    pullRequestClosed: () => {
      reached.push('closed');
      return Promise.resolve();
    },
    act: () => reach('act'),
    details: () => reach('details'),
    buildSeen: () => reach('build'),
    foreignBuildSeen: () => reach('build'),
  };
}

function open(): Route {
  const probot = createGithubProbot({ appId: APP_ID, privateKey: PRIVATE_KEY, baseUrl: API, log: silent });
  return createGithubIngress({ secrets: () => [SECRET], frontDoor: frontDoor(), probot, log: silent });
}

async function deliver(route: Route, event: string, payload: object): Promise<number> {
  const body = JSON.stringify(payload);
  const headers = {
    'content-type': 'application/json',
    'x-github-event': event,
    'x-github-delivery': 'example',
    'x-hub-signature-256': await sign(SECRET, body),
  };
  return (await route.handle({ headers, rawBody: Buffer.from(body) })).status;
}

answerOnlyAnnouncedRequests();

/** What an example leads to: a push to a pull request, its end, or what a person wrote at a line, for the front door to judge. */
function effectOf(name: string, { action, comment, installation }: Example): readonly string[] {
  if (name === 'pull_request' && action === 'synchronize') return ['push'];
  if (name === 'pull_request' && action === 'closed') return ['closed'];
  return name === 'pull_request_review_comment' && action === 'created' && installation !== undefined ? [comment?.body ?? ''] : [];
}

it('answers 200 to every example, and only pushes, ends and what people write have an effect', async () => {
  const route = open();
  let delivered = 0;
  for (const { name, examples: payloads } of examples) {
    for (const payload of payloads) {
      delivered += 1;
      const { action } = payload;
      reached.length = 0;
      expect(await deliver(route, name, payload), `${name}.${action}`).toBe(200);
      expect(reached, `${name}.${action}`).toEqual(effectOf(name, payload));
    }
  }
  expect(delivered).toBeGreaterThan(300);
});

it('takes the example of a new comment for a command once it is on a pull request of an installation', async () => {
  const route = open();
  const found = examples.flatMap((event) => (event.name === 'issue_comment' ? event.examples : [])).filter((payload) => payload.action === 'created');
  expect(found.length).toBeGreaterThan(0);
  for (const payload of found) {
    reached.length = 0;
    const onPull = { ...payload, issue: { ...payload.issue, pull_request: { url: 'x' } }, installation: { id: 99 } };
    expect(await deliver(route, 'issue_comment', onPull)).toBe(200);
    expect(reached).toEqual(payload.comment?.user.type === 'User' ? [payload.comment.body] : []);
  }
});

it.each([
  ['pull_request_review', 'submitted', (payload: Example) => payload.review],
  ['pull_request_review_comment', 'created', (payload: Example) => payload.comment],
] as const)('takes the examples of %s.%s for what a person wrote in an installation', async (name, action, written) => {
  const route = open();
  const found = examples.flatMap((event) => (event.name === name ? event.examples : [])).filter((payload) => payload.action === action);
  expect(found.length).toBeGreaterThan(0);
  for (const payload of found) {
    const { body = null, user } = written(payload) ?? {};
    // A review that says nothing is only of interest when it approves.
    for (const text of [body, '/approve']) {
      reached.length = 0;
      const key = payload.review === undefined ? 'comment' : 'review';
      const installed = { ...payload, [key]: { ...written(payload), body: text }, installation: { id: 99 } };
      expect(await deliver(route, name, installed)).toBe(200);
      const isOfPerson = user?.type === 'User' && user.id === payload.sender?.id;
      const isHeard = isOfPerson && ((text ?? '') !== '' || payload.review?.state === 'approved');
      expect(reached).toEqual(isHeard ? [text ?? ''] : []);
    }
  }
});
