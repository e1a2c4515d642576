// One command on its way: parse, start or update, reply. Surfaces differ only in how the reply reaches the person.
import { parseCommand } from '../command/parse.ts';
import type { Reply } from '../render/reply.ts';
import { replyMarkdown } from '../render/reply-github.ts';
import { actOn, logLater, tooLate } from './act.ts';
import { answer } from './answer.ts';
import type { BotDeps } from './deps.ts';
import type { Click, FrontDoor, Incoming, PushEvent } from './front-door.ts';
import { grammarOf, servicesInReach } from './grammar.ts';

export function createBot(deps: BotDeps): FrontDoor {
  return {
    async command(incoming) {
      const reply = await handle(deps, incoming);
      logLater(() => deps.log.info({ key: incoming.key, surface: incoming.from.surface, reply: reply.kind }, 'command handled'));
      if (reply.kind !== 'silence') deps.metrics.command({ source: incoming.from.surface, outcome: reply.kind });
      if (incoming.from.surface === 'github') await sayOnGithub(deps, incoming, reply);
      return reply;
    },
    act: (click) => actClicked(deps, click),
    async details(deployId) {
      const status = await deps.gateway.deployStatus(deployId);
      return status === null ? { kind: 'refused', reasons: [{ code: 'unknown-request', named: deployId }] } : { kind: 'one-request', status };
    },
    pushed: (event) => pushed(deps, event),
    buildSeen: (build) => deps.gateway.buildSeen(build),
  };
}

async function handle(deps: BotDeps, incoming: Incoming): Promise<Reply> {
  const parsed = parseCommand(incoming.text, grammarOf(deps.config, incoming.from));
  // Whoever installs a GitHub App chooses where: only repositories of the configuration are answered, and told anything at all.
  if (parsed.kind !== 'nothing' && servicesInReach(deps.config, incoming.from)?.length === 0) {
    deps.log.warn({ key: incoming.key }, 'a command from a repository without a service was ignored');
    return { kind: 'silence' };
  }
  switch (parsed.kind) {
    case 'nothing':
      return { kind: 'silence' };
    case 'not-understood':
      return { kind: 'not-understood', failure: parsed };
    case 'command':
      return answer(deps, incoming, parsed.command);
  }
}

/** Started requests speak by their card; acts by the receipt their workflow sends. Everything else is one reply, sent once however often the comment is delivered. */
async function sayOnGithub(deps: BotDeps, incoming: Incoming, reply: Reply): Promise<void> {
  if (
    incoming.from.surface !== 'github' ||
    reply.kind === 'silence' ||
    reply.kind === 'started' ||
    reply.kind === 'receipt' ||
    reply.kind === 'recorded'
  )
    return;
  const context = {
    now: deps.now(),
    prefix: deps.config.slack.command,
    cards: { githubUrl: null, slackUrl: null },
    usualMs: null,
    temporalUrl: null,
  };
  await deps.gateway.startReply({ to: incoming.from, ...replyMarkdown(reply, context) });
}

async function actClicked(deps: BotDeps, click: Click): Promise<Reply> {
  const { key, by, at, from, act, contract, sha, reason } = click;
  const common = { key, by, at, replyTo: from };
  const input =
    act === 'approve' || act === 'reject'
      ? ({ act: 'castVote', input: { ...common, kind: act, contract, sha, reason } } as const)
      : ({ act, input: { ...common, reason } } as const);
  const outcome = await actOn(deps, click.deployId, input);
  return outcome ?? tooLate(deps, click.deployId);
}

async function pushed(deps: BotDeps, event: PushEvent): Promise<void> {
  const where = { kind: 'pull-request', repository: event.repo.id, number: event.pullRequest, environment: null } as const;
  const open = await deps.gateway.findOpen(where, false);
  await Promise.all(open.map((deploy) => deps.gateway.pushed(deploy.workflowId, event.change)));
}
