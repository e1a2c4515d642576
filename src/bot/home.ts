// What one person's home tab tells: read from the requests themselves at every opening, never from a list or a memory of what was decided.
import type { DeployStatus } from '../../workflows/status.ts';
import type { Account, Person } from '../../workflows/vocabulary.ts';
import { placeOf } from '../config/config.ts';
import { githubPersonKey, slackPersonKey } from '../ids.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import { groupsOf, isSamePerson, resolvePerson } from '../policy/people.ts';
import { groupsOfRule, peopleMissing } from '../policy/rule.ts';
import type { Home } from '../render/home.ts';
import type { BotDeps } from './deps.ts';
import { readOwedReviews, readThose, readWaitingBlocks } from './open-requests.ts';

/** Requests looked at for one tab; each costs a query. */
const LOOKED_AT_MAX = 60;
const ASKED_MAX = 20;
const LIVE_MAX = 12;

/** Throws `Trouble` when the requests can't be read. */
export async function homeOf(deps: BotDeps, by: Account): Promise<Home> {
  const people = await deps.directory.people(by);
  const person = resolvePerson(people, by);
  const [waiting, asked, live, reviews, blocks] = await Promise.all([
    deps.gateway.findOpen({ kind: 'waiting' }, false, LOOKED_AT_MAX),
    deps.gateway.findOpen({ kind: 'asked-by', accounts: accountsOf(person) }, false, ASKED_MAX),
    liveWhereApproving(deps, person),
    readOwedReviews(deps.gateway, null),
    readWaitingBlocks(deps.gateway),
  ]);
  const found = [...waiting, ...asked.filter(({ workflowId }) => !waiting.some((other) => other.workflowId === workflowId))];
  const open = await readThose(deps.gateway, found);
  return {
    person,
    waiting: open.filter((status) => waitsFor(status, person)),
    steps: blocks.filter(({ tally }) => peopleMissing(tally.tree).some((one) => isSamePerson(one, person))),
    toReview: reviews.filter(({ tally }) => peopleMissing(tally.tree).some((one) => isSamePerson(one, person))),
    owing: reviews.filter(({ deploy: { plan } }) => plan !== null && isSamePerson(plan.requester, person)),
    asked: open.filter((status) => isSamePerson(resolvePerson(people, status.request.requester), person)),
    live,
    isPartial: waiting.length === LOOKED_AT_MAX,
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
  const shown = policies.filter(isMine).slice(0, LIVE_MAX);
  return Promise.all(
    shown.map(async (policy) => ({
      service: policy.service,
      environment: policy.environment,
      state: await deps.gateway.environmentState(placeOf(deps.config, policy), false),
    })),
  );
}
