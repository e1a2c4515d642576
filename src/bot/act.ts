// Votes, withdrawals and cancellations: which request is meant, and what became of the act.
import type { ActKind } from '../../workflows/activities.ts';
import { isBlockId, type LateBlockAct } from '../../workflows/block-contract.ts';
import type { LateAct } from '../../workflows/contract.ts';
import type { LateReview } from '../../workflows/review-contract.ts';
import type { DeployPhase, DeployStatus } from '../../workflows/status.ts';
import type { DeployCode, ReplyTo } from '../../workflows/vocabulary.ts';
import type { Which } from '../command/command.ts';
import { deployCode } from '../ids.ts';
import { isFinal } from '../render/phase.ts';
import type { Reply } from '../render/reply.ts';
import type { FoundDeploy } from '../temporal/find-deploys.ts';
import type { BotDeps } from './deps.ts';
import type { Incoming } from './front-door.ts';
import { servicesHere, servicesInReach } from './grammar.ts';

/** The request that is meant, or why it can't be told. */
export type Meant = { readonly kind: 'found'; readonly deploy: FoundDeploy } | { readonly kind: 'reply'; readonly reply: Reply };

export async function findMeant(deps: BotDeps, incoming: Incoming, which: Which): Promise<Meant> {
  if (which.by === 'code') {
    const deploy = await findByCode(deps, incoming.from, which.code);
    return deploy === null ? refuse({ code: 'unknown-request', named: which.code }) : { kind: 'found', deploy };
  }
  const { from } = incoming;
  const environment = which.by === 'environment' ? which.environment : null;
  const where =
    from.surface === 'github'
      ? ({ kind: 'pull-request', repository: from.repo.id, slug: from.repo.slug, number: from.issue, environment } as const)
      : ({ kind: 'services', services: servicesHere(deps.config, from).map(({ name }) => name) } as const);
  const open = await stillOpen(deps, await deps.gateway.findOpen(where, true));
  const [only] = open;
  if (only === undefined) return refuse({ code: 'no-open-request', where: from.surface === 'github' ? `#${from.issue}` : 'this channel' });
  if (open.length > 1) return refuse({ code: 'several-open-requests', codes: open.map(({ code }) => code) });
  return { kind: 'found', deploy: only };
}

/** The request with this code, as far as it may be named from here; null: there is none. */
export function findByCode({ config, gateway }: BotDeps, from: ReplyTo, code: DeployCode): Promise<FoundDeploy | null> {
  return gateway.findByCode(code, servicesInReach(config, from)?.map(({ name }) => name) ?? null);
}

/** The same, of requests alone: a block step has a code, too. */
export async function findRequest(deps: BotDeps, from: ReplyTo, code: DeployCode): Promise<FoundDeploy | null> {
  const found = await findByCode(deps, from, code);
  return found === null || isBlockId(found.workflowId) ? null : found;
}

/** Lists lag behind: where several are found, those that have ended or were only plans are none to choose from. */
async function stillOpen({ gateway }: BotDeps, found: readonly FoundDeploy[]): Promise<readonly FoundDeploy[]> {
  if (found.length < 2) return found;
  const statuses = await Promise.all(found.map(({ workflowId }) => gateway.deployStatus(workflowId)));
  return found.filter((_, i) => {
    const status = statuses[i];
    return status !== null && status !== undefined && !isFinal(status.phase) && !status.request.dryRun;
  });
}

/** The reply to an act; null: the request is over (or was never there). */
export async function actOn(deps: BotDeps, deployId: string, late: LateAct | LateReview | LateBlockAct): Promise<Reply | null> {
  const name = nameOf(late);
  const outcome = await deps.gateway.act(deployId, late);
  const judged = outcome.kind === 'receipt' ? outcome.receipt.kind : outcome.kind;
  logLater(() => deps.log.info({ deployId, act: name, outcome: judged }, 'act handled'));
  deps.metrics.vote({ source: late.input.by.surface, act: name, outcome: judged });
  switch (outcome.kind) {
    case 'receipt':
      return { kind: 'receipt', act: name, receipt: outcome.receipt };
    case 'recorded':
      return { kind: 'recorded', act: name };
    case 'over':
      return null;
  }
}

function nameOf(late: LateAct | LateReview | LateBlockAct): ActKind {
  if (late.act === 'withdrawBlockVote') return 'withdraw';
  return late.act === 'castVote' || late.act === 'castReview' || late.act === 'castBlockVote' ? late.input.kind : late.act;
}

/** When the answer has left: a line is written synchronously, and a person waits. */
export function logLater(write: () => void): void {
  setImmediate(write);
}

/** Says how the request ended, when, and how to ask again. */
export async function tooLate(deps: BotDeps, deployId: string): Promise<Reply> {
  const status = await deps.gateway.deployStatus(deployId);
  if (status === null) return { kind: 'refused', reasons: [{ code: 'unknown-request', named: deployCode(deployId) }] };
  const { service, environment } = status.request;
  return { kind: 'refused', reasons: [{ code: 'too-late', ended: endedAs(status), at: endedAt(status.phase), service, environment }] };
}

function endedAs(status: DeployStatus): string {
  return status.phase.kind === 'ended-badly' ? status.phase.how : status.phase.kind;
}

function endedAt(phase: DeployPhase): number | null {
  return 'at' in phase ? phase.at : null;
}

function refuse(reason: Extract<Reply, { kind: 'refused' }>['reasons'][number]): Meant {
  return { kind: 'reply', reply: { kind: 'refused', reasons: [reason] } };
}
