// One card per step and surface, edited in place. It follows what happens, one message at a time; trouble with messages never holds a
// build up.
import { log } from '@temporalio/workflow';
import { tellingBlock, tellingBlockAtLast } from './block-ask.ts';
import type { BlockNews, BlockStatus } from './block-contract.ts';
import { isSettled, showBlockInTemporal, statusOf, type Halt, type OpenStep } from './block-state.ts';
import { delivered } from './delivered.ts';
import { guarded } from './guarded.ts';
import type { Cards } from './status.ts';
import type { Millis } from './vocabulary.ts';

const FIRST_PAUSE_MS = 60_000;
const LONGEST_PAUSE_MS = 600_000;

/** Tells people until the step is settled and its last word is out. */
export async function keepPeopleTold(halt: Halt, step: OpenStep): Promise<void> {
  halt.telling += 1;
  try {
    await guarded(() => followStep(halt, step));
  } catch (error) {
    log.error('people are not told of this step any more', { error });
  } finally {
    halt.telling -= 1;
  }
}

async function followStep(halt: Halt, step: OpenStep): Promise<void> {
  const { clock } = halt;
  let cards: Cards = { slack: null, github: null };
  let owing: BlockNews | null = null;
  let pauseMs = FIRST_PAUSE_MS;
  let againAt: Millis = -Infinity;
  for (;;) {
    await clock.until(() => step.isNews, againAt, 'tell people again');
    const news: BlockNews | null = step.news ?? owing;
    step.isNews = false;
    step.news = null;
    const status = statusOf(halt, step);
    showBlockInTemporal(halt, step);
    const told = await tell(status, { cards, news });
    cards = told.cards;
    owing = told.isComplete ? null : news;
    // The last word is tried for a day: what is still not out then never will be.
    if (isSettled(status)) return;
    againAt = told.isComplete ? Infinity : clock.now() + pauseMs;
    pauseMs = told.isComplete ? FIRST_PAUSE_MS : Math.min(pauseMs * 2, LONGEST_PAUSE_MS);
  }
}

interface Said {
  readonly cards: Cards;
  readonly news: BlockNews | null;
}

async function tell(status: BlockStatus, said: Said): Promise<{ readonly cards: Cards; readonly isComplete: boolean }> {
  const by = isSettled(status) ? tellingBlockAtLast : tellingBlock;
  const hasGithub = status.plan.github !== null;
  const [slack, github] = await Promise.all([
    said.cards.slack ?? delivered('Slack card', by.postSlackBlock(status)),
    said.cards.github ?? (hasGithub ? delivered('GitHub card', by.postGithubBlock(status)) : null),
  ]);
  const cards: Cards = { slack, github };
  const isPosted = slack !== null && (github !== null || !hasGithub);
  // A card that was just posted says everything itself.
  if (said.cards.slack === null && said.news === null) return { cards, isComplete: isPosted };
  const input = { status, cards, news: said.news };
  const saying = by.announceBlock.executeWithOptions({ summary: said.news ?? status.phase.kind }, [input]).then(() => true);
  return { cards, isComplete: (await delivered('news of a block step', saying)) === true && isPosted };
}
