// What `countersign verify` tells people. Everything that was in the file is one harmless line of a terminal.
import { oneLine } from '../render/escape.ts';
import { clock } from '../render/time.ts';
import type { Check } from './check.ts';
import type { Decision } from './schema.ts';

type Vote = Decision['votes'][number];

/** Records are read long afterwards: every time has its day and year. */
const at = (time: string): string => clock(Date.parse(time), 0, 'seconds');

type Row = readonly [label: string, text: string];

export function recordWords(decision: Decision, { signer, checks }: { readonly signer: string; readonly checks: readonly Check[] }): string {
  const flaws = checks.filter(({ flaw }) => flaw !== null).length;
  const verdict =
    flaws === 0 ? '✓ genuine, and it agrees with itself' : `✗ signed, but it does not agree with itself (${flaws} of ${checks.length} checks)`;
  const { request, plan } = decision;
  const title = `${request.code}  ${request.service} → ${request.environment}${plan === null ? '' : ` at ${plan.sha}`}`;
  const rows = story(decision).map(([label, text]) => `  ${label.padEnd(9)} ${oneLine(text)}`);
  return [verdict, `  signed by ${signer}`, '', oneLine(title), ...rows, '', ...checks.map(checkWords)].join('\n');
}

function checkWords({ claim, flaw }: Check): string {
  return flaw === null ? `  ✓ ${claim}` : `  ✗ ${claim}: ${oneLine(flaw)}`;
}

function story(decision: Decision): readonly Row[] {
  const { request, plan, votes, gone, granted, build, review, times } = decision;
  return [
    ['asked', `by ${account(request.askedBy)}, ${place(request.from)}, ${at(request.askedAt)}`],
    ...(request.emergency === null ? [] : [['emergency', request.emergency] as const]),
    ...votes.map((vote): Row => [vote.kind === 'approve' ? 'approved' : 'rejected', voteWords(vote)]),
    ...(plan !== null && votes.length === 0 ? [['approved', 'by nobody'] as const] : []),
    ...gone.map(({ vote, why }): Row => ['gone', `${voteWords(vote)} (${why})`]),
    ...(plan === null ? [] : planRows(plan)),
    ...(granted === null ? [] : [['granted', `everything was read again, ${at(granted.at)}`] as const]),
    ...(build === null
      ? []
      : [['built', `${build.pipeline} build ${build.number}, ${build.state}${build.attested === true ? ', attested' : ''}: ${build.url}`] as const]),
    ['ended', ending(decision.result)],
    ...(review === null ? [] : [['review', review.state] as const, ...review.votes.map((vote): Row => ['', voteWords(vote)])]),
    ['history', `${request.workflowId}, run ${request.runId}, ${at(times.started)} to ${at(times.closed)}`],
  ];
}

function planRows({ contract, gates, policyDigest, revision }: NonNullable<Decision['plan']>): readonly Row[] {
  return [
    ['contract', `${contract.digest}${revision === 1 ? '' : ` (revision ${revision})`}`],
    ['policy', policyDigest],
    ...gates.map(({ gate, state, note, skipped }): Row => ['gate', `${gate}: ${state}${skipped === true ? ', skipped' : ''} (${note})`]),
  ];
}

function ending({ kind, how, by, reason, reasons, at: when }: Decision['result']): string {
  const codes = reasons.map(({ code }) => code).join(', ');
  const parts = [kind, how, by === null ? null : `by ${person(by)}`, reason, codes === '' ? null : codes, when === null ? null : at(when)];
  return parts.filter((part) => part !== null).join(', ');
}

const voteWords = ({ by, surface, at: when, reason }: Vote): string =>
  `by ${person(by)} ${surface === 'slack' ? 'in Slack' : 'on GitHub'}, ${at(when)}${reason === null ? '' : `: ${reason}`}`;

/** Names are for people; the ids decide. */
function person({ name, github, slack }: Vote['by']): string {
  const ids = [github === null ? null : `github ${github.id}`, slack === null ? null : `slack ${slack.team}/${slack.user}`];
  return `${name} (${ids.filter((id) => id !== null).join(', ')})`;
}

function account(by: Decision['request']['askedBy']): string {
  return by.surface === 'github' ? `${by.login} (github ${by.id})` : `${by.name} (slack ${by.team}/${by.user})`;
}

function place(from: Decision['request']['from']): string {
  return from.surface === 'github' ? `on GitHub ${from.repo.slug}#${from.issue}` : `in Slack ${from.team}/${from.channel}`;
}
