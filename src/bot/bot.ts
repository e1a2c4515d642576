// One command on its way: parse, start or update, reply. Surfaces differ only in how the reply reaches the person.
import { isBlockId } from '../../workflows/block-contract.ts';
import { isOutsideId } from '../../workflows/outside-contract.ts';
import type { Parsed } from '../command/command.ts';
import { firstLine, paragraphLine } from '../command/line.ts';
import { parseCommand } from '../command/parse.ts';
import { deployCode } from '../ids.ts';
import { plainContext } from '../render/context.ts';
import type { Reply } from '../render/reply.ts';
import { answerMarkdown } from '../render/reply-github.ts';
import { actOn, logLater, tooLate } from './act.ts';
import { answer } from './answer.ts';
import { clickOnBlock, fillBlock, foreignBuildSeen } from './block.ts';
import type { BotDeps } from './deps.ts';
import { formFor, submitForm } from './form.ts';
import type { Click, Incoming, PushEvent, SlackFrontDoor, SubmittedReview } from './front-door.ts';
import { grammarOf, servicesInReach } from './grammar.ts';
import { homeOf } from './home.ts';
import { missedApprovals } from './missed-approvals.ts';
import { cancelOutside, outsideSeen } from './outside.ts';
import { reviewOn } from './review.ts';

export function createBot(deps: BotDeps): SlackFrontDoor {
  return {
    command: async (incoming) => say(deps, incoming, await handle(deps, incoming)),
    reviewed: (review) => reviewed(deps, review),
    async misplaced(incoming) {
      const line = parse(deps, incoming).kind === 'nothing' ? null : paragraphLine(firstLine(incoming.text));
      const reply: Reply = line === null ? { kind: 'silence' } : { kind: 'wrong-place', line };
      return say(deps, incoming, reply);
    },
    act: (click) => actClicked(deps, click),
    async details(deployId) {
      const status = await deps.gateway.deployStatus(deployId);
      return status === null
        ? { kind: 'refused', reasons: [{ code: 'unknown-request', named: deployCode(deployId) }] }
        : { kind: 'one-request', status };
    },
    form: (ask) => formFor(deps, ask),
    submit: (submission) => submitForm(deps, submission),
    home: (by) => homeOf(deps, by),
    pushed: ({ repo, pullRequest, change }) => tellOpen(deps, { repo, pullRequest }, (id) => deps.gateway.pushed(id, change)),
    pullRequestClosed: ({ repo, closure }) =>
      tellOpen(deps, { repo, pullRequest: closure.number }, (id) => deps.gateway.pullRequestClosed(id, closure)),
    buildSeen: (build) => deps.gateway.buildSeen(build),
    foreignBuildSeen: async (build) => void (await Promise.all([foreignBuildSeen(deps, build), outsideSeen(deps, build)])),
    block: (workflowId) => deps.gateway.blocks.status(workflowId),
    fillBlock: (filled) => fillBlock(deps, filled),
  };
}

async function handle(deps: BotDeps, incoming: Incoming): Promise<Reply> {
  const parsed = parse(deps, incoming);
  switch (parsed.kind) {
    case 'nothing':
      return { kind: 'silence' };
    case 'not-understood':
      return { kind: 'not-understood', failure: parsed };
    case 'command':
      return answer(deps, incoming, parsed.command);
  }
}

function parse(deps: BotDeps, incoming: Incoming): Parsed {
  const parsed = parseCommand(incoming.text, grammarOf(deps.config, incoming.from));
  // Whoever installs a GitHub App chooses where: only repositories of the configuration are answered, and told anything at all.
  if (parsed.kind === 'nothing' || servicesInReach(deps.config, incoming.from)?.length !== 0) return parsed;
  deps.log.warn({ key: incoming.key }, 'a command from a repository without a service was ignored');
  return { kind: 'nothing' };
}

/** `once`: what is not repeated, whatever brings it about. */
async function say(deps: BotDeps, incoming: Incoming, reply: Reply, once?: string): Promise<Reply> {
  const { key, from } = incoming;
  logLater(() => deps.log.info({ key, surface: from.surface, reply: reply.kind }, 'command handled'));
  if (reply.kind !== 'silence') deps.metrics.command({ source: from.surface, outcome: reply.kind });
  if (from.surface === 'github') await sayOnGithub(deps, incoming, reply, once);
  return reply;
}

const SPEAKS_ELSEWHERE: ReadonlySet<Reply['kind']> = new Set<Reply['kind']>(['silence', 'started', 'receipt', 'recorded']);

/** Started requests speak by their card; acts by the receipt their workflow sends. Everything else is one reply, sent once however often the comment is delivered. */
async function sayOnGithub(deps: BotDeps, { from }: Incoming, reply: Reply, once?: string): Promise<void> {
  if (from.surface !== 'github' || SPEAKS_ELSEWHERE.has(reply.kind)) return;
  const context = plainContext(deps.now(), deps.config.slack.command);
  await deps.gateway.startReply({ to: from, ...answerMarkdown(from, reply, context), ...(once === undefined ? {} : { once }) });
}

/** A review that begins with a command is one; else, if it approves the code, its writer may have meant the deploy. */
async function reviewed(deps: BotDeps, { incoming, approvesCode }: SubmittedReview): Promise<Reply> {
  const reply = await handle(deps, incoming);
  if (reply.kind !== 'silence' || !approvesCode) return say(deps, incoming, reply);
  const missed = await missedApprovals(deps, incoming);
  const said = missed.map(({ status, once, several }) => say(deps, incoming, { kind: 'review-is-no-vote', status, several }, once));
  return (await Promise.all(said))[0] ?? reply;
}

async function actClicked(deps: BotDeps, click: Click): Promise<Reply> {
  const { key, by, at, from, act, contract, sha, reason } = click;
  if (isBlockId(click.deployId)) return clickOnBlock(deps, click);
  const common = { key, by, at, replyTo: from };
  if (isOutsideId(click.deployId)) return cancelOutside(deps, click.deployId, { ...common, reason });
  if (act === 'sign' || act === 'dispute') return reviewOn(deps, click.deployId, { act: 'castReview', input: { ...common, kind: act, reason } });
  const input =
    act === 'approve' || act === 'reject'
      ? ({ act: 'castVote', input: { ...common, kind: act, contract, sha, reason } } as const)
      : act === 'keep'
        ? ({ act, input: { ...common, contract, sha } } as const)
        : ({ act, input: { ...common, reason } } as const);
  const outcome = await actOn(deps, click.deployId, input);
  return outcome ?? tooLate(deps, click.deployId);
}

/** Every open request of the pull request is told. */
async function tellOpen(deps: BotDeps, { repo, pullRequest }: Omit<PushEvent, 'change'>, tell: (workflowId: string) => Promise<void>): Promise<void> {
  const where = { kind: 'pull-request', repository: repo.id, slug: repo.slug, number: pullRequest, environment: null } as const;
  const open = await deps.gateway.findOpen(where, false);
  await Promise.all(open.map(({ workflowId }) => tell(workflowId)));
}
