// A company with many services and many open pull requests, so that each measurement has a request of its own.
import { CHANNEL, PEOPLE, PIPELINE, REPOSITORY, type World } from '../src/sim/world.ts';

/** Each service speaks in a channel of its own: Slack takes about one message a second and channel. */
const SERVICES = 50;

/** A user group of Slack, so that every vote stands on a membership that was read. */
const SIGNERS = 'S01SIGNERS';

const serviceName = (index: number): string => `svc-${index % SERVICES}`;
const channelOf = (index: number): string => `C0BENCH${String(index % SERVICES).padStart(2, '0')}`;

/** Four signatures are needed and two are measured, so that every vote counts and none is the last. `more`: further lines of `approvals`. */
export function manyServices(more = ''): string {
  const services = Array.from(
    { length: SERVICES },
    (_, index) => `  ${serviceName(index)}:
    repo: ${REPOSITORY}
    slack: { channel: ${channelOf(index)} }
    environments:
      production:
        pipeline: ${PIPELINE}
        target: bench
        gates: { checks: all, review: true, upToDate: true, keepsLive: true }
        approvals: { all: [{ group: signers, count: 4 }], exclude: [requester], expire: 4h${more} }
`,
  );
  return `version: 1
slack: { team: T01ACME, channel: ${CHANNEL.deploys} }
people:
  - { name: Ann, github: { id: 1001, login: ann }, slack: U01ANN }
  - { name: Bea, github: { id: 1002, login: bea }, slack: U02BEA }
  - { name: Carl, github: { id: 1003, login: carl }, slack: U03CARL }
  - { name: Dan, github: { id: 1004, login: dan }, slack: U04DAN }
  - { name: Eve, github: { id: 1005, login: eve }, slack: U05EVE }
groups:
  signers: { slackGroup: ${SIGNERS} }
services:
${services.join('')}`;
}

/** One pull request, to be deployed once. */
export interface Subject {
  readonly number: number;
  readonly service: string;
  readonly channel: string;
}

export function openChannels({ slack }: World): void {
  slack.addGroup({ id: SIGNERS, members: [PEOPLE.bea, PEOPLE.carl, PEOPLE.dan, PEOPLE.eve].map((person) => person.slack) });
  for (let index = 0; index < SERVICES; index += 1) slack.addChannel({ id: channelOf(index), name: serviceName(index) });
}

/** A green, reviewed pull request by Ann. */
export async function openSubject({ github }: World, index: number): Promise<Subject> {
  const head = `change-${index}`;
  github.commit(REPOSITORY, head, { message: `Change ${index}`, author: 'ann' });
  const { number, headSha } = await github.openPullRequest(REPOSITORY, { head, by: 'ann', title: `Change ${index}` });
  for (const name of ['unit', 'e2e']) github.setCheck(REPOSITORY, headSha, { name, result: 'success' });
  github.review(REPOSITORY, number, { by: 'eve', state: 'APPROVED' });
  return { number, service: serviceName(index), channel: channelOf(index) };
}
