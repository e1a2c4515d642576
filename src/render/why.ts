// `why`: everything that decided about one request, open or ended, for whoever asks. Pure.
import type { DeployStatus } from '../../workflows/status.ts';
import { gateLines, idLine, ruleLines, voteLines } from './account.ts';
import { context, header, linesSection } from './blocks.ts';
import { COMMENT_MAX, fitted } from './card-github.ts';
import type { RenderContext } from './context.ts';
import { askedFact, whatFact } from './facts.ts';
import { code, say, strong, toGithub, toSlackFallback } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { hintsFor, noteLines } from './notes.ts';
import { isFinal } from './phase.ts';
import { reasonItem } from './reasons.ts';
import { stateLine } from './request-line.ts';
import { route } from './view.ts';
import type { Surface, View } from './view.ts';

/** Five of them stay far below what Slack takes for one message. */
const PART_MAX = 1_500;

interface Part {
  readonly title: string;
  readonly lines: readonly Inline[];
}

interface Account {
  readonly headline: Inline;
  /** What was asked and how it stands or ended. */
  readonly summary: readonly Inline[];
  readonly parts: readonly Part[];
  readonly ids: Inline;
}

export function whyMessage(status: DeployStatus, renderContext: RenderContext): SlackMessage {
  const { headline, summary, parts, ids } = accountOf(status, renderContext, 'slack');
  const { now } = renderContext;
  return {
    text: toSlackFallback(say`${headline}: ${stateLine(status, renderContext)}`, { now, max: 1_000 }),
    blocks: [
      header(headline, now),
      ...linesSection(summary, now, 1_200),
      ...parts.flatMap(({ title, lines }) => linesSection([[strong(title)], ...lines], now, PART_MAX)),
      ...context([ids], now),
    ],
  };
}

export function whyMarkdown(status: DeployStatus, renderContext: RenderContext): string {
  const { headline, summary, parts, ids } = accountOf(status, renderContext, 'github');
  const draw = (inline: Inline): string => toGithub(inline, { now: renderContext.now });
  const list = (lines: readonly Inline[]): string => lines.map((line) => `- ${draw(line)}`).join('\n');
  const drawn = parts.map(({ title, lines }) => `**${title}**\n\n${list(lines)}`);
  return fitted([`### ${draw(headline)}`, ...summary.map(draw), ...drawn, `<sub>${draw(ids)}</sub>`].join('\n\n'), COMMENT_MAX - 300);
}

function accountOf(status: DeployStatus, renderContext: RenderContext, surface: Surface): Account {
  const view: View = { status, context: renderContext, surface };
  const { plan, request } = status;
  const what = plan === null ? [] : [whatFact(plan, view).value];
  const stands = isFinal(status.phase) ? say`It ended: ${stateLine(status, renderContext)}` : say`It goes on: ${stateLine(status, renderContext)}`;
  const votes = voteLines(view);
  const parts: readonly Part[] = [
    { title: 'Why not', lines: whyNot(view) },
    { title: `Gates${plan === null ? '' : `, as of revision ${plan.revision}`}`, lines: gateLines(status) },
    { title: 'Rule', lines: ruleLines(view) },
    { title: 'Votes', lines: votes.length === 0 && plan !== null ? [say`Nobody has voted.`] : votes },
  ];
  return {
    headline: say`Why ${code(request.code)}: ${route(status)}`,
    summary: [...what, say`Asked by ${askedFact(view).value}`, stands, ...noteLines(view)],
    parts: parts.filter(({ lines }) => lines.length > 0),
    ids: idLine(status, renderContext),
  };
}

function whyNot(view: View): readonly Inline[] {
  const { phase } = view.status;
  if (phase.kind !== 'refused' && phase.kind !== 'stopped') return [];
  return phase.reasons.map((reason) => reasonItem(reason, hintsFor(view)));
}
