// Why somebody could not ask for a deploy: who they are, and what they may.
import type { GateReason } from '../../workflows/reasons.ts';
import { code, say, strong } from './inline.ts';
import { either, inactive } from './reason-text.ts';
import type { ReasonTexts } from './reason-text.ts';

type WhoReason = 'unmapped-requester' | 'inactive-person' | 'matched-by-email' | 'no-permission' | 'no-emergency';

export const WHO_REASONS: ReasonTexts<Extract<GateReason['code'], WhoReason>> = {
  'unmapped-requester': ({ surface, environment }, { prefix }) => ({
    sign: '❌',
    title: 'identity',
    said: say`${environment} asks for a requester whose ${surface === 'slack' ? 'GitHub' : 'Slack'} account I know; I don't know yours.`,
    wayOut: say`${surface === 'slack' ? '' : 'In Slack, '}${code(`${prefix} link`)} takes a minute; then ask again.`,
  }),
  'inactive-person': ({ name, why }, { act }) => inactive(name, why, act === null ? 'ask for a deploy' : act),
  'matched-by-email': ({ environment }, { act, code: request }) => ({
    sign: '❌',
    title: 'identity',
    said: say`Only your e-mail address says who you are here, and ${environment} asks for more.`,
    wayOut:
      act === null
        ? say`Ask in a comment on GitHub.`
        : say`Comment ${code(request === null ? '/approve' : `/approve ${request}`)} on the pull request.`,
  }),
  'no-permission': ({ needed, found }, hints) => ({
    sign: '❌',
    title: 'permission',
    said: say`asking takes ${either(needed.map((word) => strong(word)))}; you have ${found === '' ? 'none of them' : strong(found)}.`,
    wayOut: hints.again === null ? say`Ask somebody who has it.` : say`Ask somebody who has it to type ${code(hints.again)}.`,
  }),
  'no-emergency': ({ service, environment, needed, found }, { prefix }) => ({
    sign: '❌',
    title: 'emergency',
    said:
      needed.length === 0
        ? say`nobody may start an emergency deploy to ${environment}: ${code('may.emergency')} names nobody.`
        : say`an emergency deploy to ${environment} takes ${either(needed.map((word) => strong(word)))}; you have ${found === '' ? 'none of them' : strong(found)}.`,
    wayOut: say`With approvals: ${code(`${prefix} ${service} to ${environment}`)}.`,
  }),
};
