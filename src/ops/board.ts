// The board: one plain, read-only page of what is open and what is live. No scripts; everything shown is escaped. Pure.
import { createHash } from 'node:crypto';
import type { DeployPhase, DeployStatus } from '../../workflows/status.ts';
import type { Account, Millis } from '../../workflows/vocabulary.ts';
import { liveOf } from '../policy/live.ts';
import { escapeHtml } from '../render/escape.ts';
import type { Place } from '../render/live.ts';
import { duration } from '../render/time.ts';
import { isAllRead, type Unread } from '../render/unread.ts';

export interface BoardSnapshot {
  readonly at: Millis;
  readonly requests: readonly DeployStatus[];
  /** There are more than were looked at. */
  readonly isPartial: boolean;
  readonly unread: Unread;
  readonly environments: readonly Place[];
  readonly quota: BoardQuota;
}

/** Buildkite's quota as this process knows it. */
export interface BoardQuota {
  /** As the last answer told them; empty before the first one, and where nothing is asked of Buildkite. */
  readonly windows: readonly {
    readonly scope: 'user' | 'organization';
    readonly limit: number;
    readonly remaining: number;
    readonly resetAt: Millis;
  }[];
  readonly limiter: {
    readonly mode: 'own' | 'shared' | 'degraded';
    readonly processes: number;
    /** Redis was not reached yet: how many share the quota is a guess. */
    readonly isGuessed: boolean;
    readonly waiting: number;
    /** Lanes that are closed, and for how long. */
    readonly closed: Readonly<Record<string, Millis>>;
  };
}

const STYLE = `
:root { color-scheme: light dark; --line: #8884; --dim: #7779; }
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem .4rem 0; border-bottom: 1px solid var(--line); }
th { font-weight: 600; } code { font: 13px ui-monospace, monospace; } small { opacity: .75; }
`;

/** For the page's Content-Security-Policy: only this style may apply, nothing else may load. */
export const BOARD_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

export function boardPage(snapshot: BoardSnapshot): string {
  const requests = snapshot.requests.map((status) => requestRow(status, snapshot.at));
  const environments = snapshot.environments.map((entry) => environmentRow(entry, snapshot.at));
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="15"><title>Countersign</title><style>${STYLE}</style></head>
<body>
<h1>Countersign</h1>
<p><small>as of ${time(snapshot.at)}, read again every 15 s</small></p>
<h2>Open requests</h2>
${table(['Code', 'What', 'Where to', 'State', 'Asked'], requests, nothingOpen(snapshot.unread))}
${snapshot.isPartial ? '<p>There are more open requests than these.</p>\n' : ''}${unreadSection(snapshot.unread)}<h2>Environments</h2>
${table(['Environment', 'Live', 'Being deployed', 'Queue'], environments, 'No environment is configured.')}
${quotaSection(snapshot.quota, snapshot.at)}</body>
</html>
`;
}

function table(heads: readonly string[], rows: readonly string[], empty: string): string {
  if (rows.length === 0) return `<p>${empty}</p>`;
  return `<table>\n<thead><tr>${heads.map((head) => `<th scope="col">${head}</th>`).join('')}</tr></thead>\n<tbody>\n${rows.join('\n')}\n</tbody>\n</table>`;
}

const row = (cells: readonly string[]): string => `<tr>${cells.map((cell) => `<td>${cell}</td>`).join('')}</tr>`;

function requestRow({ request, plan, phase, tally }: DeployStatus, now: Millis): string {
  const what = plan === null ? '' : ` ${sha(plan.sha)} ${escapeHtml(plan.title)}`;
  const state = escapeHtml(stateWords(phase, now));
  const votes = tally !== null && tally.need > 0 ? `<br><small>${tally.have} of ${tally.need} approvals</small>` : '';
  return row([
    `<code>${escapeHtml(request.code)}</code>`,
    `<b>${escapeHtml(request.service)}</b>${what}`,
    escapeHtml(request.environment),
    state + votes,
    `${escapeHtml(nameOf(request.requester))}<br><small>${time(request.askedAt)}</small>`,
  ]);
}

function nothingOpen(unread: Unread): string {
  return `Nothing is waiting and nothing is being deployed${isAllRead(unread) ? '' : ', as far as it could be read'}.`;
}

/** Nobody takes a part for all of it. */
function unreadSection({ zones, others }: Unread): string {
  const lines = zones.map(({ name, services }) => {
    return `❓ Zone <code>${escapeHtml(name)}</code> (${escapeHtml(services.join(', '))}) can’t be read now: what is open there is missing here.`;
  });
  if (others > 0) lines.push(`❓ ${others === 1 ? 'One more open request' : `${others} more open requests`} can’t be read now.`);
  return lines.map((line) => `<p>${line}</p>\n`).join('');
}

function environmentRow({ service, environment, state }: Place, now: Millis): string {
  const name = `<b>${escapeHtml(service)}</b> ${escapeHtml(environment)}`;
  if (state === 'unread') return row([name, 'can’t be read now', '', '']);
  if (state === null) return row([name, 'not known: nobody has asked for a deploy there yet', '', '']);
  const { holder, queue, known } = state;
  const live = liveOf(state, service, environment);
  const nothing = known ? 'nothing yet' : 'unknown: being read from Buildkite';
  return row([
    name,
    live === null ? nothing : `${sha(live.sha)}<br><small>since ${time(live.since)}</small>`,
    holder === null ? '' : `<code>${escapeHtml(holder.code ?? 'a build from outside')}</code> for ${duration(now - holder.since)}`,
    queue.map((entry) => `<code>${escapeHtml(entry.code)}</code>`).join(', '),
  ]);
}

/** Nothing where nothing is asked of Buildkite: a front door of its own. */
function quotaSection({ windows, limiter }: BoardQuota, now: Millis): string {
  const { mode, processes, isGuessed, waiting, closed } = limiter;
  if (windows.length === 0 && mode !== 'degraded') return '';
  const whose = { user: 'of the bot’s user', organization: 'of the organization' };
  const rows = windows.map(({ scope, limit, remaining, resetAt }) =>
    row([whose[scope], resetAt > now ? `${remaining} of ${limit} left for ${duration(resetAt - now)}` : `${limit} in a new window`]),
  );
  const lanes = Object.entries(closed).map(([lane, ms]) => `${escapeHtml(lane)} for ${duration(ms)}`);
  const lines = [
    mode === 'degraded' ? awayWords(processes, isGuessed) : null,
    mode === 'shared' ? `Shared by ${processes === 1 ? 'one process' : `${processes} processes`}.` : null,
    waiting === 0 ? null : `${waiting === 1 ? 'One request waits' : `${waiting} requests wait`} here.`,
    lanes.length === 0 ? null : `Paused: ${lanes.join(', ')}.`,
  ].filter((line) => line !== null);
  const note = lines.length === 0 ? '' : `<p>${lines.join(' ')}</p>\n`;
  return `<h2>Buildkite’s quota</h2>\n${table(['Quota', 'As the last answer told'], rows, 'Nothing was asked yet.')}\n${note}`;
}

function awayWords(processes: number, isGuessed: boolean): string {
  return isGuessed
    ? `⚠️ Redis was not reached since the start: look at REDIS_URL. How many processes share the quota is not known, so this process keeps to the part of one of ${processes} until Redis answers.`
    : '⚠️ Redis can’t be reached: this process keeps to its part of the quota until it is back.';
}

function stateWords(phase: DeployPhase, now: Millis): string {
  switch (phase.kind) {
    case 'waiting':
      return `⏸ waiting for approval, expires in ${duration(phase.expiresAt - now)}`;
    case 'queued':
      return `⏳ queued, number ${phase.position}`;
    case 'starting':
      return phase.waitingFor === 'nothing' ? '🚚 starting' : `⏳ starting, waiting: ${phase.waitingFor}`;
    case 'building':
      return `🚚 building, build ${phase.build.number} is ${phase.build.state}`;
    case 'blocked':
      return `⏸ build ${phase.build.number} waits at ${phase.step}`;
    case 'planning':
    case 'checking':
      return `⏳ ${phase.kind}`;
    default:
      return phase.kind.replaceAll('-', ' ');
  }
}

const nameOf = (account: Account): string => (account.surface === 'github' ? account.login : account.name);
const sha = (full: string): string => `<code title="${escapeHtml(full)}">${escapeHtml(full.slice(0, 7))}</code>`;

function time(at: Millis): string {
  const iso = new Date(at).toISOString();
  return `<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC</time>`;
}
