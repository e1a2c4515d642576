// Looks for secrets wherever text may end up: messages, logs, histories, requests.
import { CHANNEL, PEOPLE, REPOSITORY, type World } from '../../src/sim/world.ts';
import { textsOf, type History } from './histories.ts';

export interface Place {
  readonly where: string;
  readonly text: string;
}

const SECRET_NAMES = ['PRIVATE_KEY', 'WEBHOOK_SECRET', 'SLACK_BOT_TOKEN', 'SLACK_SIGNING_SECRET', 'BUILDKITE_API_TOKEN', 'BUILDKITE_WEBHOOK_TOKEN'];
/** What is handed out while a story runs: installation tokens, the app's own token, addresses that answer as us. */
const SHAPES: readonly (readonly [string, RegExp])[] = [
  ['an installation token', /\bghs_[A-Za-z0-9]{8,}/],
  ['a signed token', /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/],
  ["a person's token", /\bghu_[A-Za-z0-9]{8,}/],
  ['a response_url', /\/(?:actions|commands)\/T01ACME\/[\w-]{8,}/],
];

/** One line for each secret found. */
export function secretsIn(places: Iterable<Place>, env: Readonly<Record<string, string>>): readonly string[] {
  const known = SECRET_NAMES.map((name) => [name, canary(env[name] ?? '')] as const);
  const found: string[] = [];
  for (const { where, text } of places) {
    for (const [name, secret] of known) if (text.includes(secret)) found.push(`${name} in ${where}`);
    for (const [name, shape] of SHAPES) if (shape.test(text)) found.push(`${name} in ${where}`);
  }
  return found;
}

/** Of a key with several lines one from the middle: line ends are written in many ways. */
function canary(secret: string): string {
  const lines = secret.split('\n').filter((line) => line !== '' && !line.startsWith('-----'));
  const line = lines[Math.floor(lines.length / 2)] ?? '';
  if (line.length < 8) throw new Error('a secret that is this short would be found everywhere');
  return line;
}

/** Everything that people and collectors can read, and everything that was sent and stored. */
export function* placesOf(world: World, evidence: { readonly logs: string; readonly histories: readonly History[] }): Generator<Place> {
  for (const channel of Object.values(CHANNEL))
    for (const message of world.slack.messages(channel)) yield { where: `message ${message.ts} in ${channel}`, text: JSON.stringify(message) };
  for (const { slack } of Object.values(PEOPLE)) {
    for (const message of [...world.slack.directMessages(slack), ...world.slack.ephemerals(slack)])
      yield { where: `a message to ${slack}`, text: JSON.stringify(message) };
    for (const view of world.slack.views(slack)) yield { where: `a modal of ${slack}`, text: JSON.stringify(view) };
  }
  for (const { id, body } of world.github.comments(REPOSITORY, world.pullRequest)) yield { where: `comment ${id}`, text: body };
  for (const line of evidence.logs.split('\n')) yield { where: `the log: ${line.slice(0, 200)}`, text: line };
  for (const { workflowId, events } of evidence.histories)
    for (const event of events) for (const text of textsOf(event)) yield { where: `event ${Number(event.eventId)} of ${workflowId}`, text };
  for (const sim of [world.github, world.slack, world.buildkite])
    for (const { method, path, query, body } of sim.requests) {
      const isResponseUrl = sim === world.slack && /^\/(actions|commands)\//.test(path);
      yield { where: `the body of ${method} ${path}`, text: body };
      yield { where: `the query of ${method} ${isResponseUrl ? 'a response_url' : path}`, text: query };
    }
}
