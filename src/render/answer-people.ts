// Answers about one's own accounts and absence, before a surface draws them. Pure.
import type { Delegation } from '../../workflows/people-contract.ts';
import type { Person } from '../../workflows/vocabulary.ts';
import type { Answer } from './answer.ts';
import { code, link, named, say, strong, time, until } from './inline.ts';
import type { Inline } from './inline.ts';
import type { Reply } from './reply.ts';

export type AboutPeople = Extract<Reply, { readonly kind: 'link-offer' | 'accounts' | 'unlinked' | 'delegated' | 'delegation-ended' }>;

export function answerAboutPeople(reply: AboutPeople, prefix: string): Answer {
  switch (reply.kind) {
    case 'link-offer':
      return {
        lines: [
          say`🔗 ${link('Link your GitHub account', reply.url)}: sign in there, then compare both accounts and confirm.`,
          say`The link works once, until ${until(reply.expiresAt)}, and stands for your Slack account: give it to nobody.`,
        ],
        items: [],
        closing: null,
      };
    case 'accounts':
      return accounts(reply, prefix);
    case 'unlinked':
      return {
        lines: [say`No longer linked: ${github(reply.link.github)}. Votes that were given with the link no longer count.`],
        items: [],
        closing: null,
      };
    case 'delegated': {
      const { to, until: end } = reply.delegation;
      return {
        lines: [say`🤝 ${who(to)} acts for you until ${until(end)}, wherever your approval would count, and has been told so.`],
        items: [],
        closing: say`Take it back with ${code(`${prefix} delegate off`)}.`,
      };
    }
    case 'delegation-ended':
      return { lines: [say`Welcome back: ${named(reply.delegation.to)} no longer acts for you.`], items: [], closing: null };
  }
}

function accounts({ person, linkedSince, given, received }: Extract<AboutPeople, { kind: 'accounts' }>, prefix: string): Answer {
  const login = person.github === null ? say`no GitHub account` : say`${github(person.github)} on GitHub`;
  const tied =
    linkedSince === null
      ? say`The configuration knows you as ${strong(person.name)}: this Slack account${person.binding === 'email' ? ', by its e-mail address,' : ''} and ${login}.`
      : say`You linked this Slack account to ${login} at ${time(linkedSince)}.`;
  const how =
    linkedSince === null ? say`To change that, change the entry under ${code('people')}.` : say`Take it back with ${code(`${prefix} link revoke`)}.`;
  return {
    lines: [say`🔗 ${tied}`, how],
    items: [...(given === null ? [] : [givenLine(given, prefix)]), ...received.map(receivedLine)],
    closing: null,
  };
}

function givenLine({ to, until: end }: Delegation, prefix: string): Inline {
  return say`${who(to)} acts for you until ${until(end)}; ${code(`${prefix} delegate off`)} ends it.`;
}

function receivedLine({ from, until: end }: Delegation): Inline {
  return say`You act for ${named(from)} until ${until(end)}.`;
}

const github = ({ id, login }: { readonly id: number; readonly login: string }): Inline => say`${strong(login)} (account ${id})`;

/** With the login: the name was typed, and may have meant somebody else. */
function who(person: Person): Inline {
  return person.github === null || person.github.login === person.name
    ? say`${strong(person.name)}`
    : say`${strong(person.name)} (${person.github.login})`;
}
