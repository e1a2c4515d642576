// A build that nobody asked for, as the channel is told of it. Pure.
import type { Button } from '@slack/types';
import type { OutsideInput, OutsidePhase, OutsideStatus, OutsideWhy } from '../../workflows/outside-contract.ts';
import { button } from './blocks.ts';
import { drawnMessage } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { code, link, named, say, strong, time } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { card, type Card, type Fact } from './view.ts';

/** Its message, with a button exactly while that works. */
export function outsideMessage(status: OutsideStatus, context: RenderContext): SlackMessage {
  return drawnMessage(outsideCard(status, context), context, { sentences: [], buttons: buttonsOf(status, context) });
}

function buttonsOf({ workflowId, phase, build }: OutsideStatus, { now }: RenderContext): readonly Button[] {
  if (phase.kind !== 'running') return [];
  const confirm = {
    title: 'Cancel the running build?',
    text: say`Build ${build.number} of ${code(build.pipeline)} may leave what it deploys half done.`,
    yes: 'Cancel the build',
    style: 'danger',
  } as const;
  const target = { deployId: workflowId, contract: null, sha: null, now };
  return [button({ action: 'cancel', label: 'Cancel build', style: 'danger', confirm }, target)];
}

function outsideCard(status: OutsideStatus, { prefix }: RenderContext): Card {
  const { build, input, phase } = status;
  const which = say`build ${build.number} of ${code(build.pipeline)}`;
  const isUnknown = status.claim?.said === 'not-known-yet';
  const told = input.why.kind === 'attestation' ? 'Not approved' : isUnknown ? 'Perhaps nobody asked for this' : 'Nobody asked for this';
  const unasked = isUnknown ? 'which no request knows as its own' : 'which nobody asked for';
  const common = { facts: facts(status), footer: footer(status), lines: [whyWords(input.why), ...originWords(status)] };
  switch (phase.kind) {
    case 'running':
      return card({
        ...common,
        sign: '⚠️',
        headline: input.why.kind === 'attestation' ? say`${told}: ${which}` : say`${told}: ${which} deploys`,
        next: nextWords(status, prefix),
      });
    case 'cancelling':
      return card({
        ...common,
        sign: '✖️',
        headline: say`Being cancelled: ${which}, ${unasked}`,
        below: [cancelledWords(phase)],
      });
    case 'ended':
      return card({ ...common, ...endWords(phase, input.why, { which, told, unasked, isUnknown }) });
    case 'claimed':
      return card({
        ...common,
        sign: '✅',
        headline: say`Asked for after all: ${which}`,
        lines: [whyWords(input.why), ownWords(status)],
      });
    case 'left':
      return card({
        ...common,
        sign: '⚠️',
        headline: say`${told}: ${which} still runs`,
        lines: [whyWords(input.why), say`Nobody looks after it here any more: stop it in Buildkite.`],
      });
  }
}

function nextWords({ claim, input, build }: OutsideStatus, prefix: string): Inline {
  const ask = claim?.said === 'not-known-yet' ? say`${code(`${prefix} why ${claim.code}`)} tells what that request knows by now. ` : [];
  // Policy stops only what names nobody: a person who knows better can.
  const left = input.policy === 'cancel' && build.isMarked ? say`Policy leaves a build that names a request to people. ` : [];
  return say`${left}${ask}Stop it with the button, if you may cancel deploys here, or in Buildkite. Meant it? Ask for it with ${code(prefix)} next time, so that somebody signs it.`;
}

type PhaseOf<K extends OutsidePhase['kind']> = Extract<OutsidePhase, { kind: K }>;

function cancelledWords({ by }: PhaseOf<'cancelling' | 'ended'>): Inline {
  return by === null ? say`Cancelled by policy: a build of this pipeline that deploys starts with an approval.` : say`Cancelled by ${named(by)}.`;
}

function endWords(
  phase: PhaseOf<'ended'>,
  why: OutsideWhy,
  { which, told, unasked, isUnknown }: { readonly which: Inline; readonly told: string; readonly unasked: string; readonly isUnknown: boolean },
): Pick<Card, 'sign' | 'headline' | 'below'> {
  const { by, state, cancelled } = phase;
  if (cancelled && state === 'canceled') {
    const headline = say`Cancelled: ${which}, ${unasked}`;
    return { sign: '✖️', headline, below: [cancelledWords(phase), say`What it has done already stays done.`] };
  }
  const late = cancelled ? [say`${by === null ? 'Policy' : named(by)} cancelled it, too late.`] : [];
  if (state === 'passed') {
    const headline = say`${told}: ${which} has passed`;
    const whether = isUnknown ? 'and no request is known to have approved it' : 'though nobody approved it';
    return { sign: '⚠️', headline, below: [...late, say`What it deployed is live, ${whether}.`] };
  }
  const done =
    why.kind === 'attestation'
      ? say`It was told no; a pipeline that asks first has deployed nothing.`
      : say`It may have deployed something before it ended.`;
  return { sign: '⚠️', headline: say`${told}: ${which} ended as ${code(state)}`, below: [...late, done] };
}

function whyWords(why: OutsideWhy): Inline {
  switch (why.kind) {
    case 'step':
      return say`Its step ${code(why.step)} has started, which deploys.`;
    case 'dedicated':
      return say`Every build of this pipeline deploys.`;
    case 'attestation':
      return say`A job of it asked whether it is approved, and was told no (${code(why.reason)}).`;
  }
}

/** Whose marks it carries, and what is strange about that. */
function originWords({ build, claim }: OutsideStatus): readonly Inline[] {
  if (claim !== undefined) return [claimWords(claim)];
  const whose = build.code === null ? [] : say` of ${code(build.code)}`;
  if (build.rebuiltFrom !== null)
    return [say`It repeats build ${build.rebuiltFrom}${whose}. An approval is for one build; whoever wants another asks again.`];
  if (build.code === null && !build.isMarked) return [];
  return [say`It carries the marks${build.code === null ? ' of a request' : whose}, which has another build or is over.`];
}

function claimWords({ code: named, said }: NonNullable<OutsideStatus['claim']>): Inline {
  switch (said) {
    case 'no-such-request':
      return say`Its meta-data names a request that does not exist: the name was made up, or is that of one long gone.`;
    case 'not-its-own':
      return say`Its meta-data says that ${code(named)} asked for it, but that request knows nothing of this build. Whoever may start builds can write any name there.`;
    case 'not-known-yet':
      return say`Its meta-data says that ${code(named)} asked for it, but that request could not say for minutes whether it did.`;
  }
}

const ownWords = ({ claim }: OutsideStatus): Inline =>
  say`It is the build of ${code(claim?.code ?? 'a request')}, which has found it by now. Its own cards tell how it goes on.`;

const SOURCES: Readonly<Record<string, string>> = {
  ui: 'in Buildkite',
  api: "through Buildkite's API",
  webhook: 'by a push',
  schedule: 'by a schedule',
  trigger_job: 'by another pipeline',
  frontend: 'in Buildkite',
};

function facts({ build, openedAt }: OutsideStatus): readonly Fact[] {
  const who = build.startedBy === null ? [] : say`${build.startedBy}, `;
  const how = SOURCES[build.source] ?? (build.source === '' ? 'nobody knows how' : `as ${build.source}`);
  return [
    {
      label: 'What',
      value: say`${strong('Build')} ${link(`${build.pipeline} #${build.number}`, build.url)} · ${code(build.commit.slice(0, 7))} on ${code(build.branch)}`,
    },
    { label: 'Started', value: say`${who}${how}` },
    { label: 'Seen', value: [time(openedAt)] },
  ];
}

const footer = ({ input }: { readonly input: OutsideInput }): Inline =>
  say`told once · ${code(`outside: ${input.policy}`)} of the pipeline ${code(input.pipeline)}`;
