// Plays a story on the product's `deploy` workflow and on the model, side by side, and compares what each says. Where the workflow runs
// is somebody else's business: in this process, or on a Temporal server.
import { expect } from 'vitest';
import { commitSha, contractOf } from '../../src/ids.ts';
import type { Claim, CastVote, LateAct, Receipt } from '../../workflows/contract.ts';
import type { Contract } from '../../workflows/vocabulary.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { githubReply, slackReply } from '../support/deploy-examples.ts';
import type { ActOf, Seen, Story, Who } from './acts.ts';
import { accountOf, authorise, judge, makePlan, recheckAll, smallWorld, type SmallWorld } from './decisions.ts';
import * as model from './model.ts';
import type { Driver, Start } from './tiny-runtime.ts';

export interface Stage {
  /** When the request was made. */
  readonly at: number;
  readonly start: Start;
  /** Until it does not throw any more; at once where nothing takes time. */
  readonly eventually: (check: () => Promise<void>) => Promise<void>;
  /** The workflow has closed: whoever comes now is late. */
  readonly isClosed: (error: unknown) => boolean;
}

interface Player {
  readonly stage: Stage;
  readonly world: SmallWorld;
  readonly driver: Driver;
  readonly model: model.Model;
  /** By key: what was delivered, and its receipt. */
  readonly delivered: { readonly act: LateAct; readonly expected: model.Answer }[];
  readonly receipts: { readonly key: string; readonly receipt: Receipt }[];
  /** Re-checks that wait for an answer. */
  readonly held: (() => void)[];
  /** Answers of claims. */
  readonly claims: { readonly turn: number; answer: model.Answer | null; expected: model.Answer | null }[];
  goes: number;
  contract: Contract | null;
}

export async function play(story: Story, stage: Stage): Promise<model.Model> {
  const player = await open(story, stage);
  let batch: (() => Promise<void>)[] = [];
  for (const [at, { act, joined }] of story.steps.entries()) {
    if (batch.length === 0) await getReady(player);
    batch.push(perform(player, act));
    const next = story.steps[at + 1]?.act.kind;
    if (joined && JOINABLE.has(act.kind) && next !== undefined && JOINABLE.has(next)) continue;
    if (act.kind === 'pass') await player.driver.pass(act.minutes * 60_000);
    await player.driver.settle();
    answerClaims(player, model.interrupted(player.model));
    await adoptLost(player);
    model.settle(player.model);
    for (const check of batch) await check();
    batch = [];
    if (isLooking(player)) await stage.eventually(async () => expect(player.held).not.toHaveLength(0));
    await stage.eventually(() => compare(player));
  }
  return player.model;
}

/** What the next acts stand on: the card as people see it. */
async function getReady(player: Player): Promise<void> {
  const { plan } = (await player.driver.query('status')) as DeployStatus;
  player.contract = plan?.contract ?? null;
}

/** Everything is being read again. */
const isLooking = ({ model: { check } }: Player): boolean => check?.readAgainAt === null;

const JOINABLE: ReadonlySet<ActOf['kind']> = new Set(['approve', 'reject', 'withdraw', 'cancel', 'again'] as const);

async function open(story: Story, stage: Stage): Promise<Player> {
  const world = smallWorld(story);
  const receipts: Player['receipts'] = [];
  const held: Player['held'] = [];
  const driver = await stage.start({
    makePlan: (asked: Parameters<typeof makePlan>[2]) => ({ kind: 'planned', plan: makePlan(story, world, asked) }),
    judgeVote: (asked: Parameters<typeof judge>[1]) => judge(world, asked),
    authorise: (asked: Parameters<typeof authorise>[1]) => authorise(world, asked),
    recheck: (asked: Parameters<typeof recheckAll>[1]) => new Promise((resolve) => void held.push(() => resolve(recheckAll(world, asked)))),
    joinQueue: () => ({ kind: 'queued', position: 1, ahead: null }),
    readLogTail: () => null,
    postSlackCard: () => ({ channel: 'C1', ts: '1' }),
    postGithubCard: () => ({ comment: 1 }),
    announce: () => null,
    tellRequester: () => undefined,
    sendReceipt: ({ receipt, to }: { readonly receipt: Receipt; readonly to: { readonly comment?: number; readonly channel?: string } }) => {
      receipts.push({ key: to.channel ?? String(to.comment), receipt });
    },
  });
  await driver.settle();
  await stage.eventually(async () => expect(((await driver.query('status')) as DeployStatus).plan).not.toBeNull());
  return { stage, world, driver, model: model.modelOf(story), delivered: [], receipts, held, claims: [], goes: 0, contract: null };
}

/** Does it to both, and answers what is to be compared once everything has happened. */
function perform(player: Player, act: ActOf): () => Promise<void> {
  switch (act.kind) {
    case 'approve':
    case 'reject':
    case 'withdraw':
    case 'cancel':
      return deliver(player, act);
    case 'again':
      return deliverAgain(player, act);
    case 'claim':
      return askToStart(player, act.off);
    case 'recheck':
      return answerRecheck(player, act.says);
    default:
      return happen(player, act);
  }
}

type Given = Extract<ActOf, { kind: 'approve' | 'reject' | 'withdraw' | 'cancel' }>;

function deliver(player: Player, given: Given): () => Promise<void> {
  const act = lateActOf(player, given);
  const expected = expectedOf(player.model, given);
  player.delivered.push({ act, expected });
  return send(player, { act, expected, by: 'by' in given ? given.by : 'update' });
}

function deliverAgain(player: Player, { which, by }: Extract<ActOf, { kind: 'again' }>): () => Promise<void> {
  const known = player.delivered[which % Math.max(1, player.delivered.length)];
  return known === undefined ? async () => undefined : send(player, { ...known, by });
}

interface Sent {
  readonly act: LateAct;
  readonly expected: model.Answer;
  readonly by: 'update' | 'signal';
}

function send({ driver, stage, receipts, model: state }: Player, { act, expected, by }: Sent): () => Promise<void> {
  if (by === 'signal') {
    driver.signal('actArrived', act);
    // What comes next must not be judged first. Whoever comes after the end may find nobody there.
    const isAnswered = async (): Promise<void> => expect(state.over !== null || receipts.some(({ key }) => key === act.input.key)).toBe(true);
    return () => stage.eventually(isAnswered);
  }
  const answered = driver.update(act.act, act.input).then(
    (receipt) => answerOf(receipt as Receipt),
    (error: unknown) => {
      if (!stage.isClosed(error)) throw error;
      return null;
    },
  );
  return async () => {
    const answer = await answered;
    if (answer === null) expect(state.over).not.toBeNull();
    else expect(answer).toEqual(expected);
  };
}

function expectedOf(state: model.Model, act: Given): model.Answer {
  switch (act.kind) {
    case 'approve':
      return model.approve(state, act);
    case 'reject':
      return model.reject(state, act);
    case 'withdraw':
      return model.withdraw(state, act.who);
    case 'cancel':
      return model.cancel(state, act.who);
  }
}

function lateActOf(player: Player, given: Given): LateAct {
  const key = `act-${player.delivered.length}`;
  const surface = given.kind === 'approve' ? given.on : 'slack';
  const common = {
    key,
    by: accountOf(given.who, surface),
    at: player.driver.now(),
    replyTo: surface === 'slack' ? { ...slackReply('ann'), channel: key } : { ...githubReply(1), comment: player.delivered.length, channel: key },
    reason: given.kind === 'reject' ? given.reason : null,
  };
  if (given.kind === 'withdraw' || given.kind === 'cancel') return { act: given.kind, input: common };
  return { act: 'castVote', input: { ...common, kind: given.kind, ...seenOf(player, given.seen) } };
}

function seenOf({ driver, stage, contract, model: state }: Player, seen: Seen): Pick<CastVote, 'contract' | 'sha' | 'at'> {
  const at = driver.now();
  if (seen === 'now') return { contract, sha: null, at };
  if (seen === 'old') return { contract: contractOf({ revision: state.revision - 1, other: true }), sha: null, at };
  // One second before the plan that is there now was made.
  return seen === 'none' ? { contract: null, sha: null, at } : { contract: null, sha: null, at: stage.at - 1_000 };
}

function askToStart(player: Player, off: number): () => Promise<void> {
  const turn = player.model.turn + off;
  // While one claim is judged the next one waits for its answer.
  const isFirst = player.claims.every(({ expected }) => expected !== null);
  const claim: Player['claims'][number] = { turn, answer: null, expected: isFirst ? model.claim(player.model, turn) : null };
  player.claims.push(claim);
  const answered = player.driver.update('claimStart', { turn, run: `run-${player.claims.length}` }) as Promise<Claim>;
  void answered.then(
    (answer) => {
      claim.answer = claimAnswer(answer);
      if (answer.kind === 'go' && !answer.again) player.goes += 1;
    },
    (error: unknown) => {
      if (player.stage.isClosed(error)) claim.answer = model.noStart('ended');
    },
  );
  return async () => undefined;
}

function answerRecheck(player: Player, says: 'what-is-true' | 'gates' | 'unknown'): () => Promise<void> {
  player.world.gates = says === 'gates' ? 'fail' : says === 'unknown' ? 'unknown' : 'pass';
  const answer = player.held.shift();
  if (answer === undefined) return async () => undefined;
  answerClaims(player, model.recheck(player.model, says));
  answer();
  return async () => undefined;
}

/** The claim that was judged, and those that waited for it. */
function answerClaims({ claims, model: state }: Player, answer: model.Answer | null): void {
  if (answer === null) return;
  for (const [at, claim] of claims.filter(({ expected }) => expected === null).entries()) {
    claim.expected = at === 0 ? answer : model.claim(state, claim.turn);
    // This one is judged now, and the next ones wait for it.
    if (claim.expected === null) return;
  }
}

function happen({ driver, world, model: state }: Player, act: Exclude<ActOf, Given | { kind: 'again' | 'claim' | 'recheck' }>): () => Promise<void> {
  switch (act.kind) {
    case 'pass':
      model.pass(state, act.minutes);
      break;
    case 'push':
      driver.signal('headChanged', pushBy(act.who, driver.now()));
      model.push(state, act.who);
      break;
    case 'leave':
    case 'join':
      for (const groups of [world.groups, state.groups]) {
        const others = groups[act.group].filter((who) => who !== act.who);
        groups[act.group] = act.kind === 'join' && act.who !== 'sly' ? [...others, act.who] : others;
      }
      break;
    case 'deactivate':
    case 'reactivate':
      for (const set of [world.inactive, state.inactive]) change(set, act.who, act.kind === 'deactivate');
      break;
    case 'unread':
    case 'read':
      for (const set of [world.unread, state.unread]) change(set, act.who, act.kind === 'unread');
      break;
    case 'build':
      // Nobody tells of a build before there is one.
      if (state.go) driver.signal('buildReported', { turn: state.turn, report: reportOf(act.news) });
      model.build(state, act.news);
      break;
  }
  return async () => undefined;
}

function change(set: Set<Who>, who: Who, isIn: boolean): void {
  if (isIn) set.add(who);
  else set.delete(who);
}

let pushes = 0;

function pushBy(who: Who, at: number): object {
  pushes += 1;
  return { sha: commitSha(`f${String(pushes)}`.padEnd(40, '0')), before: null, by: accountOf(who, 'github'), at };
}

const BUILD = { uuid: 'u', number: 1, pipeline: 'api-deploy', state: 'running', blocked: false, url: 'https://b', steps: [] };

function reportOf(news: Extract<ActOf, { kind: 'build' }>['news']): object {
  if (news === 'never-built') return { kind: 'never-built' };
  return news === 'progress' ? { kind: 'progress', build: BUILD } : { kind: 'ended', how: news, build: BUILD };
}

function answerOf(receipt: Receipt): model.Answer {
  switch (receipt.kind) {
    case 'counted':
      return { kind: 'counted', have: receipt.have, need: receipt.need, last: receipt.last };
    case 'withdrawn':
      return { kind: 'withdrawn', have: receipt.have, need: receipt.need };
    case 'refused':
      return { kind: 'refused', why: receipt.reasons.map(({ code }) => code).sort() };
    default:
      return { kind: receipt.kind };
  }
}

function claimAnswer(claim: Claim): model.Answer {
  if (claim.kind === 'no') return model.noStart(claim.reason);
  return { kind: claim.again ? 'go again' : 'go' };
}

async function adoptLost({ driver, stage, model: state }: Player): Promise<void> {
  if (state.mayBeVoid.length === 0 || state.moved) return;
  await stage.eventually(async () => expect(phaseOf((await driver.query('status')) as DeployStatus)).toBe(model.phaseOf(state)));
  const { votes } = (await driver.query('status')) as DeployStatus;
  const left = votes.map(({ by }) => by.name as Who);
  expect(model.adopt(state, left)).toBe(true);
}

/** What everybody can see agrees, and the invariants hold. */
async function compare(player: Player): Promise<void> {
  const { driver, model: state, receipts, delivered } = player;
  const status = (await driver.query('status')) as DeployStatus;
  expect(phaseOf(status)).toBe(model.phaseOf(state));
  expect(status.votes.filter(({ kind }) => kind === 'approve').map(({ by }) => by.name)).toEqual(state.votes);
  if (state.over === null) expect({ have: status.tally?.have, need: status.tally?.need }).toEqual(state.score);
  expect(status.plan?.revision).toBe(state.revision);
  expect(player.goes).toBe(state.builds);
  for (const { answer, expected } of player.claims) expect(answer).toEqual(expected);
  for (const { key, receipt } of receipts) expect(answerOf(receipt)).toEqual(delivered.find(({ act }) => act.input.key === key)?.expected);
  expect(new Set(receipts.map(({ key }) => key)).size).toBe(receipts.length);
}

function phaseOf({ phase }: DeployStatus): string {
  switch (phase.kind) {
    case 'queued':
    case 'checking':
      return 'approved';
    case 'starting':
    case 'building':
    case 'blocked':
      return 'go';
    default:
      return phase.kind;
  }
}
