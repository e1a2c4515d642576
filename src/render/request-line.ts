// One request in one line: lists, the thread's timeline, the channels that only want to know.
import type { ReviewStatus } from '../../workflows/review-contract.ts';
import type { BlockStop, DeployPhase, DeployStatus } from '../../workflows/status.ts';
import { progress } from './cards-build.ts';
import type { RenderContext } from './context.ts';
import { code, emphasis, instant, join, link, named, quoted, say, shaLink, time } from './inline.ts';
import type { Inline } from './inline.ts';
import { pendingWords } from './pending-words.ts';
import { missingWords } from './rule-words.ts';
import { away } from './time.ts';
import { during, route } from './view.ts';

/** `7F3K-Q2 · api → production · 4f5a6b7 · ⏸ waiting for 1 of api-owners, until 18:00 UTC`. */
export function requestLine(status: DeployStatus, context: RenderContext): Inline {
  const { plan, request } = status;
  const sha = plan === null ? [] : say` · ${shaLink(plan.sha, plan.commitUrl)}`;
  const sign = request.emergency === undefined ? '' : '🚨 ';
  return say`${sign}${code(request.code)} · ${route(status)}${sha} · ${stateLine(status, context)}`;
}

/** `🚨 7F3K-Q2 · api → production · 4f5a6b7 · review owed by 1 of sre (Bea), asked for by Ann 2 h ago · /deploy review 7F3K-Q2`. */
export function owedLine({ deploy, tally }: ReviewStatus, { now, prefix }: RenderContext): Inline {
  const { plan, request } = deploy;
  const missing = missingWords(tally.tree, 'name');
  const sha = plan === null ? [] : say` · ${shaLink(plan.sha, plan.commitUrl)}`;
  const by = missing.length === 0 ? [] : say` by ${missing}`;
  const asked = plan === null ? [] : say`, asked for by ${named(plan.requester)} ${away(request.askedAt, now)}`;
  return say`🚨 ${code(request.code)} · ${route(deploy)}${sha} · review owed${by}${asked} · ${code(`${prefix} review ${request.code}`)}`;
}

/** The state alone, with what is needed or found. */
export function stateLine(status: DeployStatus, context: RenderContext): Inline {
  const { phase, tally, plan } = status;
  switch (phase.kind) {
    case 'planning':
      return say`🔎 being looked at`;
    case 'refused':
      return say`⛔ not started: ${codesOf(phase)}`;
    case 'planned':
      return say`📋 planned, nothing started`;
    case 'waiting': {
      if (phase.pending !== undefined && tally?.satisfied === true)
        return say`⏳ waiting for ${pendingWords(phase.pending)}, until ${time(phase.expiresAt)}`;
      const missing = missingWords((tally ?? plan?.tally)?.tree ?? null, 'name');
      return say`⏸ waiting for ${missing.length === 0 ? say`approval` : missing}, until ${time(phase.expiresAt)}`;
    }
    case 'approved':
      return say`✅ approved, starts at ${instant(phase.startsAt)}`;
    case 'queued':
      return phase.position === 0
        ? say`⏳ joining the queue`
        : say`⏳ number ${phase.position} in the queue${phase.ahead === null ? [] : say`, after ${code(phase.ahead)}`}`;
    case 'checking':
      return phase.unread === null ? say`🔎 last check before the build` : say`❓ last check: can't read ${phase.unread.slice(0, 120)} right now`;
    case 'starting':
      return startingState(phase);
    case 'building':
      if (phase.cancelling !== null) return say`🛑 ${named(phase.cancelling)} cancelled it; Buildkite was asked to stop`;
      return say`🚚 being deployed: ${join(progress(phase.build, { status, context, surface: 'slack' }), ' · ')}`;
    case 'blocked':
      return say`⏸ ${link(`build ${phase.build.number}`, phase.build.url)} waits at ${quoted(phase.step)}`;
    default:
      return endLine(status, phase);
  }
}

function startingState({ waitingFor }: Extract<DeployPhase, { kind: 'starting' }>): Inline {
  switch (waitingFor) {
    case 'nothing':
      return say`🚀 starting its build`;
    case 'quota':
      return say`⏳ waiting for Buildkite's quota`;
    case 'unreachable':
      return say`⏳ Buildkite can't be reached; nothing was sent yet`;
    case 'credential':
      return say`🔑 Buildkite does not take my token; nothing was sent yet`;
    case 'unclear':
      return say`❓ Buildkite did not say whether the build exists; looking for it`;
  }
}

type End = Extract<
  DeployPhase,
  { kind: 'succeeded' | 'ended-badly' | 'stopped' | 'not-built' | 'rejected' | 'expired' | 'cancelled' | 'terminated' }
>;

function endLine({ request, tally }: DeployStatus, phase: End): Inline {
  switch (phase.kind) {
    case 'succeeded':
      return say`✅ live on ${request.environment} since ${time(phase.at)} (${link(`build ${phase.build.number}`, phase.build.url)})`;
    case 'ended-badly':
      return badEnd(phase);
    case 'stopped':
      return say`⛔ stopped by the last check before its build: ${codesOf(phase)}`;
    case 'not-built':
      return say`❌ Buildkite refused to build it`;
    case 'rejected':
      return say`🚫 rejected by ${named(phase.by)}: ${emphasis(phase.reason)}`;
    case 'expired':
      if (tally?.satisfied === true && phase.pending !== undefined && phase.pending.length > 0)
        return say`⌛ expired at ${time(phase.at)}, waiting for ${pendingWords(phase.pending)}`;
      return say`⌛ expired at ${time(phase.at)} without enough approvals`;
    case 'cancelled':
      return say`✖️ cancelled by ${named(phase.by)}, ${during(phase.during)}`;
    case 'terminated':
      return say`⚠️ ended from outside, ${during(phase.during)}`;
  }
}

function badEnd({ how, build, cancelledBy, log, block }: Extract<DeployPhase, { kind: 'ended-badly' }>): Inline {
  const which = link(`build ${build.number}`, build.url);
  switch (how) {
    case 'failed':
      return say`❌ ${which} failed${log === null ? [] : say` at ${emphasis(log.step)}`}`;
    case 'canceled':
      if (block !== undefined) return say`✖️ ${which} was stopped at ${blockStopWords(block)}`;
      return cancelledBy === null ? say`⚠️ ${which} was cancelled outside Countersign` : say`✖️ ${which} was cancelled by ${named(cancelledBy)}`;
    case 'skipped':
      return say`⏭️ Buildkite skipped ${which}; nothing was deployed`;
    case 'not_run':
      return say`⏭️ Buildkite did not run ${which}; nothing was deployed`;
  }
}

/** Which gates said no, once each: `checks-failed, behind` read as words. */
function codesOf({ reasons }: { readonly reasons: readonly { readonly code: string }[] }): string {
  return [...new Set(reasons.map(({ code: reason }) => reason.replaceAll('-', ' ')))].slice(0, 6).join(', ');
}

/** `“Migrate?”, which Bea rejected`. */
export function blockStopWords(stop: BlockStop): Inline {
  const step = quoted(stop.step.slice(0, 80));
  return stop.kind === 'expired' ? say`${step}, which nobody approved in time` : say`${step}, which ${named(stop.by)} rejected`;
}
