// Who belongs to which accounts, as far as people said so themselves, and who acts for whom: one per namespace, for ever.
// Whether the reviewed configuration allows it is judged outside (`src/policy`), and again wherever a link is used.
import { allHandlersFinished, condition, log, makeContinueAsNewFunc, setCurrentDetails, setHandler, workflowInfo } from '@temporalio/workflow';
import { writingTo } from './ask.ts';
import { guarded } from './guarded.ts';
import { createLine } from './line.ts';
import {
  confirmLink,
  delegate,
  endDelegation,
  openLink,
  peopleState,
  revokeLink,
  signInToLink,
  tokenState,
  type Delegation,
  type Link,
  type PeopleInput,
  type PeopleNews,
} from './people-contract.ts';
import { carryBook, confirm, delegateTo, endDelegationOf, openBook, openFor, revoke, signIn, tokenStateOf, type Book } from './people-state.ts';

export async function people(input: PeopleInput): Promise<void> {
  const book = openBook(input.carried);
  const letters = createLine();
  const now = (): number => Date.now();
  const step = <T>(change: () => T): Promise<T> =>
    guarded(async () => {
      const answer = change();
      setCurrentDetails(detailsOf(book, now()));
      return answer;
    });
  const tell = (...news: readonly PeopleNews[]): void => {
    if (input.quiet !== true) news.forEach((one) => void letters.run(() => write(one)));
  };
  const aboutLink = (kind: 'linked' | 'unlinked', link: Link): void => tell({ kind, to: link.slack, link });
  const aboutDelegation = (kind: 'delegated' | 'delegation-ended', delegation: Delegation): void => {
    if (delegation.to.slack !== null) tell({ kind, to: delegation.to.slack, delegation });
  };
  setHandler(openLink, (wish) => step(() => openFor(book, wish, now())), { description: 'A one-time URL was given to a Slack account.' });
  setHandler(signInToLink, (proof) => step(() => signIn(book, proof, now())), { description: 'Somebody signed in at GitHub with it.' });
  const confirmed = (proof: Parameters<typeof confirm>[1]): Promise<ReturnType<typeof confirm>> =>
    step(() => {
      const answer = confirm(book, proof, now());
      if (answer.kind === 'linked') aboutLink('linked', answer.link);
      return answer;
    });
  const revoked = ({ by }: { readonly by: Parameters<typeof revoke>[1] }): Promise<ReturnType<typeof revoke>> =>
    step(() => {
      const answer = revoke(book, by);
      if (answer.kind === 'revoked') aboutLink('unlinked', answer.link);
      return answer;
    });
  const delegated = (wish: Omit<Delegation, 'since'>): Promise<ReturnType<typeof delegateTo>> =>
    step(() => {
      const answer = delegateTo(book, wish, now());
      if (answer.kind === 'delegated') aboutDelegation('delegated', answer.delegation);
      return answer;
    });
  const delegationEnded = ({ from }: Pick<Delegation, 'from'>): Promise<ReturnType<typeof endDelegationOf>> =>
    step(() => {
      const answer = endDelegationOf(book, from, now());
      if (answer.kind === 'ended') aboutDelegation('delegation-ended', answer.delegation);
      return answer;
    });
  setHandler(confirmLink, confirmed, { description: 'Both accounts were seen and confirmed.' });
  setHandler(revokeLink, revoked, { description: 'One of the two accounts takes the link back.' });
  setHandler(delegate, delegated, { description: 'Somebody is away; another acts for them.' });
  setHandler(endDelegation, delegationEnded, { description: 'Somebody is back.' });
  setHandler(peopleState, () => ({ links: book.links, delegations: book.delegations }), { description: 'Links and delegations.' });
  setHandler(tokenState, (token) => tokenStateOf(book, token, now()), { description: 'What became of a one-time URL, by its digest.' });
  return guarded(async () => {
    const isLong = (): boolean => workflowInfo().continueAsNewSuggested || workflowInfo().historyLength >= (input.eventsMax ?? Infinity);
    await condition(() => isLong() && allHandlersFinished() && letters.isIdle());
    const continueAsNew = makeContinueAsNewFunc<(input: PeopleInput) => Promise<void>>();
    return continueAsNew({ ...input, carried: carryBook(book, now()) });
  });
}

async function write(news: PeopleNews): Promise<void> {
  try {
    await guarded(() => writingTo.tellPerson.executeWithOptions({ summary: news.kind }, [news]));
  } catch (error) {
    log.warn('somebody was not told about their accounts', { user: news.to.user, error });
  }
}

function detailsOf({ links, delegations, open }: Book, now: number): string {
  const lines = [
    `${links.length} links, ${open.filter(({ expiresAt }) => expiresAt > now).length} being made`,
    ...delegations
      .filter(({ until }) => until > now)
      .map(({ from, to, until }) => `${to.name} for ${from.name} until ${new Date(until).toISOString()}`),
  ];
  return lines.join('\n\n');
}
