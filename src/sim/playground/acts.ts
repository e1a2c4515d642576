// What people do on the page, and how it reaches the platforms: through the simulators' drivers, which sign and deliver it like the real ones.
import type { Delivery } from '../github/webhooks.ts';
import type { DeliveryProblem } from '../slack/delivery.ts';
import type { Delivered } from '../slack/people.ts';
import { isRecord } from '../slack/world.ts';
import { buildkiteUser, PEOPLE, PIPELINE, REPOSITORY, type PersonName, type World } from '../world.ts';
import { BRANCH, pushWithGreenChecks } from './commits.ts';
import type { Toggle, Troubles } from './troubles.ts';

export type Act =
  | { readonly do: 'slash'; readonly channel: string; readonly text: string }
  | { readonly do: 'click'; readonly ts: string; readonly action: string }
  /** A button of a modal or of the home tab: the `nth` of those with this action id. */
  | { readonly do: 'press'; readonly view: string; readonly action: string; readonly nth: string }
  /** Another option is chosen in a modal. */
  | { readonly do: 'fill'; readonly view: string; readonly action: string; readonly value: string }
  | { readonly do: 'home' }
  | { readonly do: 'submit'; readonly view: string; readonly values: Readonly<Record<string, string>> }
  | { readonly do: 'dismiss'; readonly view: string }
  | { readonly do: 'comment'; readonly text: string }
  /** `state`: `APPROVED` or `COMMENTED`. */
  | { readonly do: 'review'; readonly text: string; readonly state: string }
  | { readonly do: 'push' }
  | { readonly do: 'check'; readonly name: string; readonly result: 'success' | 'failure' }
  | { readonly do: 'toggle'; readonly what: Toggle }
  | { readonly do: 'unblock'; readonly build: string }
  | { readonly do: 'cancel-build'; readonly build: string }
  | { readonly do: 'build-by-hand' }
  | { readonly do: 'use-up-quota' }
  | { readonly do: 'restart' };

/** What the page tells the person at once; null when what happened shows by itself. `errors`: block id → remark at the field of a modal. */
export interface Told {
  readonly told: string | null;
  readonly errors: Readonly<Record<string, string>>;
}

export interface Stage {
  readonly world: World;
  readonly troubles: Troubles;
}

const NOTHING: Told = { told: null, errors: {} };
const say = (told: string): Told => ({ told, errors: {} });

/** Does it as this person. */
export async function perform({ world, troubles }: Stage, who: PersonName, act: Act): Promise<Told> {
  const person = PEOPLE[who];
  switch (act.do) {
    case 'slash':
      return slash(world, person.slack, act);
    case 'click':
      return heard(await world.slack.click(person.slack, act.ts, act.action));
    case 'press':
      return heard(await world.slack.clickInView(person.slack, act.view, act.action, Number(act.nth)));
    case 'fill':
      return heard(await world.slack.fill(person.slack, act.view, act.action, act.value));
    case 'home':
      return heard(await world.slack.openHome(person.slack));
    case 'submit':
      return heard(await world.slack.submit(person.slack, act.view, act.values));
    case 'dismiss':
      world.slack.dismiss(person.slack, act.view);
      return NOTHING;
    case 'comment':
      return person.github === null ? noAccount(person.name) : comment(world, person.github.login, act.text);
    case 'review':
      return person.github === null ? noAccount(person.name) : review(world, person.github.login, act);
    case 'push': {
      if (person.github === null) return noAccount(person.name);
      const sha = await pushWithGreenChecks(world, person.github.login);
      return say(`${person.name} pushed ${sha.slice(0, 7)}; its checks are green.`);
    }
    case 'check':
      world.github.setCheck(REPOSITORY, headOf(world), { name: act.name, result: act.result });
      return NOTHING;
    case 'toggle':
      troubles.toggle(act.what);
      return NOTHING;
    case 'unblock':
      world.buildkite.unblock(PIPELINE, Number(act.build), { by: buildkiteUser(person.name) });
      return NOTHING;
    case 'cancel-build':
      world.buildkite.cancelInUi(PIPELINE, Number(act.build));
      return NOTHING;
    case 'build-by-hand':
      return say(`${person.name} started build ${buildByHand(world, person.name)} in Buildkite, past Countersign.`);
    case 'use-up-quota':
      world.buildkite.consumeQuota(Math.max(0, world.buildkite.quota()[0]?.remaining ?? 0));
      return say('Other clients of the organization used up what was left of its window.');
    case 'restart':
      await troubles.restart();
      return say('Killed and started again.');
  }
}

/** As with Buildkite's “New Build”: the head of the pull request, which nobody has to have approved. */
function buildByHand({ buildkite, github }: World, name: string): number {
  const by = buildkiteUser(name);
  return buildkite.buildInUi(PIPELINE, { commit: github.sha(REPOSITORY, BRANCH), branch: BRANCH, message: `${name} just wants to try it`, by });
}

async function slash(world: World, user: string, { channel, text }: { channel: string; text: string }): Promise<Told> {
  const match = /^(\/\S+)\s*(.*)$/s.exec(text.trim());
  if (match === null) return say('Only slash commands are heard here: begin with /deploy.');
  if (match[1] !== '/deploy') return say(`Slack says: ${match[1]} is not a valid command.`);
  return heard(await world.slack.slash(user, channel, '/deploy', match[2] ?? ''));
}

async function comment(world: World, login: string, text: string): Promise<Told> {
  if (text.trim() === '') return say('An empty comment says nothing.');
  const { delivery } = await world.github.comment(REPOSITORY, world.pullRequest, login, text);
  return delivered('comment', delivery);
}

async function review(world: World, by: string, { text: body, state: wanted }: { text: string; state: string }): Promise<Told> {
  const state = wanted === 'APPROVED' ? 'APPROVED' : 'COMMENTED';
  if (state === 'COMMENTED' && body.trim() === '') return say('A review without an opinion has to say something.');
  const { delivery } = await world.github.submitReview(REPOSITORY, world.pullRequest, { by, state, body });
  return delivered('review', delivery);
}

function delivered(what: string, delivery: Delivery | null): Told {
  const status = delivery?.statusCode ?? 0;
  if (status >= 200 && status < 300) return NOTHING;
  return say(`The ${what} is there, but its webhook was ${status === 0 ? 'not answered' : `answered ${status}`}.`);
}

const PROBLEMS: Readonly<Record<DeliveryProblem, string>> = {
  operation_timeout: 'Countersign did not answer within 3 s. It may still do what you asked',
  dispatch_failed: 'Countersign can’t be reached. Try again in a moment',
  http_client_error: 'Countersign refused the request',
  http_service_error: 'Countersign answered with an error',
  invalid_command_response: 'Countersign’s answer is none that Slack shows',
  incomplete: 'Fill in what is required',
};

function heard({ problem, errors }: Delivered): Told {
  return { told: problem === null ? null : `Slack says: ${PROBLEMS[problem]} (${problem}).`, errors };
}

const noAccount = (name: string): Told => say(`${name} has no GitHub account.`);

function headOf(world: World): string {
  const { head } = world.github.pullRequest(REPOSITORY, world.pullRequest);
  return isRecord(head) ? String(head['sha']) : '';
}

/** What each act carries besides its name, all of it text. */
const FIELDS: Readonly<Record<Act['do'], readonly string[]>> = {
  slash: ['channel', 'text'],
  click: ['ts', 'action'],
  press: ['view', 'action', 'nth'],
  fill: ['view', 'action', 'value'],
  home: [],
  submit: ['view'],
  dismiss: ['view'],
  comment: ['text'],
  review: ['text', 'state'],
  push: [],
  check: ['name', 'result'],
  toggle: ['what'],
  unblock: ['build'],
  'cancel-build': ['build'],
  'build-by-hand': [],
  'use-up-quota': [],
  restart: [],
};

/** An act as it came over the wire, or null. */
export function readAct(value: unknown): Act | null {
  if (!isRecord(value) || typeof value['do'] !== 'string' || !Object.hasOwn(FIELDS, value['do'])) return null;
  const fields = FIELDS[value['do'] as Act['do']];
  if (!fields.every((field) => typeof value[field] === 'string')) return null;
  if (value['do'] === 'submit' && !isTexts(value['values'])) return null;
  return value as Act;
}

export function isPersonName(value: unknown): value is PersonName {
  return typeof value === 'string' && Object.hasOwn(PEOPLE, value);
}

const isTexts = (value: unknown): boolean => isRecord(value) && Object.values(value).every((text) => typeof text === 'string');
