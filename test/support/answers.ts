// What one person is answered in Slack: at once, or later where it is judged later.
import { expect } from 'vitest';
import type { Delivered } from '../../src/sim/slack/people.ts';
import type { SlackSim } from '../../src/sim/slack/sim.ts';
import { eventually } from './acme.ts';
import { patiently } from './patience.ts';
import { readableSlack } from './readable.ts';

/** What Slack shows while an answer takes longer than its patience. */
export const STILL_WORKING = 'Still working';
/** The workers were too busy to judge the act at once. */
export const RECORDED = 'is recorded and will be judged';
/** Temporal was too busy to say whether it has the act. If it has, the judgement comes by itself. */
export const UNKNOWN = "I can't tell whether your";
const COMES_WITHIN_MS = 8_000;

export interface Answers {
  /** What only they see then. */
  to(act: () => Promise<Delivered>): Promise<string>;
  /**
   * How it was judged. `act` answers what was said, null when there is nothing left to click. Where nobody can say whether it arrived, the
   * judgement comes by itself if it did; else it is done again, like everything that an answer asks to be done again, unless it is `once`.
   */
  judged(channel: string, act: () => Promise<string | null>, once?: boolean): Promise<string>;
}

export function answersTo(slack: Pick<SlackSim, 'ephemerals'>, user: string): Answers {
  return {
    async to(act) {
      const delivered = await act();
      expect(delivered).toMatchObject({ status: 200, problem: null });
      return eventually(`an answer to ${user}`, () =>
        slack
          .ephemerals(user)
          .filter(({ answers }) => answers === delivered.asked)
          .map(readableSlack)
          .find((text) => !text.includes(STILL_WORKING)),
      );
    },
    async judged(channel, act, once = false) {
      const before = slack.ephemerals(user).length;
      let unsure: string | null = null;
      const judgement = (): string | undefined =>
        slack
          .ephemerals(user)
          .slice(before)
          .filter((one) => one.channel === channel && one.answers === null)
          .map(readableSlack)[0];
      const attempt = async (): Promise<string> => {
        const said = await act();
        if (said?.includes(RECORDED) === true) return eventually(`the judgement for ${user}`, judgement);
        if (said?.includes(UNKNOWN) === false) return said;
        unsure = said ?? 'It was judged; nobody heard how.';
        return eventually('a judgement', judgement, COMES_WITHIN_MS).catch(() => unsure ?? '');
      };
      const last = await (once ? attempt() : patiently(attempt));
      return unsure === null ? last : (judgement() ?? last);
    },
  };
}
