// A command becomes a started request, an act, or something read.
import { isBlockId } from '../../workflows/block-contract.ts';
import type { Act, LateAct } from '../../workflows/contract.ts';
import type { ActReason } from '../../workflows/reasons.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { RefWish, ReplyTo } from '../../workflows/vocabulary.ts';
import type { Command } from '../command/command.ts';
import { findService, placeOf, policyOf, servicesOf, type Service } from '../config/config.ts';
import { deployCode } from '../ids.ts';
import { isFinal } from '../render/phase.ts';
import type { Reply } from '../render/reply.ts';
import { assertNever } from '../trouble.ts';
import { delegate, link } from './about-people.ts';
import { actOn, findByCode, findMeant, findRequest, tooLate } from './act.ts';
import { actOnBlock, openBlockOf, showBlock } from './block.ts';
import type { BotDeps } from './deps.ts';
import { inEachZone } from './each-zone.ts';
import type { Incoming } from './front-door.ts';
import { readPlaces } from './live.ts';
import { newestFirst, readOpenRequests, readOwedReviews } from './open-requests.ts';
import { review } from './review.ts';
import { servicesHere, servicesInReach } from './grammar.ts';

export function answer(deps: BotDeps, incoming: Incoming, command: Command): Promise<Reply> {
  switch (command.kind) {
    case 'deploy':
      return deploy(deps, incoming, command);
    case 'emergency':
      return emergency(deps, incoming, command);
    case 'review':
      return review(deps, incoming, command);
    case 'history':
      return showHistory(deps, incoming, command);
    case 'retry':
      return retry(deps, incoming, command);
    case 'vote':
    case 'withdraw':
    case 'cancel':
    case 'extend':
    case 'keep':
      return act(deps, incoming, command);
    case 'status':
      return showStatus(deps, incoming, command);
    case 'why':
      return explain(deps, incoming, command);
    case 'what':
      return showLive(deps, incoming, command);
    case 'link':
      return link(deps, incoming, command);
    case 'delegate':
      return delegate(deps, incoming, command);
    case 'help':
      return help(deps, incoming, command);
    default:
      return assertNever(command);
  }
}

async function deploy(deps: BotDeps, incoming: Incoming, command: Extract<Command, { kind: 'deploy' }>): Promise<Reply> {
  const place = choosePlace(deps, incoming.from, command);
  if ('reply' in place) return place.reply;
  const { ref, parameters, mode } = command;
  return start(deps, incoming, { ...place, ref, parameters, dryRun: mode === 'plan', retryOf: null });
}

/** Whether this person may, the plan says: it is told like every other gate. */
async function emergency(deps: BotDeps, incoming: Incoming, command: Extract<Command, { kind: 'emergency' }>): Promise<Reply> {
  const place = choosePlace(deps, incoming.from, command);
  if ('reply' in place) return place.reply;
  const { ref, parameters, reason } = command;
  return start(deps, incoming, { ...place, ref, parameters, dryRun: false, retryOf: null, emergency: { reason } });
}

interface Wanted {
  readonly service: string | null;
  readonly environment: string;
}

function choosePlace(
  deps: BotDeps,
  from: ReplyTo,
  wanted: Wanted,
): { readonly service: string; readonly environment: string } | { readonly reply: Reply } {
  const service = chooseService(deps, from, wanted.service);
  if ('reply' in service) return service;
  const { environment } = wanted;
  if (service.order.includes(environment)) return { service: service.name, environment };
  return { reply: { kind: 'refused', reasons: [{ code: 'unknown-environment', service: service.name, environment, known: service.order }] } };
}

export type Wish = Pick<DeployStatus['request'], 'service' | 'environment' | 'ref' | 'parameters' | 'dryRun' | 'retryOf' | 'emergency'>;

/** Starts the request that this event asks for; the same event again starts nothing. */
export async function start(deps: BotDeps, incoming: Omit<Incoming, 'text'>, wish: Wish): Promise<Reply> {
  const code = deployCode(incoming.key);
  await deps.gateway.startDeploy(incoming.key, { ...wish, code, requester: incoming.by, origin: incoming.from, askedAt: incoming.at });
  const { service, environment, dryRun, emergency: urgent } = wish;
  const channel = policyOf(deps.config, service, environment)?.slack.channel ?? null;
  return { kind: 'started', code, service, environment, dryRun, channel, ...(urgent === undefined ? {} : { emergency: true }) };
}

function chooseService(deps: BotDeps, from: ReplyTo, name: string | null): Service | { readonly reply: Reply } {
  const refuse = (reason: Extract<Reply, { kind: 'refused' }>['reasons'][number]): { reply: Reply } => ({
    reply: { kind: 'refused', reasons: [reason] },
  });
  const known = (servicesInReach(deps.config, from) ?? deps.config.services).map((service) => service.name);
  if (name === null) {
    const here = from.surface === 'github' ? servicesOf(deps.config, from.repo.slug) : [];
    const [only] = here;
    return only !== undefined && here.length === 1
      ? only
      : refuse({ code: 'service-needed', known: here.length > 0 ? here.map((service) => service.name) : known });
  }
  const service = findService(deps.config, name);
  if (service === null) return refuse({ code: 'unknown-service', service: name, known });
  if (from.surface === 'github' && from.repo.slug.toLowerCase() !== service.repo.toLowerCase()) {
    return refuse({ code: 'wrong-repository', service: service.name, expected: service.repo, found: from.repo.slug });
  }
  return service;
}

/** A new request that names the old one: the same ref, resolved anew; a fresh plan, fresh votes. What only asked what would happen starts nothing this time either. */
async function retry(deps: BotDeps, incoming: Incoming, { code }: Extract<Command, { kind: 'retry' }>): Promise<Reply> {
  const refuse = (reason: ActReason): Reply => ({ kind: 'refused', reasons: [reason] });
  const found = await findRequest(deps, incoming.from, code);
  const old = found === null ? null : await deps.gateway.deployStatus(found.workflowId);
  if (found === null || old === null) return refuse({ code: 'unknown-request', named: code });
  // Not `found.open`: the list lags behind, and the last word is out before the workflow closes.
  if (!isFinal(old.phase)) return refuse({ code: 'not-retryable', other: code, why: 'still-open' });
  if (old.phase.kind === 'succeeded') return refuse({ code: 'not-retryable', other: code, why: 'succeeded' });
  const { service, environment, parameters, dryRun } = old.request;
  const place = chooseService(deps, incoming.from, service);
  if ('reply' in place) return place.reply;
  const ref = refAgain(old, incoming.from);
  if (ref === null) return refuse({ code: 'retry-elsewhere', other: code, service, environment });
  return start(deps, incoming, { service, environment, parameters, ref, dryRun, retryOf: { workflowId: found.workflowId, code } });
}

/** `head` means something else elsewhere: there a planned request is retried by the name its ref had. null: it never had one. */
function refAgain({ plan, request }: DeployStatus, from: ReplyTo): RefWish | null {
  if (request.ref.kind === 'head' && isSamePlace(request.origin, from)) return request.ref;
  if (plan === null) return request.ref.kind === 'head' ? null : request.ref;
  return { kind: 'named', name: plan.ref.kind === 'commit' ? plan.sha : plan.ref.name };
}

/** Where `head` is the head of the same: of one pull request, or of the default branch. */
function isSamePlace(one: ReplyTo, other: ReplyTo): boolean {
  if (one.surface === 'slack' || other.surface === 'slack') return one.surface === other.surface;
  return one.repo.id === other.repo.id && one.issue === other.issue;
}

async function act(
  deps: BotDeps,
  incoming: Incoming,
  command: Extract<Command, { kind: 'vote' | 'withdraw' | 'cancel' | 'extend' | 'keep' }>,
): Promise<Reply> {
  const meant = await findMeant(deps, incoming, command.which);
  if (meant.kind === 'reply') return meant.reply;
  const { key, by, at, from } = incoming;
  // A review names the commit that it looked at.
  const seen = from.surface === 'github' && from.written?.kind === 'review' ? from.written.sha : null;
  const { workflowId } = meant.deploy;
  const common = { key, by, at, replyTo: from };
  if (isBlockId(workflowId)) return actOnBlock(deps, workflowId, common, command);
  // Of a build that waits at a step, a vote is for that step: the deploy itself has been approved.
  const step = command.kind === 'vote' || command.kind === 'withdraw' ? await openBlockOf(deps, meant.deploy) : null;
  if (step !== null) return actOnBlock(deps, step, common, command);
  const late = toAct(common, command, seen);
  return (await actOn(deps, workflowId, late)) ?? tooLate(deps, workflowId);
}

function toAct(common: Act, command: Extract<Command, { kind: 'vote' | 'withdraw' | 'cancel' | 'extend' | 'keep' }>, seen: string | null): LateAct {
  if (command.kind === 'extend') return { act: 'extend', input: { ...common, byMs: command.byMs } };
  if (command.kind === 'keep') return { act: 'keep', input: { ...common, contract: null, sha: seen } };
  const { reason } = command;
  if (command.kind !== 'vote') return { act: command.kind, input: { ...common, reason } };
  return { act: 'castVote', input: { ...common, reason, kind: command.vote, contract: null, sha: seen } };
}

async function showStatus(deps: BotDeps, incoming: Incoming, { code }: Extract<Command, { kind: 'status' }>): Promise<Reply> {
  if (code !== null) {
    const found = await findByCode(deps, incoming.from, code);
    if (found !== null && isBlockId(found.workflowId)) return showBlock(deps, found.workflowId);
    const status = found === null ? null : await deps.gateway.deployStatus(found.workflowId);
    return status === null ? { kind: 'refused', reasons: [{ code: 'unknown-request', named: code }] } : { kind: 'one-request', status };
  }
  const { from } = incoming;
  const services = servicesHere(deps.config, from).map(({ name }) => name);
  const { answers, unread } = await inEachZone(deps, services, async (zone) => {
    const [requests, reviews] = await Promise.all([readOpenRequests(zone.gateway, zone.services), readOwedReviews(zone.gateway, zone.services)]);
    const isPartial = requests.isPartial || reviews.isPartial;
    return { value: { requests: requests.read, reviews: reviews.read, isPartial }, others: requests.others + reviews.others };
  });
  return {
    kind: 'open-requests',
    where: from.surface === 'github' ? from.repo.slug : 'this channel',
    requests: newestFirst(answers.flatMap(({ requests }) => requests)),
    reviews: answers.flatMap(({ reviews }) => reviews),
    isPartial: answers.some(({ isPartial }) => isPartial),
    unread,
  };
}

/** A request that is not found may have ended so long ago that nothing of it is kept: then the answer says for how long it would have been. */
async function explain(deps: BotDeps, incoming: Incoming, { code }: Extract<Command, { kind: 'why' }>): Promise<Reply> {
  const found = await findRequest(deps, incoming.from, code);
  const status = found === null ? null : await deps.gateway.deployStatus(found.workflowId);
  if (status !== null) return { kind: 'why', status };
  return { kind: 'refused', reasons: [{ code: 'unknown-request', named: code, keptMs: await deps.gateway.keptMs() }] };
}

async function showLive(deps: BotDeps, incoming: Incoming, command: Extract<Command, { kind: 'what' }>): Promise<Reply> {
  const asked = command.service === null ? null : chooseService(deps, incoming.from, command.service);
  if (asked !== null && 'reply' in asked) return asked.reply;
  const services = asked === null ? servicesHere(deps.config, incoming.from) : [asked];
  const policies = services.flatMap((service) => service.order.flatMap((name) => service.environments[name] ?? []));
  const wanted = policies.filter((policy) => command.environment === null || policy.environment === command.environment);
  return { kind: 'what-is-live', environments: await readPlaces(deps, wanted) };
}

async function showHistory(deps: BotDeps, incoming: Incoming, command: Extract<Command, { kind: 'history' }>): Promise<Reply> {
  const place = choosePlace(deps, incoming.from, command);
  if ('reply' in place) return place.reply;
  const policy = policyOf(deps.config, place.service, place.environment);
  const state = policy === null ? null : await deps.gateway.environmentState(placeOf(deps.config, policy), false);
  return { kind: 'history', ...place, state };
}

async function help(deps: BotDeps, incoming: Incoming, { topic }: Extract<Command, { kind: 'help' }>): Promise<Reply> {
  const services = servicesHere(deps.config, incoming.from).map(({ name, order }) => ({ name, environments: order }));
  return { kind: 'help', topic, surface: incoming.from.surface, services };
}
