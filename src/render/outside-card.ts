// A build that nobody asked for, as the channel is told of it. Pure.
import type { OutsideInput, OutsideStatus, OutsideWhy } from '../../workflows/outside-contract.ts';
import { actions, button, header } from './blocks.ts';
import { cardBlocks, headlineOf } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { code, link, named, say, strong, time, toSlackFallback } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { card, type Card, type Fact } from './view.ts';

/** Its message, with a button exactly while that works. */
export function outsideMessage(status: OutsideStatus, context: RenderContext): SlackMessage {
  const drawn = outsideCard(status, context);
  const { workflowId, phase, build } = status;
  const target = { deployId: workflowId, contract: null, sha: null, now: context.now };
  const confirm = {
    title: 'Cancel the running build?',
    text: say`Build ${build.number} of ${code(build.pipeline)} may leave what it deploys half done.`,
    yes: 'Cancel the build',
    style: 'danger',
  } as const;
  return {
    text: toSlackFallback(say`${headlineOf(drawn)}.`, { now: context.now, max: 1_000 }),
    blocks: [
      header(headlineOf(drawn), context.now),
      ...cardBlocks(drawn, context),
      ...actions(phase.kind === 'running' ? [button({ action: 'cancel', label: 'Cancel build', style: 'danger', confirm }, target)] : []),
    ],
  };
}

function outsideCard(status: OutsideStatus, { prefix }: RenderContext): Card {
  const { build, input, phase } = status;
  const which = say`build ${build.number} of ${code(build.pipeline)}`;
  const common = { facts: facts(status), footer: footer(status) };
  switch (phase.kind) {
    case 'running':
      return card({
        ...common,
        sign: '⚠️',
        headline: input.why.kind === 'attestation' ? say`Not approved: ${which}` : say`Nobody asked for this: ${which} deploys`,
        lines: [whyWords(input.why), ...originWords(status)],
        next: say`Stop it with the button, if you may cancel deploys here, or in Buildkite. Meant it? Ask for it with ${code(prefix)} next time, so that somebody signs it.`,
      });
    case 'cancelling':
      return card({
        ...common,
        sign: '✖️',
        headline: say`Being cancelled: ${which}, which nobody asked for`,
        lines: [whyWords(input.why), ...originWords(status), by(phase.by === null ? null : [named(phase.by)])],
      });
    case 'ended':
      return card({ ...common, ...endWords(status), lines: [whyWords(input.why), ...originWords(status)] });
    case 'left':
      return card({
        ...common,
        sign: '⚠️',
        headline: say`Nobody asked for this: ${which} still runs`,
        lines: [whyWords(input.why), say`Nobody looks after it here any more: stop it in Buildkite.`],
      });
  }
}

const by = (who: Inline | null): Inline =>
  who === null ? say`Cancelled by policy: a build of this pipeline that deploys starts with an approval.` : say`Cancelled by ${who}.`;

function endWords({ build, phase, input }: OutsideStatus): Pick<Card, 'sign' | 'headline' | 'below'> {
  const which = say`build ${build.number} of ${code(build.pipeline)}`;
  if (phase.kind !== 'ended') return { sign: '', headline: which, below: [] };
  const who = phase.by === null ? null : [named(phase.by)];
  if (phase.cancelled && phase.state === 'canceled') {
    const headline = say`Cancelled: ${which}, which nobody asked for`;
    return { sign: '✖️', headline, below: [by(who), say`What it has done already stays done.`] };
  }
  const late = phase.cancelled ? [say`${who ?? 'Policy'} cancelled it, too late.`] : [];
  if (phase.state === 'passed') {
    const headline = say`Nobody asked for this: ${which} has passed`;
    return { sign: '⚠️', headline, below: [...late, say`What it deployed is live, though nobody approved it.`] };
  }
  const asked = say`It was told no; a pipeline that asks first has deployed nothing.`;
  const headline = say`${input.why.kind === 'attestation' ? 'Not approved' : 'Nobody asked for this'}: ${which} ended as ${code(phase.state)}`;
  return { sign: '⚠️', headline, below: [...late, input.why.kind === 'attestation' ? asked : say`It may have deployed something before it ended.`] };
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

/** Whose marks it carries. */
function originWords({ build }: OutsideStatus): readonly Inline[] {
  const whose = build.code === null ? [] : say` of ${code(build.code)}`;
  if (build.rebuiltFrom !== null)
    return [say`It repeats build ${build.rebuiltFrom}${whose}. An approval is for one build; whoever wants another asks again.`];
  if (build.code === null && !build.isMarked) return [];
  return [say`It carries the marks${build.code === null ? ' of a request' : whose}, which has another build or is over.`];
}

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
