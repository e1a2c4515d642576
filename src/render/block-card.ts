// A build that waits at a block step: what it asks, who may let it go on, and what became of it. Pure.
import type { BlockPhase, BlockStatus } from '../../workflows/block-contract.ts';
import type { BlockField } from '../../workflows/block-vocabulary.ts';
import type { Vote } from '../../workflows/vocabulary.ts';
import { isFilled } from './block-form.ts';
import type { RenderContext } from './context.ts';
import { whereVoted } from './facts.ts';
import { code, emphasis, link, listed, named, quoted, say, shaLink, strong, text, time, until } from './inline.ts';
import type { Inline } from './inline.ts';
import { ruleWords } from './rule-words.ts';
import { duration } from './time.ts';
import { card, otherCard } from './view.ts';
import type { Card, Fact, Surface } from './view.ts';

export interface BlockRead {
  readonly status: BlockStatus;
  readonly context: RenderContext;
  readonly surface: Surface;
}

export function blockCard(read: BlockRead): Card {
  const { sign, headline, lines, next = null } = drawn(read, read.status.phase);
  return card({ sign, headline: say`${headline}: ${where(read.status)}`, facts: facts(read), lines, next, footer: footer(read) });
}

interface Drawn {
  readonly sign: string;
  readonly headline: Inline;
  readonly lines: readonly Inline[];
  readonly next?: Inline | null;
}

function drawn(read: BlockRead, phase: BlockPhase): Drawn {
  const { build, job, plan } = read.status;
  const step = quoted(job.label);
  switch (phase.kind) {
    case 'waiting':
      return { sign: '⏸', headline: say`Build ${build.number} waits at ${step}`, lines: [...asks(read), ...notes(read)], next: nextWords(read) };
    case 'unblocking':
      return {
        sign: '⏳',
        headline: say`Build ${build.number} is about to go on after ${step}`,
        lines: [
          phase.unread === null
            ? say`It has all its approvals.`
            : say`It has all its approvals, but I can't read ${phase.unread} just now. I look again until ${time(phase.expiresAt)}.`,
        ],
      };
    case 'unblocked':
      return { sign: '✅', headline: say`Build ${build.number} goes on after ${step}`, lines: [approvedWords(read, phase.at, phase.by)] };
    case 'unblocked-elsewhere':
      return {
        sign: '⚠️',
        headline: say`${step} was unblocked in Buildkite`,
        lines: [say`${phase.by ?? 'Somebody'} unblocked it there at ${time(phase.at)}, ${soFarWords(read)}.`],
      };
    case 'rejected':
      return {
        sign: '🚫',
        headline: say`${named(phase.by)} rejected ${step}`,
        lines: [
          say`${emphasis(phase.reason.slice(0, 500))}`,
          say`Buildkite was asked to cancel ${buildLink(read)}. What it has done already stays done.`,
        ],
      };
    case 'expired':
      return { sign: '⌛', headline: say`Nobody let build ${build.number} go on in time`, lines: [expiredWords(read, phase)] };
    case 'gone':
      return {
        sign: '✖️',
        headline: say`Build ${build.number} does not wait any more`,
        lines: [say`It ended in Buildkite as ${code(phase.state)} at ${time(phase.at)}, ${soFarWords(read)}.`],
      };
    case 'not-unblocked':
      return {
        sign: '❌',
        headline: say`Build ${build.number} was approved, but could not be unblocked`,
        lines: [say`${approversWords(read)}.`, say`${strong('What came in between:')} ${emphasis(phase.answer.slice(0, 300))}`],
        next: say`Unblock it there: ${buildLink(read)}${plan.subject.kind === 'own' ? [] : say` · or cancel it`}`,
      };
  }
}

/** `` `api` → production``, or the pipeline. */
function where({ plan, build }: BlockStatus): Inline {
  const { subject } = plan;
  return subject.kind === 'own' ? say`${code(subject.service)} → ${subject.environment}` : [code(build.pipeline)];
}

const buildLink = ({ status: { build } }: BlockRead): Inline => [link(`build ${build.number}`, build.url)];

/** What the step says for itself. */
export function asks({ status: { plan, job } }: BlockRead): readonly Inline[] {
  return plan.prompt === null || plan.prompt === job.label ? [] : [say`${strong('It asks:')} ${emphasis(plan.prompt.slice(0, 500))}`];
}

export function notes({ status: { plan, voided } }: BlockRead): readonly Inline[] {
  const lines: Inline[] = [];
  if (voided !== null) {
    const who = listed(voided.people.map(strong), 5, ' and ');
    const why =
      voided.why === 'recheck'
        ? text('may not approve this any more')
        : say`had approved other values than those that ${voided.by ?? 'somebody'} filled in`;
    lines.push(say`⚠️ ${who} ${why}; that no longer counts.`);
  }
  if (plan.subject.kind === 'foreign' && !plan.subject.starter.known)
    lines.push(
      plan.subject.starter.others.length > 0
        ? say`⚠️ I don't know who ${plan.subject.starter.name} is. Only people whose Buildkite account I know can approve: of them I can tell that they did not start it.`
        : say`⚠️ I don't know who ${plan.subject.starter.name} is, nor anybody's Buildkite account: nobody can approve, since it might have been them. My token needs ${code('view_teams')}, and people an address under ${code('buildkite')}.`,
    );
  if (!plan.knowsFields) lines.push(say`What the step asks for can't be read from the pipeline: if it has fields, they stay empty.`);
  return lines;
}

function facts(read: BlockRead): readonly Fact[] {
  const { status } = read;
  const { plan, phase, tally } = status;
  const { subject } = plan;
  const isOpen = phase.kind === 'waiting';
  const needs = tally.tree === null ? text('nobody') : ruleWords(tally.tree, isOpen ? 'call' : 'name');
  const not = plan.requesters.length === 0 ? [] : say` · not ${listed(plan.requesters.map(named), 5, ' or ')}`;
  const counted = status.votes.filter((vote) => vote.kind === 'approve').map((vote) => say`✅ ${voteWords(read, vote)}`);
  const by: Fact =
    subject.kind === 'own'
      ? { label: 'Asked by', value: [named(plan.requester)] }
      : { label: 'Started by', value: plan.requesters.length === 0 ? text(subject.starter.name) : listed(plan.requesters.map(named), 3, ' and ') };
  return [
    { label: 'What', value: whatWords(read) },
    by,
    ...fieldFacts(status),
    ...(isOpen ? [{ label: 'Needs', value: say`${needs}${not}` }] : []),
    ...(isOpen && counted.length > 0 ? [{ label: 'So far', value: listed(counted, 4, ' · ') }] : []),
    ...(isOpen
      ? [{ label: 'Expires', value: say`${until(phase.expiresAt)}${plan.onExpire === 'cancel' ? '; then the build is cancelled' : ''}` }]
      : []),
  ];
}

export function whatWords(read: BlockRead): Inline {
  const { plan } = read.status;
  const { subject, ref } = plan;
  const sha = plan.commitUrl === '' ? [code(plan.sha.slice(0, 12))] : [shaLink(plan.sha, plan.commitUrl)];
  const message = subject.kind === 'foreign' && subject.message !== '' ? say` ${emphasis(subject.message.slice(0, 120))}` : [];
  return say`${buildLink(read)} of ${sha}${message}${ref.branch === '' ? [] : say` on ${code(ref.branch.slice(0, 80))}`}`;
}

/** What was filled in, or what is to be. */
export function fieldFacts({ plan, filled }: BlockStatus): readonly Fact[] {
  if (plan.fields.length === 0) return [];
  const values = plan.fields.map((field) => {
    const { key, label, default: fallback, required } = field;
    const value = filled === null ? fallback : (filled.values[key] ?? null);
    if (value === null || value === '') return say`${label}: ${filled !== null ? 'empty' : required ? 'to be filled in' : 'may be filled in'}`;
    return say`${label}: ${code(choiceWords(field, value).slice(0, 120))}`;
  });
  const by = filled === null ? [] : say` · filled in by ${named(filled.by)}`;
  return [{ label: 'Fields', value: say`${listed(values, 8, ' · ')}${by}` }];
}

/** As the form calls it: what a choice stands for is the pipeline's own affair. */
function choiceWords({ options, multiple }: BlockField, value: string): string {
  const chosen = multiple ? value.split('\n') : [value];
  return chosen.map((one) => options?.find((option) => option.value === one)?.label ?? one).join(', ');
}

export function voteWords(read: BlockRead, vote: Vote): Inline {
  return say`${named(vote.by)}, ${whereVoted(read, vote)}, ${time(vote.at)}`;
}

function approversWords(read: BlockRead): Inline {
  const votes = read.status.votes.filter((vote) => vote.kind === 'approve').map((vote) => say`${named(vote.by)} (${whereVoted(read, vote)})`);
  return votes.length === 0 ? text('Approved by nobody') : say`Approved by ${listed(votes, 6)}`;
}

function approvedWords(read: BlockRead, at: number, by: string | null): Inline {
  const there = by === null ? [] : say` · in Buildkite ${strong(by)} unblocked it`;
  return say`${approversWords(read)} · after ${duration(at - read.status.openedAt)}${there}`;
}

function soFarWords({ status: { tally } }: BlockRead): Inline {
  return tally.have === 0 ? text('before anybody had approved it here') : say`when ${tally.have} of ${tally.need} had approved it here`;
}

function expiredWords(read: BlockRead, { build, at }: Extract<BlockPhase, { kind: 'expired' }>): Inline {
  const { tally } = read.status;
  const until = say`Until ${time(at)} it had ${tally.have} of ${tally.need} approvals.`;
  return build === 'cancel'
    ? say`${until} Buildkite was asked to cancel ${buildLink(read)}, as its policy says.`
    : say`${until} It still waits in Buildkite: ${buildLink(read)}. Whoever may there can unblock it or cancel it; here nobody can approve it any more.`;
}

function nextWords({ status, surface, context }: BlockRead): Inline {
  const { plan } = status;
  if (surface === 'github')
    return isFilled(status)
      ? say`Approve with ${code('/approve')} · stop the build with ${code('/reject why')}`
      : say`Approve in Slack, where the form is · stop the build with ${code('/reject why')}`;
  const approve = isFilled(status) ? say`Approve with ${code(`${context.prefix} approve ${plan.code}`)}` : text('The button opens the form');
  return say`${approve} · ${code(`${context.prefix} reject ${plan.code} why`)} stops the build`;
}

function footer(read: BlockRead): Inline {
  const { plan } = read.status;
  const { subject } = plan;
  const request = subject.kind === 'own' ? say` · of request ${subject.code}` : [];
  const other = otherCard(read);
  const there = other === null ? [] : say` · ${other}`;
  return say`code ${plan.code}${request} · policy ${plan.policyDigest.slice(0, 4)}${there}`;
}
