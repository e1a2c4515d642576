// Is the commit good enough: checks, review, up to date? Pure.
import { fail, foundRef, notApplicable, pass, pending, plural, pullRequestOf, short, unknown, type Answer, type Question } from './gate.ts';
import type { CheckFacts, Facts, PullRequestFacts } from '../facts.ts';
import type { GateReason } from '../../../workflows/reasons.ts';

/** Every check must be green, or the named ones; no check at all is not good. A named check that has not reported is pending. */
export function judgeChecks({ policy, facts }: Question): Answer {
  const wanted = policy.gates.checks;
  if (wanted === null) return notApplicable('checks', `${policy.environment} does not ask for them`);
  const ref = foundRef(facts);
  if (ref === null) return notApplicable('checks', 'no commit found');
  if (!facts.checks.known) return unknown('checks', `the checks of ${short(ref.sha)}`, facts.checks.why);
  const { passed, failed, pending: waiting } = wanted === 'all' ? facts.checks.value : only(wanted, facts.checks.value);
  const count = { passed: passed.length, total: passed.length + failed.length + waiting.length };
  if (count.total === 0) return fail('checks', `${short(ref.sha)} has none`, [{ code: 'checks-missing', sha: ref.sha }]);
  const note = `${count.passed} of ${count.total}`;
  const reasons: GateReason[] = [];
  if (failed.length > 0) reasons.push({ code: 'checks-failed', ...count, failed });
  if (waiting.length > 0) reasons.push({ code: 'checks-pending', ...count, pending: waiting });
  if (failed.length > 0) return fail('checks', note, reasons);
  return waiting.length > 0 ? pending('checks', note, reasons) : pass('checks', note);
}

/**
 * On an open pull request: its review decision. GitHub makes none where no rule of the repository asks for reviews; with this gate on
 * that is not enough, because nothing there would say that anybody looked. It goes on deciding about the very head that was planned when
 * somebody merges in the meantime. Everywhere else (branch, tag, commit, merged pull request): every commit since the live version came
 * through a reviewed pull request.
 */
export function judgeReview(question: Question): Answer {
  const { policy, facts } = question;
  if (!policy.gates.review) return notApplicable('review', `${policy.environment} does not ask for it`);
  if (foundRef(facts) === null) return notApplicable('review', 'no commit found');
  const pr = pullRequestOf(facts);
  if (!pr.known) return unknown('review', 'the pull request', pr.why);
  if (pr.value === null) return judgeCommits(facts);
  if (pr.value.state === 'merged' && foundRef(facts)?.sha !== pr.value.headSha)
    return facts.comparison.known && facts.comparison.value === null ? judgeDecision(pr.value) : judgeCommits(facts);
  return hasMovedOn(question, pr.value) ? notApplicable('review', MOVED_ON) : judgeDecision(pr.value);
}

export function judgeUpToDate(question: Question): Answer {
  const { policy, facts } = question;
  if (!policy.gates.upToDate) return notApplicable('up-to-date', `${policy.environment} does not ask for it`);
  const pr = pullRequestOf(facts);
  if (!pr.known) return unknown('up-to-date', 'the pull request', pr.why);
  if (pr.value === null || pr.value.state === 'merged') return notApplicable('up-to-date', 'no open pull request');
  if (hasMovedOn(question, pr.value)) return notApplicable('up-to-date', MOVED_ON);
  const { behindBy, baseRef } = pr.value;
  if (behindBy === 0) return pass('up-to-date', `has all of ${baseRef}`);
  return fail('up-to-date', `${plural(behindBy, 'commit')} behind ${baseRef}`, [{ code: 'behind', by: behindBy, base: baseRef }]);
}

const MOVED_ON = 'judged when it was planned; the pull request has moved on since';

// At the turn GitHub speaks of the new head, which is not what was approved.
function hasMovedOn({ facts, moment }: Question, pr: PullRequestFacts): boolean {
  return moment === 'turn' && foundRef(facts)?.sha !== pr.headSha;
}

function judgeDecision({ review, number }: PullRequestFacts): Answer {
  switch (review) {
    case 'approved':
      return pass('review', `pull request ${number} is approved`);
    case 'changes-requested':
      return fail('review', 'changes were requested', [{ code: 'review-needed', found: 'changes-requested' }]);
    case 'review-required':
    case 'not-required':
      return fail('review', `pull request ${number} has no approving review`, [{ code: 'review-needed', found: 'review-required' }]);
    default:
      return review satisfies never;
  }
}

function judgeCommits({ comparison, reviews }: Facts): Answer {
  if (!comparison.known) return unknown('review', 'the commits since the live version', comparison.why);
  if (comparison.value === null) return notApplicable('review', 'nothing is live yet, so there is no "since"');
  const { added, addedTotal } = comparison.value;
  if (addedTotal === 0) return pass('review', 'no new commit');
  if (added.length < addedTotal) {
    return unknown('review', `the reviews of ${addedTotal} commits`, `GitHub lists ${added.length} of them; deploy in smaller steps`);
  }
  if (!reviews.known) return unknown('review', 'the reviews of the commits', reviews.why);
  if (reviews.value === null) return unknown('review', 'the reviews of the commits', 'they were not read');
  const { unreviewed, pullRequests } = reviews.value;
  if (unreviewed.length > 0) {
    return fail('review', `${plural(unreviewed.length, 'commit')} without a reviewed pull request`, [
      { code: 'unreviewed-commits', commits: unreviewed },
    ]);
  }
  return pass('review', `${plural(addedTotal, 'commit')} through ${plural(pullRequests.length, 'reviewed pull request')}`);
}

function only(names: readonly string[], checks: CheckFacts): CheckFacts {
  const named = (refs: CheckFacts['passed']): CheckFacts['passed'] => refs.filter((check) => names.includes(check.name));
  const reported = [...checks.passed, ...checks.failed, ...checks.pending].map((check) => check.name);
  const silent = names.filter((name) => !reported.includes(name)).map((name) => ({ name, url: null }));
  return { passed: named(checks.passed), failed: named(checks.failed), pending: [...named(checks.pending), ...silent] };
}
