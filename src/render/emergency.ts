// What an emergency adds to its request's messages: that it is one, why, and who will have to sign it off. Pure.
import type { EmergencyNote } from '../../workflows/status.ts';
import { gatesWords } from './facts.ts';
import { ruleWords } from './rule-words.ts';
import { code, emphasis, join, link, listed, named, say, shaLink, strong, text, time } from './inline.ts';
import type { Inline } from './inline.ts';
import { isFinal } from './phase.ts';
import { route, typed } from './view.ts';
import type { Card, Fact, View } from './view.ts';

const REASON_MAX = 500;

/** The card of an emergency says so in its first sign and in rows of its own, whatever state it is in. */
export function asEmergency(card: Card, view: View): Card {
  const { request, plan, phase } = view.status;
  if (request.emergency === undefined) return card;
  const why: Fact = { label: 'Emergency', value: say`${emphasis(request.emergency.reason.slice(0, REASON_MAX))} · without approval` };
  const gates = (plan?.gates ?? []).filter(({ skipped }) => skipped === true);
  const skipped: readonly Fact[] = gates.length === 0 ? [] : [{ label: 'Skipped', value: gatesWords(gates) }];
  const what = card.facts.filter(({ label }) => label === 'What');
  const others = card.facts.filter(({ label }) => label !== 'What');
  const isBefore = plan !== null || !isFinal(phase);
  return { ...card, sign: `🚨 ${card.sign}`, facts: [...what, ...(isBefore ? [why, ...skipped, ...reviewFact(view)] : [why]), ...others] };
}

/** Reviewers are called while the card is news; once it has ended, the review's own message does that. */
function reviewFact(view: View): readonly Fact[] {
  const { plan, phase, request } = view.status;
  if (plan?.emergency === undefined) return [];
  const { tree } = plan.emergency.tally;
  const isOver = isFinal(phase);
  const who = tree === null ? text('nobody') : ruleWords(tree, isOver ? 'name' : 'call');
  const by = say`by ${who}, not ${named(plan.requester)}`;
  return [{ label: 'Review', value: isOver ? say`owed ${by}: ${typed(view, `review ${request.code}`)}` : say`owed once it has ended, ${by}` }];
}

/** One line for the `also` channels at the start. Whoever may sign it off is called where the card is. */
export function alarmLine(view: View): Inline {
  const { plan, request } = view.status;
  const { cards } = view.context;
  const sha = plan === null ? [] : say` ${shaLink(plan.sha, plan.commitUrl)}`;
  const who = plan === null ? text('somebody') : [named(plan.requester)];
  const card = cards.slackUrl === null ? [] : say` · ${link('card', cards.slackUrl)}`;
  const reason = emphasis((request.emergency?.reason ?? '').slice(0, REASON_MAX));
  return say`🚨 ${strong('Emergency')}: ${who} deploys ${route(view.status)}${sha} at once, without approval, since ${time(request.askedAt)}: ${reason} · ${code(request.code)}${card}`;
}

/** `🚨 emergency, signed off by Bea`. */
export function emergencyWords({ review }: EmergencyNote): Inline {
  if (review.state === 'owed') return say`🚨 emergency, review owed`;
  const by = listed(
    review.by.map((name) => text(name)),
    4,
  );
  const how = review.state === 'signed' ? say`signed off by ${by}` : say`${strong('disputed')} by ${by}`;
  return join([say`🚨 emergency`, how], ', ');
}
