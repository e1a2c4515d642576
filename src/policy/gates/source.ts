// What is to be deployed: is the ref there, allowed, ours, finished, and still what was asked for? Pure.
import { fail, foundRef, notApplicable, pass, pullRequestOf, short, unknown, type Answer, type FoundRef, type Question } from './gate.ts';
import type { Facts, PullRequestFacts } from '../facts.ts';
import { parseSha } from '../../ids.ts';
import { admitsRef, describeRefRule } from '../ref-rule.ts';

export function judgeRef(question: Question): Answer {
  const { policy, facts } = question;
  if (!facts.ref.known) return unknown('ref', 'the ref', facts.ref.why);
  const ref = facts.ref.value;
  if (ref.kind === 'not-found') return fail('ref', `${ref.name} is not there`, [{ code: 'unknown-ref', ref: ref.name }]);
  if (ref.kind === 'ambiguous') {
    return fail('ref', `${ref.name} could be several`, [{ code: 'ambiguous-ref', ref: ref.name, matches: ref.matches }]);
  }
  const pr = pullRequestOf(facts);
  const ended = pr.known && pr.value !== null ? whyEnded(question, ref, pr.value) : null;
  if (ended !== null) return ended;
  const admitted = policy.refs.map((rule) => admitsRef(rule, { ref, facts, pr: pr.known ? pr.value : null }));
  if (admitted.includes('yes')) return pass('ref', `${ref.name} at ${short(ref.sha)}`);
  if (!pr.known && policy.refs.some((rule) => rule.kind === 'pull-request')) return unknown('ref', `the pull request of ${ref.name}`, pr.why);
  if (admitted.includes('unknown') && !facts.onDefaultBranch.known) {
    return unknown('ref', `whether ${facts.defaultBranch} contains ${short(ref.sha)}`, facts.onDefaultBranch.why);
  }
  const allowed = policy.refs.map(describeRefRule);
  return fail('ref', `${ref.name} is not among ${allowed.join(', ')}`, [{ code: 'ref-not-allowed', ref: ref.name, allowed }]);
}

/**
 * A closed pull request is nobody's wish any more. At the turn by policy: its end may have been told to nobody. What was asked for by
 * tag or SHA does not hang on it then.
 */
function whyEnded({ policy, moment }: Question, ref: FoundRef, { state, number, headSha, mergeSha }: PullRequestFacts): Answer | null {
  const { onClose, onMerge } = policy.approvals;
  if (state === 'closed') {
    if (moment === 'turn' && onClose === 'keep') return null;
    return fail('ref', `pull request ${number} was closed without merging`, [{ code: 'pull-request-closed', number }]);
  }
  const isMeant = ref.type === 'pull-request' || ref.type === 'branch';
  if (moment === 'plan' || state !== 'merged' || onMerge === undefined || !isMeant || ref.sha === mergeSha) return null;
  if (onMerge === 'keep' && ref.sha === headSha) return null;
  const head = onMerge === 'keep' ? headSha : null;
  return fail('ref', `pull request ${number} was merged in the meantime`, [{ code: 'pull-request-merged', number, head, sha: ref.sha }]);
}

/** Code of a fork was never pushed by anybody with rights here. Once merged it is ours. */
export function judgeFork({ facts }: Question): Answer {
  const pr = pullRequestOf(facts);
  if (!pr.known) return unknown('fork', 'the pull request', pr.why);
  if (pr.value === null) return notApplicable('fork', 'no pull request');
  const { isFork, state, number, headRepository } = pr.value;
  if (!isFork || state === 'merged') return pass('fork', `pull request ${number} is from this repository`);
  const head = headRepository?.slug ?? 'a deleted repository';
  return fail('fork', `pull request ${number} comes from ${head}`, [{ code: 'fork', number, head }]);
}

export function judgeDraft({ facts }: Question): Answer {
  const pr = pullRequestOf(facts);
  if (!pr.known) return unknown('draft', 'the pull request', pr.why);
  if (pr.value === null) return notApplicable('draft', 'no pull request');
  const { draft, state, number } = pr.value;
  if (!draft || state === 'merged') return pass('draft', `pull request ${number} is ready`);
  return fail('draft', `pull request ${number} is a draft`, [{ code: 'draft', number }]);
}

/** What was pushed after the command was not what its author had seen. From revision 2 on the push event itself says which head is meant. */
export function judgeHead({ facts, moment }: Question): Answer {
  const ref = foundRef(facts);
  if (ref === null) return notApplicable('head', 'no commit found');
  if (moment === 'turn') return notApplicable('head', `${short(ref.sha)} was approved; a later push changes nothing`);
  if (!moves(ref, facts)) return notApplicable('head', `${ref.name} does not move`);
  if (!facts.lastPush.known) return unknown('head', `the last push to ${ref.name}`, facts.lastPush.why);
  return facts.revision === 1 ? judgeFirstHead(ref, facts) : judgePushedHead(ref, facts);
}

function judgeFirstHead(ref: FoundRef, facts: Facts): Answer {
  const push = facts.lastPush.known ? facts.lastPush.value : null;
  const pr = pullRequestOf(facts);
  if (pr.known && pr.value?.state === 'open' && pr.value.headSha !== ref.sha) {
    return unknown('head', `the head of ${ref.name}`, `GitHub tells ${short(ref.sha)} and ${short(pr.value.headSha)}`);
  }
  if (facts.expectedHead !== null && ref.type === 'pull-request' && ref.sha !== facts.expectedHead) return moved(ref.sha, facts);
  if (push === null) return pass('head', `nobody pushed to ${ref.name} since the command`);
  // GitHub tells times in whole seconds: within the same second the order can't be known, so it counts as later.
  if (push.at + 1_000 > facts.askedAt) return moved(push.sha, facts);
  if (push.sha !== ref.sha) return unknown('head', `the last push to ${ref.name}`, `GitHub tells ${short(ref.sha)} and ${short(push.sha)}`);
  return pass('head', `nobody pushed to ${ref.name} since the command`);
}

function judgePushedHead(ref: FoundRef, facts: Facts): Answer {
  if (facts.expectedHead === null || ref.sha === facts.expectedHead) return pass('head', `${short(ref.sha)} is what was pushed`);
  const push = facts.lastPush.known ? facts.lastPush.value : null;
  if (push?.sha === facts.expectedHead) return unknown('head', `the head of ${ref.name}`, `GitHub still answers ${short(ref.sha)}`);
  // One more push, right on top of what was told, whose event was lost: its author is known, and counts as a requester.
  if (push?.sha === ref.sha && push.before === facts.expectedHead && push.by !== null) return pass('head', `${short(ref.sha)} was pushed last`);
  return moved(ref.sha, facts);
}

function moved(sha: FoundRef['sha'], facts: Facts): Answer {
  const push = facts.lastPush.known ? facts.lastPush.value : null;
  const by = push?.by?.login ?? null;
  const found = { code: 'head-moved', sha, pushedAt: push?.at ?? facts.now, by } as const;
  const seen = facts.revision === 1 && facts.expectedHead !== null ? parseSha(facts.expectedHead) : null;
  if (seen === null || seen === sha) return fail('head', `${short(sha)} was pushed after the command`, [found]);
  return fail('head', `the review looked at ${short(seen)}, not at ${short(sha)}`, [{ ...found, seen }]);
}

function moves(ref: FoundRef, facts: Facts): boolean {
  if (ref.type === 'branch') return true;
  const pr = pullRequestOf(facts);
  return ref.type === 'pull-request' && !(pr.known && pr.value?.state === 'merged');
}
