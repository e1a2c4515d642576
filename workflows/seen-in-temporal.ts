// How a request is found and read in Temporal's own UI.
import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import { accountKey, nameOf } from './accounts.ts';
import type { DeployStatus } from './status.ts';

/** `<repository id>#<number>`: how the requests of a pull request are found. */
const pullRequestKey = (repository: number, number: number): string => `${repository}#${number}`;

const APPROVERS = { name: 'DeployApprovers', type: 'KEYWORD_LIST' } as const;

type Attributes = Readonly<Record<string, string>>;

/** Writes what changed since the last time (or since the start, which sets the first ones), in one event at most. For display and addressing, never for a decision. */
export function showInTemporal(status: DeployStatus): void {
  setCurrentDetails(detailsOf(status));
  // What the plan brings comes in one event; until then the attributes of the start are enough to find it by.
  if (status.phase.kind === 'planning') return;
  const changed = changedAttributes(attributesOf(status));
  if (changed.length === 0) return;
  const approvers = status.votes.filter((vote) => vote.kind === 'approve').map((vote) => vote.by.name);
  const isSame = approvers.join('\n') === (workflowInfo().typedSearchAttributes.get(APPROVERS) ?? []).join('\n');
  upsertSearchAttributes([...changed, ...(isSame ? [] : [{ key: APPROVERS, value: approvers }])]);
}

interface Attribute {
  readonly key: { readonly name: string; readonly type: 'KEYWORD' };
  readonly value: string;
}

/** Those that the workflow does not have yet. */
export function changedAttributes(wanted: Attributes): readonly Attribute[] {
  const known = workflowInfo().typedSearchAttributes;
  return Object.entries(wanted)
    .map(([name, value]): Attribute => ({ key: { name, type: 'KEYWORD' }, value }))
    .filter(({ key, value }) => known.get(key) !== value);
}

function attributesOf({ request, plan, phase, build }: DeployStatus): Attributes {
  const { origin } = request;
  const pullRequest =
    origin.surface === 'github'
      ? pullRequestKey(origin.repo.id, origin.issue)
      : plan?.pullRequest != null
        ? pullRequestKey(plan.repo.id, plan.pullRequest.number)
        : null;
  return {
    DeployService: request.service,
    DeployEnvironment: request.environment,
    DeployRequester: accountKey(request.requester),
    DeployCode: request.code,
    DeployState: phase.kind,
    ...(plan === null ? {} : { DeploySha: plan.sha }),
    ...(pullRequest === null ? {} : { DeployPr: pullRequest }),
    ...(build === null ? {} : { DeployBuild: `${build.pipeline}#${build.number}` }),
  };
}

function detailsOf({ request, plan, phase, votes, tally, build }: DeployStatus): string {
  const lines = [
    `**${request.service} → ${request.environment}** (${request.code}): **${phase.kind}**`,
    `asked by ${nameOf(request.requester)}`,
    ...(plan === null ? [] : [`commit \`${plan.sha.slice(0, 7)}\` ${plan.title} · revision ${plan.revision}`]),
    ...(tally === null || tally.need === 0 ? [] : [`${tally.have} of ${tally.need} approvals`]),
    ...votes.map((vote) => `${vote.kind} by ${vote.by.name} (${vote.surface})`),
    ...(build === null ? [] : [`[build ${build.number}](${build.url}): ${build.state}`]),
  ];
  return lines.join('\n\n');
}
