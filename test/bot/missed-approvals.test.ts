// Who approves the code while a deploy waits for just them is told the words that sign the deploy.
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { createBot } from '../../src/bot/bot.ts';
import type { BotDeps } from '../../src/bot/deps.ts';
import type { ReplyInput } from '../../workflows/contract.ts';
import type { RepoSlug } from '../../workflows/vocabulary.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { API, configOf, NOW } from '../policy/given.ts';
import { EXAMPLES } from '../support/examples.ts';
import { bea, CODE } from '../support/views.ts';

const { waiting } = EXAMPLES.waiting;
const { queued } = EXAMPLES.queued;
const { planned } = EXAMPLES.planned;

/** What Bea is told when she approves the code of a pull request with these requests. */
async function told(...open: readonly DeployStatus[]): Promise<readonly (string | null)[]> {
  const said: ReplyInput[] = [];
  const bot = createBot({
    config: configOf([API]),
    gateway: {
      findOpen: async () => open.map((_, at) => ({ workflowId: `${at}`, code: CODE, open: true, startedAt: NOW })),
      deployStatus: async (at: string) => open[Number(at)] ?? null,
      startReply: async (reply: ReplyInput) => void said.push(reply),
    },
    metrics: { command: () => undefined, vote: () => undefined },
    log: pino({ level: 'silent' }),
    now: () => NOW,
  } as unknown as BotDeps);
  const repo = { id: 7, slug: 'acme/api' as RepoSlug };
  const written = { kind: 'review', login: 'bea', digest: 'd', sha: null } as const;
  const from = { surface: 'github', repo, installation: 99, issue: 42, comment: 5, written } as const;
  const by = { surface: 'github', id: bea.github?.id ?? 0, login: 'bea' } as const;
  await bot.reviewed({ incoming: { key: 'deploy:github:7:review:5', text: 'Nice!', by, at: NOW, from }, approvesCode: true });
  return said.map(({ markdown }) => markdown);
}

const WORDS = /comment `(\/approve[^`]*)`/;

it('is told the short words where only one request is open', async () => {
  const [only, ...others] = await told(waiting);
  expect([WORDS.exec(only ?? '')?.[1], others]).toEqual(['/approve', []]);
});

it('is told which one where others are open there, too, whoever they wait for', async () => {
  const [only, ...others] = await told(waiting, queued);
  expect([WORDS.exec(only ?? '')?.[1], others]).toEqual([`/approve ${CODE}`, []]);
});

it('is told the short words where the others have ended, or were only plans', async () => {
  const [only] = await told(waiting, EXAMPLES.rejected.rejected, planned);
  expect(WORDS.exec(only ?? '')?.[1]).toBe('/approve');
});

it('is told nothing where nothing waits for them', async () => {
  expect(await told(queued)).toEqual([]);
});
