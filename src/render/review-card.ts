// The review that an emergency owes, on both surfaces: who may sign, who has, and how it ended. Pure.
import type { Button } from '@slack/types';
import type { ReviewNews, ReviewPhase, ReviewStatus } from '../../workflows/review-contract.ts';
import type { Vote } from '../../workflows/vocabulary.ts';
import { peopleMissing } from '../policy/rule.ts';
import { button } from './blocks.ts';
import type { ButtonSpec } from './blocks.ts';
import { drawCard, markedComment, linesComment } from './card-github.ts';
import { headlineOf, drawnMessage, linesMessage } from './card-slack.ts';
import type { RenderContext } from './context.ts';
import { gatesWords, plural, whatFact, whereVoted } from './facts.ts';
import { missingWords, ruleWords } from './rule-words.ts';
import { called, code, emphasis, listed, named, say, text, time, until } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { stateLine } from './request-line.ts';
import { away, duration } from './time.ts';
import { card, route, typed, otherCard } from './view.ts';
import type { Card, Fact, Surface, View } from './view.ts';

interface Read {
  readonly status: ReviewStatus;
  readonly context: RenderContext;
  readonly surface: Surface;
}

/** Markdown of the review's comment, hidden marker included. */
export function reviewMarkdown(status: ReviewStatus, context: RenderContext): string {
  return markedComment(reviewBody(status, context), status.workflowId);
}

export function reviewBody(status: ReviewStatus, context: RenderContext): string {
  return drawCard(reviewCard({ status, context, surface: 'github' }), context);
}

/** `buttons`: exactly while they work, and only on the review's own message. */
export function reviewMessage(status: ReviewStatus, context: RenderContext, buttons: 'buttons' | 'plain'): SlackMessage {
  const drawn = reviewCard({ status, context, surface: 'slack' });
  const needed = missingWords(status.tally.tree, 'groups');
  const needs = needed.length === 0 || status.phase.kind !== 'owed' ? [] : [say`Needs ${needed}.`];
  const sentences = [...needs, say`Code ${status.deploy.request.code}.`];
  return drawnMessage(drawn, context, { sentences, buttons: buttons === 'buttons' ? reviewButtons(status, context) : [] });
}

function reviewCard(read: Read): Card {
  const { status } = read;
  const { deploy, phase } = status;
  const common = { facts: facts(read), footer: footer(read) };
  switch (phase.kind) {
    case 'owed':
      return card({
        ...common,
        sign: '🚨',
        headline: say`Review owed: ${route(deploy)}`,
        lines: [askLine(read)],
        next: say`Sign off with ${typed(viewOf(read), `review ${deploy.request.code} sign`)} · dispute with ${typed(viewOf(read), `review ${deploy.request.code} dispute why`)}`,
      });
    case 'signed':
      return card({ ...common, sign: '✅', headline: say`Emergency signed off: ${route(deploy)}`, lines: [endWords(read, phase)] });
    case 'disputed': {
      const back = goBack(read);
      return card({
        ...common,
        sign: '⚠️',
        headline: say`Emergency disputed by ${named(phase.by)}: ${route(deploy)}`,
        lines: [endWords(read, phase)],
        next: back === null ? null : say`Go back: ${back}`,
      });
    }
  }
}

const viewOf = ({ status, context, surface }: Read): View => ({ status: status.deploy, context, surface });

function askLine({ status: { deploy } }: Read): Inline {
  const who = deploy.plan === null ? text('Somebody') : [named(deploy.plan.requester)];
  return say`${who} deployed it at once, without approval. Was that right? Whoever signs off says so; whoever disputes says why not.`;
}

function facts(read: Read): readonly Fact[] {
  const { status, context } = read;
  const { deploy, phase, tally, reminders } = status;
  const { plan, request } = deploy;
  if (plan === null) return [];
  const skipped = plan.gates.filter((gate) => gate.skipped === true);
  const isOwed = phase.kind === 'owed';
  const needs = tally.tree === null ? text('nobody') : ruleWords(tally.tree, isOwed ? 'call' : 'name');
  const signed = status.votes.filter((vote) => vote.kind === 'approve');
  return [
    whatFact(plan, viewOf(read)),
    {
      label: 'Emergency',
      value: say`${emphasis((request.emergency?.reason ?? '').slice(0, 500))} · ${named(plan.requester)}, ${time(request.askedAt)}`,
    },
    ...(skipped.length === 0 ? [] : [{ label: 'Skipped', value: gatesWords(skipped) }]),
    { label: 'Ended', value: stateLine(deploy, context) },
    ...(isOwed ? [{ label: 'Needs', value: say`${needs} · not ${named(plan.requester)}` }] : []),
    ...(isOwed && signed.length > 0
      ? [
          {
            label: 'So far',
            value: listed(
              signed.map((vote) => say`✅ ${voteWords(read, vote)}`),
              4,
              ' · ',
            ),
          },
        ]
      : []),
    ...(phase.kind === 'owed'
      ? [{ label: 'Reminder', value: say`${until(phase.remindAt)}${reminders === 0 ? [] : `, ${plural(reminders, 'reminder')} so far`}` }]
      : []),
  ];
}

/** `Bea, in Slack, 14:03 UTC: looked at the logs`. */
function voteWords({ surface }: Read, vote: Vote): Inline {
  const comment = (vote.reason ?? '').trim() === '' ? [] : say`: ${emphasis((vote.reason ?? '').slice(0, 500))}`;
  return say`${named(vote.by)}, ${whereVoted({ surface }, vote)}, ${time(vote.at)}${comment}`;
}

function endWords(read: Read, phase: Exclude<ReviewPhase, { kind: 'owed' }>): Inline {
  const { votes, deploy } = read.status;
  const after = say`${duration(phase.at - deploy.request.askedAt)} after it was asked for`;
  if (phase.kind === 'disputed') return say`At ${time(phase.at)}, ${after}: ${emphasis(phase.reason.slice(0, 500))}`;
  return say`By ${listed(
    votes.filter((vote) => vote.kind === 'approve').map((vote) => voteWords(read, vote)),
    4,
    ' · ',
  )}, ${after}.`;
}

/** The version before it, where the emergency is what runs there. */
function goBack(read: Read): Inline | null {
  const { plan, request, phase } = read.status.deploy;
  const live = plan?.live?.sha;
  if (live === undefined || live === plan?.sha || phase.kind !== 'succeeded') return null;
  return typed(viewOf(read), `${request.service}@${live.slice(0, 12)} to ${request.environment}`);
}

function footer(read: Read): Inline {
  const { deploy } = read.status;
  const other = otherCard(read);
  const where = other === null ? [] : say` · ${other}`;
  return say`code ${deploy.request.code}${deploy.plan === null ? [] : ` · policy ${deploy.plan.policyDigest.slice(0, 4)}`}${where}`;
}

/** Exactly while they work. */
export function reviewButtons({ deploy, phase }: ReviewStatus, { now }: RenderContext): readonly Button[] {
  if (phase.kind !== 'owed') return [];
  const { plan, request, workflowId } = deploy;
  const target = { deployId: workflowId, contract: plan?.contract ?? null, sha: plan?.sha.slice(0, 7) ?? null, now };
  const sign: ButtonSpec = {
    action: 'sign',
    label: 'Sign off',
    style: 'primary',
    confirm: {
      title: 'Sign this emergency off?',
      text: say`You say that ${code(request.service)} → ${request.environment} at ${code(plan?.sha.slice(0, 12) ?? '')} had to be deployed without approval.`,
      yes: 'Sign off',
      style: 'primary',
    },
  };
  return [button(sign, target), button({ action: 'dispute', label: 'Dispute', style: 'danger' }, target)];
}

// ---- new messages ----------------------------------------------------------------------------------------------

/** Under the review's card: reviewers are called by a reminder, the requester by the end. */
export function reviewNewsMessage(status: ReviewStatus, news: ReviewNews, context: RenderContext): SlackMessage {
  return linesMessage(newsLines({ status, context, surface: 'slack' }, news), context);
}

/** A new comment only where somebody has to act: the requester of a disputed one. The edited comment says the rest. */
export function reviewNewsMarkdown(status: ReviewStatus, news: ReviewNews, context: RenderContext): string | null {
  if (news !== 'ended' || status.phase.kind !== 'disputed') return null;
  return linesComment(newsLines({ status, context, surface: 'github' }, news), context);
}

/** For the `also` channels, which were told of the emergency: how its review ended. */
export function reviewAlsoLine(status: ReviewStatus, context: RenderContext): SlackMessage {
  const read: Read = { status, context, surface: 'slack' };
  const { phase, deploy } = status;
  const how = phase.kind === 'owed' ? text('still owed') : endWords(read, phase);
  return linesMessage([say`${headlineOf(reviewCard(read))}. ${how} · ${code(deploy.request.code)}`], context);
}

function newsLines(read: Read, news: ReviewNews): readonly Inline[] {
  const { deploy, phase, votes, tally } = read.status;
  const { plan, request } = deploy;
  const missing = missingWords(tally.tree, 'call');
  const isHopeless = peopleMissing(tally.tree).length === 0;
  const owed = isHopeless ? say`${missing}, and nobody is left who could: somebody has to be added to the group` : missing;
  if (phase.kind !== 'owed') {
    const requester = plan === null ? [] : say`${called(plan.requester)} `;
    const { next } = reviewCard(read);
    return [say`${requester}${headlineOf(reviewCard(read))}`, endWords(read, phase), ...(next === null ? [] : [next])];
  }
  const last = votes.at(-1);
  if (news === 'signed' && last !== undefined) return [say`✅ signed off by ${voteWords(read, last)}`, say`Still needed: ${owed}`];
  return [
    say`⏰ Still owed: the review of the emergency ${route(deploy)}, asked for ${away(request.askedAt, read.context.now)}: ${emphasis((request.emergency?.reason ?? '').slice(0, 300))}`,
    say`Needed: ${owed}. Sign it off or dispute it above, or type ${typed(viewOf(read), `review ${request.code} sign`)}`,
  ];
}
