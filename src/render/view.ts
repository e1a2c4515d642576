// What a card is before a surface draws it: the same content for both, in the order in which it is read.
import type { DeployPhase, DeployStatus, LogTail } from '../../workflows/status.ts';
import type { Plan, RefWish, Vote } from '../../workflows/vocabulary.ts';
import { isRef } from '../command/spelling.ts';
import { printCommand } from '../command/print.ts';
import type { RenderContext } from './context.ts';
import { code, say, shaLink, link } from './inline.ts';
import type { Inline } from './inline.ts';

export type Surface = 'github' | 'slack';

export interface View {
  readonly status: DeployStatus;
  readonly context: RenderContext;
  readonly surface: Surface;
}
export type PhaseOf<K extends DeployPhase['kind']> = Extract<DeployPhase, { kind: K }>;

export interface Fact {
  readonly label: string;
  readonly value: Inline;
}

export interface Card {
  readonly sign: string;
  readonly headline: Inline;
  /** A table on GitHub, fields in Slack. */
  readonly facts: readonly Fact[];
  /** Paragraphs. */
  readonly lines: readonly Inline[];
  readonly items: readonly Inline[];
  /** Paragraphs after the items. */
  readonly below: readonly Inline[];
  readonly log: LogTail | null;
  /** Numbered: what to do now, in this order. */
  readonly steps: readonly Inline[];
  /** What to type next. */
  readonly next: Inline | null;
  readonly footer: Inline | null;
}

/** A card with only what is given. */
export function card(given: Pick<Card, 'sign' | 'headline'> & Partial<Card>): Card {
  return { facts: [], lines: [], items: [], below: [], log: null, steps: [], next: null, footer: null, ...given };
}

/** `` `api` → production ``; without the service when the request named none. */
export function route({ request }: DeployStatus): Inline {
  return request.service === '' ? say`${request.environment}` : say`${code(request.service)} → ${request.environment}`;
}

export function typed(view: View, words: string): Inline {
  return [code(`${view.context.prefix} ${words}`)];
}

/** The short SHA that the request is about, linked. */
export function planSha(plan: Plan): Inline {
  return [shaLink(plan.sha, plan.commitUrl)];
}

/** Approvals for what is asked now; those for an earlier commit are history. */
export function standingVotes({ votes, plan, voided }: DeployStatus): readonly Vote[] {
  const gone = new Set(voided.map(({ by }) => by.key));
  return votes.filter((vote) => vote.kind === 'approve' && vote.contract === plan?.contract && !gone.has(vote.by.key));
}

/** The words that ask for the same again, as they have to be typed on this surface. `ref`: as this request was about, unless given. */
export function askAgain(view: View, mode: 'start' | 'plan' = 'start', ref: RefWish = sameRef(view)): string {
  const { request } = view.status;
  const { prefix } = view.context;
  const service = request.service === '' ? null : request.service;
  if (request.emergency !== undefined && mode === 'start') {
    const { reason } = request.emergency;
    return printCommand({ kind: 'emergency', service, ref, environment: request.environment, parameters: request.parameters, reason }, prefix);
  }
  return printCommand({ kind: 'deploy', mode, service, ref, environment: request.environment, parameters: request.parameters }, prefix);
}

function sameRef({ status, surface }: View): RefWish {
  const { request, plan } = status;
  const samePlace = request.origin.surface === surface;
  const name = request.ref.kind === 'named' ? request.ref.name : plan?.ref.kind === 'pull-request' ? plan.ref.branch : plan?.ref.name;
  if ((request.ref.kind === 'head' && samePlace) || name === undefined) return { kind: 'head' };
  // A branch may have a name that can't be typed; its commit always can.
  return { kind: 'named', name: isRef(name) ? name : (plan?.sha.slice(0, 12) ?? 'main') };
}

/** Leads to the card on the other surface; null: there is none. */
export function otherCard({ surface, context: { cards } }: Pick<View, 'surface' | 'context'>): Inline | null {
  const url = surface === 'slack' ? cards.githubUrl : cards.slackUrl;
  return url === null ? null : [link(surface === 'slack' ? 'on the pull request' : 'in Slack', url)];
}

/** Where somebody acted, seen from where this is read. */
export function place(acted: Surface, read: Surface): string {
  if (acted === read) return 'here';
  return acted === 'slack' ? 'in Slack' : 'on the pull request';
}

/** What was going on when somebody cancelled, by the phase's name. */
export function during(phase: string): string {
  const words: Readonly<Record<string, string>> = {
    planning: 'before it was planned',
    waiting: 'while it waited for approval',
    approved: 'in the moment before its start',
    queued: 'while it was in the queue',
    checking: 'during the last check',
    starting: 'before its build was started',
    building: 'while it was being built',
    blocked: 'while its build waited for somebody',
  };
  return words[phase] ?? `during ${phase}`;
}
