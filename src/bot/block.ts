// Block steps of builds: approved, rejected, shown.
import type { BlockStatus, LateBlockAct } from '../../workflows/block-contract.ts';
import type { ActReason } from '../../workflows/reasons.ts';
import type { Act } from '../../workflows/contract.ts';
import type { Command } from '../command/command.ts';
import { findPipeline } from '../config/config.ts';
import { deployCode } from '../ids.ts';
import { checkFields } from '../policy/block-fields.ts';
import { readBlockForm } from '../render/block-form.ts';
import { toWords } from '../render/inline.ts';
import { BLOCK_REASONS } from '../render/reasons-block.ts';
import type { Reply } from '../render/reply.ts';
import type { FoundDeploy } from '../temporal/find-deploys.ts';
import { actOn } from './act.ts';
import type { BotDeps } from './deps.ts';
import type { Click, FillAnswer, FilledBlock, ForeignBuild } from './front-door.ts';

type ActCommand = Extract<Command, { kind: 'vote' | 'withdraw' | 'cancel' | 'extend' | 'keep' }>;

/** An act in words on a step. It approves the fields as they stand: the form is in Slack. */
export function actOnBlock(deps: BotDeps, workflowId: string, common: Act, command: ActCommand): Promise<Reply> {
  if (command.kind === 'vote') {
    const { vote: kind, reason } = command;
    return act(deps, workflowId, { act: 'castBlockVote', input: { ...common, kind, contract: null, fields: null, reason } });
  }
  if (command.kind === 'withdraw') return act(deps, workflowId, { act: 'withdrawBlockVote', input: { ...common, reason: command.reason } });
  return Promise.resolve(refuse({ code: 'only-a-step' }));
}

export function clickOnBlock(deps: BotDeps, { key, by, at, from, ...click }: Click): Promise<Reply> {
  const { act: kind, contract, reason, fields = null } = click;
  if (kind !== 'approve' && kind !== 'reject') return Promise.resolve(refuse({ code: 'only-a-step' }));
  const input = { key, by, at, replyTo: from, kind, contract, fields, reason };
  return act(deps, click.deployId, { act: 'castBlockVote', input });
}

/** The approval that the build of this request waits for; null: it waits for none, or that is left to Buildkite. */
export async function openBlockOf(deps: BotDeps, { blockedBuild }: FoundDeploy): Promise<string | null> {
  return blockedBuild === undefined ? null : deps.gateway.blocks.findOpen(blockedBuild);
}

/** A field that is not answered well is said there; everything else is judged where every approval is. */
export async function fillBlock(deps: BotDeps, { click, state }: FilledBlock): Promise<FillAnswer> {
  const block = await deps.gateway.blocks.status(click.deployId);
  if (block === null) return { kind: 'answered', reply: refuse({ code: 'not-planned-yet' }) };
  const { fields } = block.plan;
  const given = readBlockForm(block.plan, state);
  const hints = { prefix: deps.config.slack.command, surface: 'slack', again: null, act: null, code: null } as const;
  const remarks = fields.flatMap((field) =>
    checkFields([field], given).reasons.map((reason) => [field.key, toWords(BLOCK_REASONS['bad-field'](reason, hints).said, deps.now())] as const),
  );
  if (remarks.length > 0) return { kind: 'problems', remarks: Object.fromEntries(remarks) };
  return { kind: 'answered', reply: await clickOnBlock(deps, { ...click, fields: given }) };
}

/** A build that names a request has its approval from there. */
export async function foreignBuildSeen(deps: BotDeps, { organization, pipeline, number, uuid, claim, waits }: ForeignBuild): Promise<void> {
  if (claim !== null || findPipeline(deps.config, organization, pipeline)?.blocks == null) return;
  await deps.gateway.blocks.seen({ build: { organization, pipeline, number, uuid }, waits });
}

export async function showBlock(deps: BotDeps, workflowId: string): Promise<Reply> {
  const block = await deps.gateway.blocks.status(workflowId);
  return block === null ? refuse({ code: 'not-planned-yet' }) : { kind: 'one-block', block };
}

async function act(deps: BotDeps, workflowId: string, late: LateBlockAct): Promise<Reply> {
  const reply = await actOn(deps, workflowId, late);
  if (reply !== null) return reply;
  const block = await deps.gateway.blocks.status(workflowId);
  return refuse((block === null ? null : whyOver(block)) ?? { code: 'unknown-request', named: deployCode(workflowId) });
}

/** null: it was ended from outside, before anybody decided. */
function whyOver({ phase, build }: BlockStatus): ActReason | null {
  if (phase.kind === 'waiting' || phase.kind === 'unblocking') return null;
  const by = 'by' in phase ? phase.by : null;
  return { code: 'step-over', how: phase.kind, by: typeof by === 'string' ? by : (by?.name ?? null), at: phase.at, build: build.number };
}

const refuse = (reason: ActReason): Reply => ({ kind: 'refused', reasons: [reason] });
