// `people` in which nobody has linked anything, and which takes no act.
import type { PeopleStore } from '../../src/temporal/people.ts';

const unasked = async (): Promise<never> => {
  throw new Error('this test does not ask for it');
};

export const NOBODY: PeopleStore = {
  read: async () => ({ links: [], delegations: [] }),
  tokenState: async () => ({ kind: 'unknown' }),
  openLink: unasked,
  signInToLink: unasked,
  confirmLink: unasked,
  revokeLink: unasked,
  delegate: unasked,
  endDelegation: unasked,
};
