// The request as a check run on its commit. Pure. What changes from minute to minute is left to the card: each change costs a request to GitHub.
import type { DeployPhase, DeployStatus } from '../../workflows/status.ts';
import { plainContext } from './context.ts';
import { oneLine } from './escape.ts';
import { askedFact, needsFact, soFarFact } from './facts.ts';
import { code, join, say, shaLink, strong, toGithub, toWords } from './inline.ts';
import type { Inline } from './inline.ts';
import { hintsFor } from './notes.ts';
import { stateLine } from './request-line.ts';
import { reasonItem } from './reasons.ts';
import { planSha, route } from './view.ts';
import type { View } from './view.ts';

export interface CheckRunView {
  readonly status: 'queued' | 'in_progress' | 'completed';
  readonly conclusion: 'success' | 'failure' | 'neutral' | 'cancelled' | 'timed_out' | null;
  readonly title: string;
  /** Markdown. */
  readonly summary: string;
}

/** `countersign/api-production` */
export function checkRunName({ request }: DeployStatus): string {
  return `countersign/${request.service}-${request.environment}`;
}

const TITLE_MAX = 200;

/** null: a request that was not planned, or only asked what would happen, has none. */
export function checkRunView(status: DeployStatus, prefix: string): CheckRunView | null {
  const { plan, request, phase } = status;
  if (plan === null || request.dryRun) return null;
  // Times are told as seen from when it was asked, or the same state would read differently each time.
  const context = plainContext(request.askedAt, prefix);
  const view: View = { status, context, surface: 'github' };
  const lines: readonly Inline[] = [
    say`${route(status)} · ${planSha(plan)} ${plan.title.slice(0, 140)}`,
    ...(phase.kind === 'waiting' ? waitingLines(view) : []),
    say`${strong('Asked by')} ${askedFact(view).value} · code ${code(request.code)}`,
  ];
  const reasons = 'reasons' in phase ? phase.reasons.slice(0, 20).map((reason) => reasonItem(reason, hintsFor(view))) : [];
  const draw = (inline: Inline): string => toGithub(inline, { now: context.now });
  return {
    ...outcomeOf(phase),
    // Plain text on GitHub.
    title: oneLine(toWords(titleOf(view), context.now), TITLE_MAX),
    summary: [...lines.map(draw), reasons.map((reason) => `- ${draw(reason)}`).join('\n')].filter((part) => part !== '').join('\n\n'),
  };
}

/** For the commit of an earlier revision: it neither passed nor failed, nobody asks for it any more. */
export function supersededCheckRun({ request, revision }: DeployStatus): CheckRunView {
  const by = revision === null ? say`a newer commit` : say`${shaLink(revision.to, null)}, pushed by ${revision.by}`;
  return {
    status: 'completed',
    conclusion: 'neutral',
    title: `⏭️ superseded by ${revision === null ? 'a newer commit' : revision.to.slice(0, 7)}`,
    summary: toGithub(say`${code(request.code)} now asks for ${by}. Approvals of this commit count no more.`, { now: request.askedAt }),
  };
}

function waitingLines(view: View): readonly Inline[] {
  const { plan, tally, request } = view.status;
  if (plan === null) return [];
  const facts = [needsFact(plan, (tally ?? plan.tally).tree, 'name'), ...soFarFact(view)];
  const onPull = request.origin.surface === 'github' || plan.pullRequest !== null;
  const how = onPull
    ? say`Approve with ${code('/approve')} on the pull request, or with the button in Slack.`
    : say`Approve with the button in Slack.`;
  return [
    join(
      facts.map(({ label, value }) => say`${strong(label)} ${value}`),
      ' · ',
    ),
    how,
  ];
}

/** Phases that follow each other within seconds, and what moves within a phase, are told as one. */
function titleOf({ status, context }: View): Inline {
  const { phase } = status;
  switch (phase.kind) {
    case 'queued':
    case 'checking':
    case 'starting':
      return say`⏳ approved; it starts when its turn comes`;
    case 'building':
      return phase.cancelling === null ? say`🚚 being deployed: build ${phase.build.number}` : stateLine(status, context);
    default:
      return stateLine(status, context);
  }
}

/** Only success passes where the check is required: a request that ended without one has shown nothing. */
function outcomeOf(phase: DeployPhase): Pick<CheckRunView, 'status' | 'conclusion'> {
  switch (phase.kind) {
    case 'planning':
    case 'waiting':
      return { status: 'queued', conclusion: null };
    case 'succeeded':
      return { status: 'completed', conclusion: 'success' };
    case 'ended-badly':
      return { status: 'completed', conclusion: phase.how === 'failed' ? 'failure' : 'cancelled' };
    case 'expired':
      return { status: 'completed', conclusion: 'timed_out' };
    case 'cancelled':
    case 'terminated':
      return { status: 'completed', conclusion: 'cancelled' };
    case 'refused':
    case 'stopped':
    case 'not-built':
    case 'rejected':
      return { status: 'completed', conclusion: 'failure' };
    default:
      return { status: 'in_progress', conclusion: null };
  }
}
