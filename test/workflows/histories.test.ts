// Every story is replayed right after it was played: what the workflows do once, they do again from their history alone.
// With RECORD_HISTORIES=<version> the histories are kept as well (test/support/record-history.ts).
import { describe, expect, it } from 'vitest';
import { APPROVAL_PLAYS } from '../support/approval-plays.ts';
import { PEER_PLAYS } from '../support/peer-plays.ts';
import { BUILD_PLAYS } from '../support/build-plays.ts';
import { LIFECYCLE_PLAYS } from '../support/lifecycle-plays.ts';
import { storeHistory } from '../support/record-history.ts';
import { replayed } from '../support/replay.ts';
import { useStory } from '../support/story.ts';

const VERSION = process.env['RECORD_HISTORIES'];
const PLAYS = Object.entries({ ...APPROVAL_PLAYS, ...LIFECYCLE_PLAYS, ...BUILD_PLAYS, ...PEER_PLAYS });

describe('a history that was just written is replayed', () => {
  const current = useStory();

  it.each(PLAYS)('%s', async (name, play) => {
    const story = current();
    const workflows = await play(story);
    for (const [workflow, workflowId] of Object.entries(workflows)) {
      const history = await replayed(story.stage, workflowId);
      expect(history.events).not.toEqual([]);
      if (VERSION !== undefined) await storeHistory(`${VERSION}.${name}.${workflow}`, workflowId, history);
    }
  });
});
