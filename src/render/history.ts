// What a target remembers: the last builds of one environment, and what is live. Pure.
import type { DeployRecord } from '../../workflows/status.ts';
import { liveOf } from '../policy/live.ts';
import type { RenderContext } from './context.ts';
import { emergencyWords } from './emergency.ts';
import { plural } from './facts.ts';
import { code, emphasis, join, link, listed, say, shaLink, strong, text, time } from './inline.ts';
import type { Inline } from './inline.ts';
import type { Reply } from './reply.ts';
import { duration } from './time.ts';

type History = Extract<Reply, { kind: 'history' }>;
interface Told {
  readonly lines: readonly Inline[];
  readonly items: readonly Inline[];
  readonly closing: Inline | null;
}

/** More would not fit into one message. */
const SHOWN_MAX = 10;
/** As many as a target remembers (`workflows/records.ts`). */
const REMEMBERED_MAX = 20;

/** Newest first, and where it ends: an answer must not look as if there had been nothing before. */
export function historyAnswer({ service, environment, state }: History, { prefix }: RenderContext): Told {
  const where = say`${code(service)} on ${strong(environment)}`;
  if (state === null) return { lines: [say`❓ Nobody has asked for a deploy of ${where} yet, so nothing is remembered.`], items: [], closing: null };
  const here = state.history.filter((record) => record.service === service && record.environment === environment).toReversed();
  const live = liveOf(state, service, environment);
  if (here.length === 0)
    return { lines: [say`No build of ${where} has ended since its history began.`], items: [], closing: endOfMemory(state.history, 0) };
  return {
    lines: [say`The last deploys of ${where}, newest first:`],
    items: here.slice(0, SHOWN_MAX).map((record) => recordLine(record, live?.buildUrl === record.buildUrl)),
    closing: say`${endOfMemory(state.history, here.length)} One of them in full: ${code(`${prefix} status ${here[0]?.code ?? ''}`)}`,
  };
}

function endOfMemory(all: readonly DeployRecord[], here: number): Inline {
  const more = here > SHOWN_MAX ? `${plural(here - SHOWN_MAX, 'older one')} not shown. ` : '';
  const [oldest] = all;
  if (oldest === undefined) return text(`${more}What came before is in Buildkite.`);
  const limit = all.length < REMEMBERED_MAX ? 'It began then' : `A target remembers its last ${REMEMBERED_MAX} builds`;
  return say`${more}This history goes back to ${time(oldest.endedAt)}. ${limit}; what came before is in Buildkite.`;
}

const SIGN: Readonly<Record<DeployRecord['how'], readonly [sign: string, word: string]>> = {
  passed: ['✅', 'deployed'],
  failed: ['❌', 'failed'],
  canceled: ['✖️', 'cancelled'],
  skipped: ['⏭️', 'skipped by Buildkite'],
  not_run: ['⏭️', 'not run by Buildkite'],
};

function recordLine(record: DeployRecord, isLive: boolean): Inline {
  const { how, sha, code: request, startedAt, endedAt, build, buildUrl, requester, approvers = [], emergency } = record;
  const [sign, word] = SIGN[how];
  const took = startedAt === null ? '' : ` after ${duration(endedAt - startedAt)}`;
  const parts: Inline[] = [say`${sign} ${[shaLink(sha, buildUrl)]} ${word} ${time(endedAt)}${took}${isLive ? say`, ${strong('live now')}` : []}`];
  parts.push(request === '' ? say`not asked for here` : [code(request)]);
  if (requester !== undefined) parts.push(say`asked by ${requester}`);
  if (approvers.length > 0) {
    const by = listed(
      approvers.map((name) => text(name)),
      4,
    );
    parts.push(say`approved by ${by}`);
  }
  parts.push([link(`build ${build}`, buildUrl)]);
  if (emergency !== undefined) parts.push(say`${emergencyWords(emergency)}: ${emphasis(emergency.reason.slice(0, 120))}`);
  return join(parts, ' · ');
}
