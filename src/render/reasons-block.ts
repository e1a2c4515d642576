// Why an act on a block step did not count. Spoken to whoever acted.
import type { ActReason } from '../../workflows/reasons.ts';
import { code, listed, quoted, say, strong, time } from './inline.ts';
import { no } from './reason-text.ts';
import type { ReasonTexts } from './reason-text.ts';

type BlockReason = 'started-it' | 'may-have-started' | 'other-step' | 'other-values' | 'bad-field' | 'only-on-github' | 'step-over' | 'only-a-step';

export const BLOCK_REASONS: ReasonTexts<Extract<ActReason['code'], BlockReason>> = {
  'started-it': ({ build }) => no('own build', say`You started build ${build}, or wrote what it builds, so your approval can't count.`, null),
  'may-have-started': ({ build, starter }) =>
    no(
      'own build',
      say`I don't know who ${starter} is, who started build ${build}, and I don't know your Buildkite account either: it might have been you.`,
      say`Ask for ${code('buildkite:')} with your e-mail address in your entry under ${code('people')} in the configuration.`,
    ),
  'other-step': ({ step }) =>
    no('stale', say`That was about another step; the build now waits at ${quoted(step)}.`, say`Read its card, then act again.`),
  'other-values': ({ by }, { surface }) =>
    no(
      'stale',
      say`${by} filled in other values since your card was drawn.`,
      say`Read them, then ${surface === 'slack' ? 'click' : 'comment'} again.`,
    ),
  'bad-field': ({ field, allowed }, hints) => {
    const wanted = allowed === null ? say`one line of text, at most 500 characters` : say`one of ${listed(allowed.map(code), 10)}`;
    return no(
      'field',
      say`${strong(field)} needs ${wanted}.`,
      hints.surface === 'slack' ? say`The card's button opens the form.` : say`Approve in Slack, where the form is.`,
    );
  },
  'only-on-github': ({ environment, named }) =>
    no(
      'step-up',
      say`${environment} takes approvals from GitHub only.`,
      say`Comment ${code(`/approve ${named}`)} on a pull request of its repository.`,
    ),
  'step-over': ({ how, by, at, build }) => {
    const who = by === null ? '' : ` by ${by}`;
    const words: Readonly<Record<string, string>> = {
      unblocking: `has all its approvals; build ${build} goes on now`,
      unblocked: `was approved; build ${build} goes on`,
      'unblocked-elsewhere': `was unblocked in Buildkite${who}`,
      rejected: `was rejected${who}`,
      expired: 'expired',
      gone: 'is over: the build has ended',
      'not-unblocked': 'was approved, but could not be unblocked',
    };
    return no('late', say`That step ${words[how] ?? `is over (${how})`}, at ${time(at)}.`, null);
  },
  'only-a-step': (_reason, { prefix }) =>
    no(
      'block step',
      say`That is the code of a step that a build waits at: it can be approved, rejected, or an approval withdrawn.`,
      say`${code(`${prefix} help approve`)} says how.`,
    ),
};
