// One answer to one comment. A workflow of its own, so that the answer outlives the process that owed it and is given once.
import type { ReplyInput } from './contract.ts';
import { answering } from './ask.ts';
import { guarded } from './guarded.ts';

export function reply(input: ReplyInput): Promise<void> {
  return guarded(() => answering.reply(input));
}
