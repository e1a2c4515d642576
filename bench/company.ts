// A company with many services and many open pull requests, so that each measurement has a request of its own.
import { CHANNEL, PEOPLE, PIPELINE, REPOSITORY, type World } from '../src/sim/world.ts';

/** Each service speaks in a channel of its own: Slack takes about one message a second and channel. */
const SERVICES = 50;

/** A user group of Slack, so that every vote stands on a membership that was read. */
const SIGNERS = 'S01SIGNERS';

const serviceName = (index: number): string => `svc-${index % SERVICES}`;
const channelOf = (index: number): string => `C0BENCH${String(index % SERVICES).padStart(2, '0')}`;

const coldName = (index: number): string => `cold-${index}`;
const coldChannel = (index: number): string => `C0COLD${String(index).padStart(2, '0')}`;
export const coldGroup = (index: number): string => `S01COLD${String(index).padStart(2, '0')}`;

/** Four signatures are needed and two are measured, so that every vote counts and none is the last. `more`: further lines of `approvals`; `alone`: how many further services have a group of their own. */
export function manyServices(more = '', alone = 0): string {
  const service = (name: string, channel: string, group: string): string => `  ${name}:
    repo: ${REPOSITORY}
    slack: { channel: ${channel} }
    environments:
      production:
        pipeline: ${PIPELINE}
        target: bench
        gates: { checks: all, review: true, upToDate: true, keepsLive: true }
        approvals: { all: [{ group: ${group}, count: 4 }], exclude: [requester], expire: 4h${more} }
`;
  const cold = Array.from({ length: alone }, (_, index) => index);
  const services = [
    ...Array.from({ length: SERVICES }, (_, index) => service(serviceName(index), channelOf(index), 'signers')),
    ...cold.map((index) => service(coldName(index), coldChannel(index), coldName(index))),
  ];
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
${cold.map((index) => `  ${coldName(index)}: { slackGroup: ${coldGroup(index)} }\n`).join('')}services:
${services.join('')}`;
}

/** One pull request, to be deployed once. */
export interface Subject {
  readonly number: number;
  readonly service: string;
  readonly channel: string;
}

export function openChannels({ slack }: World, alone = 0): void {
  const members = [PEOPLE.bea, PEOPLE.carl, PEOPLE.dan, PEOPLE.eve].map((person) => person.slack);
  slack.addGroup({ id: SIGNERS, members });
  for (let index = 0; index < alone; index += 1) {
    slack.addGroup({ id: coldGroup(index), members });
    slack.addChannel({ id: coldChannel(index), name: coldName(index) });
  }
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

/** The same, for a service whose group is its own. `index`: of the group; `nth`: of the pull request. */
export async function openColdSubject(world: World, { index, nth }: { readonly index: number; readonly nth: number }): Promise<Subject> {
  return { ...(await openSubject(world, nth)), service: coldName(index), channel: coldChannel(index) };
}
