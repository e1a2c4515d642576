// What one person's home tab tells: read from the requests themselves at every opening, never from a list or a memory of what was decided.
import type { BlockStatus } from '../../workflows/block-contract.ts';
import type { ReviewStatus } from '../../workflows/review-contract.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Account, Person } from '../../workflows/vocabulary.ts';
import { githubPersonKey, slackPersonKey } from '../ids.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import { groupsOf, isSamePerson, resolvePerson } from '../policy/people.ts';
import { groupsOfRule, peopleMissing } from '../policy/rule.ts';
import type { Home } from '../render/home.ts';
import type { OneZone } from '../temporal/one-zone.ts';
import { isTrouble } from '../trouble.ts';
import type { BotDeps } from './deps.ts';
import { inEachZone, type ZoneAnswer } from './each-zone.ts';
import { readPlaces } from './live.ts';
import { newestFirst, readOwedReviews, readThose, readWaitingBlocks } from './open-requests.ts';

/** Requests of a zone that are looked at for one tab; each costs a query. */
const LOOKED_AT_MAX = 60;
const ASKED_MAX = 20;
const LIVE_MAX = 12;

/** As far as it can be read, and what could not be. Throws `Trouble` when no zone can be read. */
export async function homeOf(deps: BotDeps, by: Account): Promise<Home> {
  const links = await readLinks(deps, by);
  const people = links ?? deps.config.people;
  const person = resolvePerson(people, by);
  const [{ answers, unread }, live] = await Promise.all([inEachZone(deps, null, (zone) => openFor(zone, person)), liveWhereApproving(deps, person)]);
  const requests = newestFirst(answers.flatMap(({ open }) => open));
  const reviews = answers.flatMap((answer) => answer.reviews);
  return {
    person,
    waiting: requests.filter((status) => waitsFor(status, person)),
    steps: answers.flatMap(({ steps }) => steps).filter(({ tally }) => peopleMissing(tally.tree).some((one) => isSamePerson(one, person))),
    toReview: reviews.filter(({ tally }) => peopleMissing(tally.tree).some((one) => isSamePerson(one, person))),
    owing: reviews.filter(({ deploy: { plan } }) => plan !== null && isSamePerson(plan.requester, person)),
    asked: requests.filter((status) => isSamePerson(resolvePerson(people, status.request.requester), person)),
    live,
    isPartial: answers.some(({ isPartial }) => isPartial),
    unread,
    knowsLinks: links !== null,
  };
}

/** Everybody whose accounts are tied together; null: that can't be read. */
async function readLinks({ directory, log }: BotDeps, by: Account): Promise<readonly Person[] | null> {
  try {
    return await directory.people(by);
  } catch (error) {
    if (!isTrouble(error)) throw error;
    log.warn({ err: error }, 'links and delegations could not be read: a home tab goes by the configuration');
    return null;
  }
}

interface OpenInZone {
  readonly open: readonly DeployStatus[];
  readonly reviews: readonly ReviewStatus[];
  readonly steps: readonly BlockStatus[];
  readonly isPartial: boolean;
}

async function openFor({ gateway }: OneZone, person: Person): Promise<ZoneAnswer<OpenInZone>> {
  const [waiting, asked, reviews, steps] = await Promise.all([
    gateway.findOpen({ kind: 'waiting' }, false, LOOKED_AT_MAX),
    gateway.findOpen({ kind: 'asked-by', accounts: accountsOf(person) }, false, ASKED_MAX),
    readOwedReviews(gateway, null),
    readWaitingBlocks(gateway),
  ]);
  const found = [...waiting, ...asked.filter(({ workflowId }) => !waiting.some((other) => other.workflowId === workflowId))];
  const open = await readThose(gateway, found);
  const isPartial = waiting.length === LOOKED_AT_MAX || reviews.isPartial || steps.isPartial;
  return {
    value: { open: open.read, reviews: reviews.read, steps: steps.read, isPartial },
    others: open.others + reviews.others + steps.others,
  };
}

function accountsOf({ github, slack }: Person): readonly string[] {
  return [...(github === null ? [] : [githubPersonKey(github.id)]), ...(slack === null ? [] : [slackPersonKey(slack.team, slack.user)])];
}

/** Whether this person could still fill a place of its rule. Whether they may is judged at the click. */
function waitsFor({ phase, plan, tally }: DeployStatus, person: Person): boolean {
  const tree = (tally ?? plan?.tally)?.tree ?? null;
  return phase.kind === 'waiting' && peopleMissing(tree).some((one) => isSamePerson(one, person));
}

async function liveWhereApproving(deps: BotDeps, person: Person): Promise<Home['live']> {
  const policies = deps.config.services.flatMap(({ order, environments }) => order.flatMap((name) => environments[name] ?? []));
  const groups = [...new Set(policies.flatMap(({ approvals }) => groupsOfRule(approvals.tree)))];
  // A group that can't be read costs what is live there, not the whole tab.
  const membership = await deps.directory.membership(groups);
  const mine = new Set(groupsOf(membership.groups, person));
  const isMine = ({ approvals }: EnvironmentPolicy): boolean => groupsOfRule(approvals.tree).some((group) => mine.has(group));
  return readPlaces(deps, policies.filter(isMine).slice(0, LIVE_MAX));
}
