// How the commit relates to what runs now: order of environments, and nothing live is lost. Pure.
import {
  duration,
  fail,
  foundRef,
  notApplicable,
  pass,
  pending,
  plural,
  pullRequestOf,
  short,
  unknown,
  type Answer,
  type FoundRef,
  type Question,
} from './gate.ts';
import type { EnvironmentPolicy } from '../environment-policy.ts';
import type { Facts } from '../facts.ts';
import { liveOf } from '../live.ts';
import type { GateResult } from '../../../workflows/vocabulary.ts';

/** The same commit must be live in each named environment, and have been for the soak time. */
export function judgeOrder({ policy, facts }: Question): Answer {
  const steps = policy.gates.after;
  if (steps.length === 0) return notApplicable('order', `${policy.environment} comes after nothing`);
  const ref = foundRef(facts);
  if (ref === null) return notApplicable('order', 'no commit found');
  const answers = steps.map((step) => judgeStep(step, ref, { policy, facts }));
  const state = (['fail', 'unknown', 'pending'] as const).find((worst) => answers.some(({ gate }) => gate.state === worst)) ?? 'pass';
  const gate: GateResult = { gate: 'order', state, note: answers.map((answer) => answer.gate.note).join('; ') };
  return { gate, reasons: answers.flatMap((answer) => answer.reasons) };
}

/** The live commit must be an ancestor of the requested one: otherwise somebody's work would vanish. */
export function judgeKeepsLive({ policy, facts }: Question): Answer {
  if (!policy.gates.keepsLive) return notApplicable('keeps-live', `${policy.environment} does not ask for it`);
  if (foundRef(facts) === null) return notApplicable('keeps-live', 'no commit found');
  if (!facts.here.known) return unknown('keeps-live', `what is live on ${policy.environment}`, facts.here.why);
  if (!facts.here.value.known) return unknown('keeps-live', `what is live on ${policy.environment}`, NOT_READ_YET);
  const live = liveOf(facts.here.value, policy.service, policy.environment);
  if (live === null) return notApplicable('keeps-live', 'nothing is live yet');
  if (!facts.comparison.known) return unknown('keeps-live', `the way from ${short(live.sha)}`, facts.comparison.why);
  if (facts.comparison.value === null) return unknown('keeps-live', `the way from ${short(live.sha)}`, 'it was not compared');
  const { status, lost } = facts.comparison.value;
  if (status === 'ahead' || status === 'identical') return pass('keeps-live', `has all of ${short(live.sha)}`);
  const commits = lost.map(({ sha, authorName, title }) => ({ sha, author: authorName, title }));
  const note = `${plural(commits.length, 'live commit')} would vanish`;
  return fail('keeps-live', note, [{ code: 'would-lose-live', live: live.sha, commits }]);
}

const NOT_READ_YET = 'it was not read from Buildkite yet';

type Step = EnvironmentPolicy['gates']['after'][number];

function judgeStep({ environment, soakMs }: Step, ref: FoundRef, { policy, facts }: Pick<Question, 'policy' | 'facts'>): Answer {
  const read = Object.hasOwn(facts.before, environment) ? facts.before[environment] : undefined;
  if (read === undefined) return unknown('order', `what is live on ${environment}`, 'it was not read');
  if (!read.known) return unknown('order', `what is live on ${environment}`, read.why);
  if (!read.value.known) return unknown('order', `what is live on ${environment}`, NOT_READ_YET);
  const live = liveOf(read.value, policy.service, environment);
  if (live === null || live.sha !== ref.sha) {
    const found = live === null ? 'nothing is live there' : `${short(live.sha)} is live there${mergeNote(live.sha, ref, facts)}`;
    return fail('order', `${environment}: ${found}`, [{ code: 'not-deployed-before', environment, sha: ref.sha }]);
  }
  const age = facts.now - live.since;
  if (age >= soakMs) return pass('order', `on ${environment} since ${duration(age)}`);
  const reason = { code: 'soaking', environment, since: live.since, neededMs: soakMs, openAt: live.since + soakMs } as const;
  return pending('order', `on ${environment} since ${duration(age)} of ${duration(soakMs)}`, [reason]);
}

// Squash and merge make a commit that was never anywhere: people are puzzled that "the same" change is asked for again.
function mergeNote(liveSha: string, ref: FoundRef, facts: Facts): string {
  const pr = pullRequestOf(facts);
  if (!pr.known || pr.value === null || pr.value.headSha !== liveSha || pr.value.mergeSha !== ref.sha) return '';
  return `, the head of pull request ${pr.value.number}; merging made ${short(ref.sha)}, which has to go there first`;
}
