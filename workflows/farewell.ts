// The last word on a request that was ended from outside: its own workflow can say it no longer.
import { tellingAtLast } from './ask.ts';
import type { FarewellInput } from './contract.ts';
import { guarded } from './guarded.ts';

export function farewell(input: FarewellInput): Promise<void> {
  return guarded(() => tellingAtLast.closeCards(input));
}
