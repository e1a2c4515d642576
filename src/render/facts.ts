// The rows of a card: what, who, what is needed, what was found.
import type { GateResult, Person, Plan, TallyNode, Vote } from '../../workflows/vocabulary.ts';
import { code, join, link, listed, named, say, shaLink, strong, time } from './inline.ts';
import type { Inline } from './inline.ts';
import { autoApprovals, autoWords, ruleWords, skippedWords } from './rule-words.ts';
import { place, planSha, standingVotes } from './view.ts';
import type { Fact, View } from './view.ts';

const PEOPLE_MAX = 5;
/** The details have the others. */
const SKIPPED_MAX = 3;

export function plural(count: number, noun: string, many = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : many}`;
}

/** `` `4f5a6b7` Fix retry loop · 4 commits, 3 pull requests since `1a2b3c4` (compare) ``. */
export function whatFact(plan: Plan, { status, surface }: View): Fact {
  const { pullRequest } = plan;
  // On the pull request itself, and beside `Asked by` that names it, once is enough.
  const isNews = pullRequest !== null && surface === 'slack' && status.request.origin.surface === 'slack';
  const number = isNews ? say` · ${link(`pull request ${pullRequest.number}`, pullRequest.url)}` : [];
  return { label: 'What', value: say`${planSha(plan)} ${plan.title.slice(0, 140)} · ${changeOf(plan)}${number}` };
}

function changeOf({ live, change, environment, sha }: Plan): Inline {
  if (live === null) return say`the first on ${environment}`;
  if (live.sha === sha) return say`live there already`;
  const numbers = [plural(change.commits, 'commit')];
  if (change.pullRequests.length > 0) numbers.push(plural(change.pullRequests.length, 'pull request'));
  const compare = change.compareUrl === null ? [] : say` (${link('compare', change.compareUrl)})`;
  return say`${numbers.join(', ')} since ${shaLink(live.sha, commitUrlOf(live.sha, change.compareUrl))}${compare}`;
}

function commitUrlOf(sha: string, compareUrl: string | null): string | null {
  const at = compareUrl?.indexOf('/compare/') ?? -1;
  return compareUrl === null || at === -1 ? null : `${compareUrl.slice(0, at)}/commit/${sha}`;
}

export function parameterFacts(parameters: Readonly<Record<string, string>>): readonly Fact[] {
  const given = Object.entries(parameters).map(([name, value]) => code(`${name}=${value}`));
  return given.length === 0 ? [] : [{ label: 'With', value: listed(given, 8, ' ') }];
}

export function askedFact({ status, surface }: View): Fact {
  const { request, plan } = status;
  const { requester, origin, askedAt } = request;
  const who: Inline = plan === null ? say`${requester.surface === 'github' ? requester.login : requester.name}` : [named(plan.requester)];
  const elsewhere = plan !== null && plan.pullRequest !== null && origin.surface === 'github' ? plan.pullRequest : null;
  const where =
    surface === 'github' && origin.surface === 'github' ? say`in this pull request` : pullRequestPlace(elsewhere, place(origin.surface, surface));
  const others = plan?.requesters.filter((person) => person.key !== plan.requester.key) ?? [];
  const pushed = others.length === 0 ? [] : say` · pushed since by ${listed(others.map(named), PEOPLE_MAX)}`;
  const weaker = origin.surface === 'slack' && plan?.requester.binding === 'email' ? MATCHED : '';
  return { label: 'Asked by', value: say`${who}, ${where}${weaker}, ${time(askedAt)}${pushed}` };
}

function pullRequestPlace(pullRequest: Plan['pullRequest'], otherwise: string): Inline {
  return pullRequest === null ? say`${otherwise}` : say`on ${link(`pull request ${pullRequest.number}`, pullRequest.url)}`;
}

/** The whole rule. Those who can still fill a place are called where `call` says so. */
export function needsFact(plan: Plan, tree: TallyNode | null, call: 'call' | 'name'): Fact {
  if (tree === null) return { label: 'Needs', value: say`nobody's approval` };
  return { label: 'Needs', value: join([ruleWords(tree, call), ...exclusions(plan), ...skippedWords(tree).slice(0, SKIPPED_MAX)], ' · ') };
}

function exclusions({ requesters, rule, change }: Plan): readonly Inline[] {
  const authors = rule.exclude.includes('commit-authors') ? `, not the commits' authors${unknownAuthorsNote(change)}` : '';
  return [say`not ${listed(requesters.map(named), PEOPLE_MAX, ' or ')}${authors}`];
}

/** Nobody can be left out for commits whose authors nobody can tell: people should know how many there are. */
export function unknownAuthorsNote({ unknownAuthors = 0 }: Plan['change']): string {
  return unknownAuthors === 0 ? '' : ` (${plural(unknownAuthors, 'commit has an author', 'commits have authors')} that GitHub does not know)`;
}

export function soFarFact(view: View): readonly Fact[] {
  const counted = standingVotes(view.status).map((vote) => say`✅ ${voteWords(view, vote)}`);
  const unconfirmed = (view.status.unconfirmed ?? []).map((vote) => unconfirmedWords(view, vote));
  const all = [...counted, ...unconfirmed];
  return all.length === 0 ? [] : [{ label: 'So far', value: listed(all, 6, ' · ') }];
}

/** `⏳ Bea, in Slack, 14:03 UTC, to be confirmed on GitHub`: a click that does not count yet. */
export function unconfirmedWords(view: View, vote: Vote): Inline {
  return say`⏳ ${named(vote.by)}, ${place(vote.surface, view.surface)}, ${time(vote.at)}, to be confirmed on GitHub`;
}

/** `Bea for sre, in Slack, 14:03 UTC`; `Carl for Bea in sre, …` where Carl stands in for her. */
export function voteWords(view: View, vote: Vote): Inline {
  const groups = groupsFilledBy(view.status.tally?.tree ?? null, vote.by);
  const role = groups.length === 0 ? [] : say` for ${listed(groups, 6, ' and ')}`;
  return say`${named(vote.by)}${role}, ${whereVoted(view, vote)}, ${time(vote.at)}`;
}

/** `Bea (sre, in Slack), Dan (api-owners, here)`, or the rule that did it by itself; empty when nobody had to approve. */
export function approversWords(view: View): Inline {
  const votes = standingVotes(view.status).map((vote) => {
    const groups = groupsFilledBy(view.status.tally?.tree ?? null, vote.by);
    return say`${named(vote.by)} (${listed([...groups, say`${whereVoted(view, vote)}`], 6)})`;
  });
  return listed([...votes, ...autoApprovals(view.status.tally?.tree ?? null).map(autoWords)], 6);
}

/** `in Slack`; `in Slack, matched by e-mail` where nothing better says whose account it is. */
export function whereVoted({ surface }: Pick<View, 'surface'>, vote: Vote): string {
  return `${place(vote.surface, surface)}${vote.surface === 'slack' && vote.by.binding === 'email' ? MATCHED : ''}`;
}

const MATCHED = ', matched by e-mail';

/** `sre`, or `Bea in sre` in the place of Bea, who is away. */
function groupsFilledBy(node: TallyNode | null, person: Person): readonly Inline[] {
  const filled = new Map(leavesFilledBy(node, person).map(({ group, standIns }) => [group, standIns?.[person.key]]));
  return [...filled].map(([group, away]) => (away === undefined ? say`${group}` : say`${away} in ${group}`));
}

function leavesFilledBy(node: TallyNode | null, person: Person): readonly Extract<TallyNode, { kind: 'group' }>[] {
  if (node === null || node.kind === 'auto') return [];
  if (node.kind !== 'group') return node.of.flatMap((child) => leavesFilledBy(child, person));
  return node.by.some(({ key }) => key === person.key) ? [node] : [];
}

// ---- gates ---------------------------------------------------------------------------------------------------

const GATE_SIGN = { pass: '✅', fail: '❌', pending: '⏳', unknown: '❓', 'not-applicable': '➖' } as const satisfies Record<
  GateResult['state'],
  string
>;
const GATE_LABEL: Readonly<Record<GateResult['gate'], string>> = {
  permission: 'permission',
  ref: 'ref',
  head: 'head',
  fork: 'not a fork',
  draft: 'not a draft',
  checks: 'checks',
  review: 'review',
  'up-to-date': 'up to date',
  order: 'order',
  'keeps-live': 'keeps what is live',
  parameters: 'parameters',
  identity: 'identity',
};
// Gates that people ask about; the others are told only when they say no.
const SHOWN: readonly GateResult['gate'][] = ['checks', 'review', 'up-to-date', 'order', 'keeps-live'];
// Gates whose note says more than their name.
const NOTED: readonly GateResult['gate'][] = ['checks', 'order'];

export function gateLabel(gate: GateResult['gate']): string {
  return GATE_LABEL[gate];
}

/** `✅ checks 14 of 14 · ✅ review · ✅ 6 more`; what does not apply is left to the details. */
export function gatesWords(gates: readonly GateResult[]): Inline {
  const shown = gates.filter(({ gate, state }) => (state === 'pass' ? SHOWN.includes(gate) : state !== 'not-applicable'));
  const others = gates.filter(({ gate, state }) => state === 'pass' && !SHOWN.includes(gate)).length;
  const words = shown.map(({ gate, state, note, skipped }) => {
    if (skipped === true) return say`⏭️ ${gateLabel(gate)} skipped: ${note.slice(0, 120)}`;
    const isNoted = state !== 'pass' || NOTED.includes(gate);
    // `on staging since 35 min` needs no name before it.
    const label = gate === 'order' && state === 'pass' ? '' : ` ${gateLabel(gate)}`;
    return say`${GATE_SIGN[state]}${label}${isNoted ? ` ${note.slice(0, 120)}` : ''}`;
  });
  return join(others === 0 ? words : [...words, say`✅ ${shown.length === 0 ? plural(others, 'gate') : `${others} more`}`], ' · ');
}

/** One line a gate, with what was found. */
export function gateLine({ gate, state, note, skipped }: GateResult): Inline {
  if (skipped === true) return say`⏭️ ${strong(gateLabel(gate))} skipped: ${note.slice(0, 200)}`;
  return say`${GATE_SIGN[state]} ${strong(gateLabel(gate))}: ${note.slice(0, 200)}`;
}

export function gatesFact(plan: Plan): readonly Fact[] {
  return plan.gates.length === 0 ? [] : [{ label: 'Gates', value: gatesWords(plan.gates) }];
}
