// The last word on a request that was ended from outside: its own workflow can say it no longer, nor open the review that it owes.
import { tellingAtLast } from './ask.ts';
import type { FarewellInput } from './contract.ts';
import { guarded } from './guarded.ts';
import { oweReview } from './review.ts';

export function farewell(input: FarewellInput): Promise<void> {
  return guarded(async () => {
    const owing = await tellingAtLast.closeCards(input);
    if (owing) await oweReview(owing);
  });
}
