// Why something that a person asked about their own accounts or absence was not done. Spoken to that person.
import type { PeopleReason } from '../../workflows/reasons.ts';
import { code, say, strong } from './inline.ts';
import { names, no } from './reason-text.ts';
import type { ReasonTexts } from './reason-text.ts';

const DAY_MS = 86_400_000;

export const PEOPLE_REASONS: ReasonTexts<PeopleReason['code']> = {
  'links-off': () =>
    no(
      'links',
      say`Linking accounts is not switched on here, and the configuration does not know yours.`,
      say`Ask for an entry under ${code('people')} in the configuration.`,
    ),
  'link-in-slack': (_reason, { prefix }) =>
    no('links', say`Accounts are linked from Slack, where the answer is yours alone.`, say`Type ${code(`${prefix} link`)} there.`),
  'link-overruled': (_reason, { prefix }) =>
    no(
      'links',
      say`You linked your account, but the configuration says by now that one of the two belongs to somebody else; it wins.`,
      say`Take the link back with ${code(`${prefix} link revoke`)}, then link again.`,
    ),
  'nothing-linked': (_reason, { prefix }) => no('links', say`Nothing is linked to this account.`, say`In Slack, ${code(`${prefix} link`)} links it.`),
  'link-reviewed': ({ name }) =>
    no(
      'links',
      say`Your accounts are tied together by the configuration, where you are ${strong(name)}; that is not taken back here.`,
      say`Change the entry under ${code('people')}.`,
    ),
  'unmapped-delegator': ({ surface }, { prefix }) =>
    no(
      'identity',
      say`I can't tell who you are ${surface === 'slack' ? 'on GitHub' : 'in Slack'}, so nobody can act for you.`,
      say`${surface === 'slack' ? '' : 'In Slack, '}${code(`${prefix} link`)} takes a minute.`,
    ),
  'unknown-person': ({ named }) =>
    no(
      'person',
      say`I know nobody called ${code(named.slice(0, 60))} whose accounts are tied together.`,
      say`Write a name of the configuration, or a GitHub login.`,
    ),
  'several-people': ({ named, logins }) =>
    no('person', say`${code(named.slice(0, 60))} may mean several people.`, say`Write the GitHub login instead: ${names(logins)}.`),
  'delegate-self': () => no('delegation', say`You can't act for yourself.`, say`Name somebody else.`),
  'delegate-too-long': ({ maxMs }) =>
    no(
      'delegation',
      say`That is too long: somebody may act for you for ${Math.floor(maxMs / DAY_MS)} days at most.`,
      say`You can say it again then.`,
    ),
  'delegate-over': () => no('delegation', say`That time is over already.`, null),
  'nothing-delegated': () => no('delegation', say`Nobody acts for you.`, null),
};
