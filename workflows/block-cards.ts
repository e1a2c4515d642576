// One card per step and surface, edited in place. It follows what happens, one message at a time; trouble with messages never holds a
// build up.
import { log } from '@temporalio/workflow';
import { tellingBlock, tellingBlockAtLast } from './block-ask.ts';
import type { BlockNews, BlockStatus } from './block-contract.ts';
import { isSettled, showBlockInTemporal, statusOf, type Halt, type OpenStep } from './block-state.ts';
import { createPatience } from './delivered.ts';
import { guarded } from './guarded.ts';
import { sayOnCards } from './say-on-cards.ts';
import type { Cards } from './status.ts';
import type { Millis } from './vocabulary.ts';

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
  const againWithin = createPatience(clock);
  let againAt: Millis = -Infinity;
  for (;;) {
    await clock.until(() => step.isNews, againAt, 'tell people again');
    const news: BlockNews | null = step.news ?? owing;
    step.isNews = false;
    step.news = null;
    const status = statusOf(halt, step);
    showBlockInTemporal(halt, step);
    const told = await tell(status, cards, news);
    cards = told.cards;
    owing = told.isComplete ? null : news;
    // The last word is tried for a day: what is still not out then never will be.
    if (isSettled(status)) return;
    againAt = clock.now() + againWithin(told.isComplete);
  }
}

function tell(status: BlockStatus, cards: Cards, news: BlockNews | null): ReturnType<typeof sayOnCards> {
  const by = isSettled(status) ? tellingBlockAtLast : tellingBlock;
  const summary = news ?? status.phase.kind;
  return sayOnCards({
    what: 'a block step',
    cards,
    postSlack: () => by.postSlackBlock(status),
    postGithub: status.plan.github === null ? null : () => by.postGithubBlock(status),
    announce:
      cards.slack === null && news === null ? null : (posted) => by.announceBlock.executeWithOptions({ summary }, [{ status, cards: posted, news }]),
  });
}
