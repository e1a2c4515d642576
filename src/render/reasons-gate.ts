// Why a request was not started, in words: what was found, what was needed, the way out.
import type { GateReason } from '../../workflows/reasons.ts';
import { plural } from './facts.ts';
import { cardLinks, code, emphasis, join, link, listed, say, strong, time } from './inline.ts';
import type { CardLinks, Inline } from './inline.ts';
import { either, names } from './reason-text.ts';
import type { ReasonTexts } from './reason-text.ts';
import { WHO_REASONS } from './reasons-who.ts';
import { duration } from './time.ts';

export const GATE_REASONS: ReasonTexts<GateReason['code']> = {
  'unknown-service': ({ service, known }) => ({
    sign: '❌',
    title: 'service',
    said: say`there is no service ${code(service)}.`,
    wayOut: known.length === 0 ? say`None is configured yet.` : say`There is ${names(known)}.`,
  }),
  'unknown-environment': ({ service, environment, known }, { prefix }) => ({
    sign: '❌',
    title: 'environment',
    said: say`${code(service)} has no environment ${code(environment)}.`,
    wayOut: known[0] === undefined ? null : say`It has ${names(known)}: ${code(`${prefix} ${service} to ${known[0]}`)}.`,
  }),
  'service-needed': ({ known }) => ({
    sign: '❌',
    title: 'service',
    said: say`this repository has ${plural(known.length, 'service')}; say which.`,
    wayOut: say`There is ${names(known)}: put it before the environment.`,
  }),
  'wrong-repository': ({ service, expected, found }) => ({
    sign: '❌',
    title: 'repository',
    said: say`${code(service)} is deployed from ${code(expected)}; this is ${code(found)}.`,
    wayOut: say`Ask there, or in Slack.`,
  }),
  ...WHO_REASONS,
  'unknown-ref': ({ ref }) => ({
    sign: '❌',
    title: 'ref',
    said: say`there is no branch, tag or commit ${code(ref)}.`,
    wayOut: say`Push it, or name another one after ${code('@')}.`,
  }),
  'ambiguous-ref': ({ ref, matches }) => ({
    sign: '❌',
    title: 'ref',
    // Of digits that fit several commits GitHub does not say which.
    said: say`${code(ref)} ${matches.length === 0 ? 'fits several commits' : say`could be ${either(matches.slice(0, 8).map(code))}`}.`,
    wayOut: say`Name it in full, or by its full SHA.`,
  }),
  'ref-not-allowed': ({ ref, allowed }) => ({
    sign: '❌',
    title: 'ref',
    said: say`${code(ref)} may not be deployed there; allowed are ${names(allowed)}.`,
    wayOut: say`Ask for one of those.`,
  }),
  'pull-request-closed': ({ number }) => ({
    sign: '❌',
    title: 'pull request',
    said: say`pull request ${number} was closed without being merged.`,
    wayOut: say`Open it again, or name what you mean after ${code('@')}.`,
  }),
  'pull-request-merged': ({ number, head, sha }) => ({
    sign: '❌',
    title: 'pull request',
    said:
      head === null
        ? say`pull request ${number} was merged before the build was started.`
        : say`pull request ${number} was merged at ${code(head.slice(0, 7))}, and ${code(sha.slice(0, 7))} was asked for.`,
    wayOut: say`Ask again: then it is about the commit of the merge.`,
  }),
  fork: ({ number, head }) => ({
    sign: '❌',
    title: 'fork',
    said: say`pull request ${number} comes from ${code(head)}; what a fork holds is not deployed.`,
    wayOut: say`Push the branch to this repository and open a pull request from there.`,
  }),
  draft: ({ number }) => ({
    sign: '❌',
    title: 'draft',
    said: say`pull request ${number} is a draft.`,
    wayOut: say`Mark it as ready for review.`,
  }),
  'head-moved': ({ sha, pushedAt, by, seen }) => ({
    sign: '❌',
    title: 'head',
    said:
      seen === undefined
        ? say`${code(sha.slice(0, 7))} was pushed${by === null ? '' : ` by ${by}`} at ${time(pushedAt)}, after your command or at the same moment: you may not have seen it.`
        : say`your review looked at ${code(seen.slice(0, 7))}, and the head is ${code(sha.slice(0, 7))}, pushed${by === null ? '' : ` by ${by}`} at ${time(pushedAt)}.`,
    wayOut: say`Look at it, then ask again.`,
  }),
  'comment-changed': ({ how }) => ({
    sign: '❌',
    title: 'comment',
    said: say`The comment that asked was ${how} before I had read everything; only a comment as it was posted counts.`,
    wayOut: say`Write a new one.`,
  }),
  'checks-failed': ({ passed, total, failed }) => ({
    sign: '❌',
    title: 'checks',
    said: say`${passed} of ${total} are green; ${checks(failed)} failed.`,
    wayOut: say`Fix ${failed.length === 1 ? 'it' : 'them'} or run ${failed.length === 1 ? 'it' : 'them'} again.`,
  }),
  'checks-pending': ({ passed, total, pending }) => ({
    sign: '⏳',
    title: 'checks',
    said: say`${passed} of ${total} are green; ${checks(pending)} ${pending.length === 1 ? 'is' : 'are'} still running.`,
    wayOut: say`Wait until ${pending.length === 1 ? 'it is' : 'they are'} green.`,
  }),
  'checks-missing': ({ sha }) => ({
    sign: '❌',
    title: 'checks',
    said: say`no check has reported for ${code(sha.slice(0, 7))} yet; at least one has to.`,
    wayOut: say`Start CI for this commit.`,
  }),
  'review-needed': ({ found }) => ({
    sign: '❌',
    title: 'review',
    said: found === 'changes-requested' ? say`a reviewer asks for changes.` : say`the pull request is not approved yet.`,
    wayOut: say`Get a review that approves it.`,
  }),
  'unreviewed-commits': ({ commits }) => ({
    sign: '❌',
    title: 'review',
    said: say`${plural(commits.length, 'commit')} since the live version did not come through a reviewed pull request: ${listed(
      commits.map((sha) => code(sha.slice(0, 7))),
      8,
    )}.`,
    wayOut: say`Bring ${commits.length === 1 ? 'it' : 'them'} in through a pull request.`,
  }),
  behind: ({ by, base }) => ({
    sign: '❌',
    title: 'up to date',
    said: say`${plural(by, 'commit')} behind ${code(base)}.`,
    wayOut: say`Merge ${code(base)}, push, then ask again.`,
  }),
  'not-deployed-before': ({ environment, sha }, { prefix, again }) => ({
    sign: '❌',
    title: 'order',
    said: say`${code(sha.slice(0, 7))} is not live on ${environment}, where it has to go first.`,
    wayOut: say`Deploy it there: ${code(again === null ? `${prefix} <service> to ${environment}` : elsewhere(again, environment))}.`,
  }),
  soaking: ({ environment, since, neededMs, openAt }) => ({
    sign: '⏳',
    title: environment,
    said: say`it is live there since ${time(since)}; ${duration(neededMs)} are asked for.`,
    wayOut: say`Open again at ${time(openAt)}.`,
  }),
  'would-lose-live': ({ live, commits }) => ({
    sign: '❌',
    title: 'keeps what is live',
    said: say`${plural(commits.length, 'commit')} of the live ${code(live.slice(0, 7))} would vanish: ${listed(commits.map(lostCommit), 5, '; ')}.`,
    wayOut: say`Merge what is live into your branch, or ask for a commit that has it.`,
  }),
  'bad-parameter': ({ name, value, allowed }) => ({
    sign: '❌',
    title: 'parameters',
    said: say`${code(`${name}=${value}`)} is not among what ${code(name)} may be.`,
    wayOut: say`Choose ${either(allowed.slice(0, 8).map((choice) => code(`${name}=${choice}`)))}.`,
  }),
  'unknown-parameter': ({ name, known }) => ({
    sign: '❌',
    title: 'parameters',
    said: say`there is no parameter ${code(name)}.`,
    wayOut: known.length === 0 ? say`This environment takes none: leave it out.` : say`There is ${names(known)}.`,
  }),
  'missing-parameter': ({ name, allowed }) => ({
    sign: '❌',
    title: 'parameters',
    said: say`${code(name)} has to be given.`,
    wayOut: say`Add ${either(allowed.slice(0, 8).map((choice) => code(`${name}=${choice}`)))}.`,
  }),
  unreadable: ({ what, why }, hints) => ({
    sign: '❓',
    title: 'unknown',
    said: say`I can't read ${what.slice(0, 120)} (${why.slice(0, 160)}); what I can't read never counts as good.`,
    wayOut: hints.act === null ? say`Ask again in a minute.` : say`Nothing was counted: try again in a minute.`,
  }),
  'too-old': ({ askedAt }, hints) => ({
    sign: '❌',
    title: 'too old',
    said: say`you asked at ${time(askedAt)} and I was not there; I don't start what was asked more than ten minutes ago.`,
    wayOut: hints.again === null ? say`Ask again.` : say`Ask again with ${code(hints.again)}.`,
  }),
  'same-wish-open': ({ other, by = null, isWaiting = false, cards }, { prefix, surface }) => ({
    sign: '❌',
    title: 'already asked',
    said: say`${by === null ? 'the same is asked for' : `${by} asked for the same`} in ${code(other)}, which is still open${openAt(cards)}.`,
    wayOut: isWaiting
      ? say`Approve that one: ${code(surface === 'github' ? `/approve ${other}` : `${prefix} approve ${other}`)}.`
      : say`See it with ${code(`${prefix} status ${other}`)}.`,
  }),
  'rule-unsatisfiable': ({ group, needed, could, unmapped = [] }) => ({
    sign: '❌',
    title: 'approval',
    said: say`${needed} of ${strong(group)} would have to approve, and ${could === 0 ? 'nobody' : `only ${could}`} could: requesters and whoever else the policy excludes don't count${unmapped.length === 0 ? [] : say`, nor do members I can't tell: ${names(unmapped)}`}.`,
    wayOut:
      unmapped.length === 0
        ? say`Have somebody else ask, or add people to ${strong(group)}.`
        : say`Add them under ${code('people')} in the configuration, or have somebody else ask.`,
  }),
};

function openAt(cards: CardLinks | undefined): Inline {
  const links = cards === undefined ? [] : cardLinks(cards);
  return links.length === 0 ? [] : say` (${links})`;
}

function checks(refs: readonly { readonly name: string; readonly url: string | null }[]): Inline {
  return listed(
    refs.map(({ name, url }) => (url === null ? [code(name.slice(0, 100))] : say`${code(name.slice(0, 100))} (${link('log', url)})`)),
    5,
  );
}

function lostCommit({ sha, author, title }: { readonly sha: string; readonly author: string; readonly title: string }): Inline {
  return join([[code(sha.slice(0, 7))], say`${title.slice(0, 80)}`, say`by ${emphasis(author.slice(0, 60))}`], ' ');
}

/** The same wish for another environment. */
function elsewhere(again: string, environment: string): string {
  return again.replace(/ to \S+.*$/, ` to ${environment}`);
}
