// What the page of a Buildkite build says of its signatures, as Markdown. Pure.
import type { BuildOrder, Signature } from '../../workflows/build-vocabulary.ts';
import { cardLinks, code, fromBackticks, listed, say, strong, time, toGithub } from './inline.ts';
import type { Inline, Span } from './inline.ts';

/** Annotations stay for as long as the build does: every time is written with its day and year. */
const LONG_AGO = 0;
const PEOPLE_MAX = 12;

/** Who asked, who approved, where and when, for exactly what; empty only for an order that does not say. */
export function annotationMarkdown(order: BuildOrder): string {
  const { signatures, contract, sha, service, environment } = order;
  if (signatures === undefined) return '';
  const { asked, approved, rules = [], cards } = signatures;
  const by = [...approved.map(signed), ...rules.map(({ name, why }) => say`the rule ${strong(name)}: ${fromBackticks(why)}`)];
  const approvals = by.length === 0 ? nobody(order) : say`Approved by ${listed(by, PEOPLE_MAX, ' · ')}`;
  const links = cardLinks(cards);
  const lines: readonly Inline[] = [
    say`Countersign started this build: ${code(service)} → ${environment} at ${code(sha)}.`,
    say`Asked by ${signed(asked)}`,
    approvals,
    say`Code ${code(order.code)} · contract ${code(contract)}`,
    ...(links.length === 0 ? [] : [say`Card: ${links}`]),
  ];
  return lines.map(drawn).join('\n\n');
}

function nobody({ emergency }: BuildOrder): Inline {
  if (emergency === undefined) return say`Nobody had to approve.`;
  return say`🚨 ${strong('Emergency')}: started without approval, and owes a review. The reason given: ${emergency.reason}`;
}

function signed({ by, surface, at }: Signature): Inline {
  return say`${by} (${surface === 'slack' ? 'in Slack' : 'on GitHub'}, ${time(at)})`;
}

function drawn(line: Inline): string {
  return line.map(drawnSpan).join('');
}

/** Buildkite turns `:tada:` into a picture, which Markdown knows no escape for. */
function drawnSpan(span: Span): string {
  const markdown = toGithub([span], { now: LONG_AGO });
  return span.kind === 'text' ? markdown.replace(/:(?=[\w+-]{1,64}:)/g, '&#58;') : markdown;
}
