// Who unblocks a step, frozen when it is asked for: of a build of ours by the policy its request was planned with, of any other by what
// the configuration says of its pipeline.
import type { PlanBlockInput } from '../../workflows/block-activities.ts';
import type { BlockPlan } from '../../workflows/block-contract.ts';
import type { ApprovalRule, CommitSha, Plan } from '../../workflows/vocabulary.ts';
import { findPipeline } from '../config/config.ts';
import { contractOf, deployCode, digestOf, repoSlug } from '../ids.ts';
import type { BlockPolicy, StepPolicy } from '../policy/block-policy.ts';
import { stepOf } from '../policy/block-fields.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import { isSignedIn, nobodyKnown, startersOf } from '../policy/starter.ts';
import { isTrouble, Trouble } from '../trouble.ts';
import type { FactsDeps } from './gather-facts.ts';

export type Drafted = { readonly plan: BlockPlan } | { readonly left: string };

export async function ownDraft(deps: FactsDeps, input: PlanBlockInput): Promise<Drafted> {
  const { deployId, job } = input;
  const status = deployId === null ? null : await deps.gateway.deployStatus(deployId);
  if (status?.plan == null || deployId === null) return { left: 'its request is not known' };
  const { plan, request } = status;
  const policy = plan.policy as unknown as EnvironmentPolicy;
  if (policy.blocks === 'none' || plan.emergency !== undefined) return { left: 'its environment leaves it to Buildkite' };
  const blocks: BlockPolicy = policy.blocks ?? { approvals: null, onExpire: 'leave', steps: {} };
  const step = stepPolicy(blocks, job.key);
  const rule = step.approvals ?? blocks.approvals ?? ownRule(plan.rule);
  if (rule === 'none' || rule.tree === null) return { left: 'nobody has to approve it' };
  const { origin } = request;
  const issue = origin.surface === 'github' ? origin.issue : (plan.pullRequest?.number ?? null);
  const { environment, repo, sha, commitUrl, requester, requesters, change } = plan;
  return {
    plan: {
      environment,
      repo,
      sha,
      commitUrl,
      requester,
      requesters,
      change,
      ...common(input, { rule, step, blocks, terms: { request: plan.contract } }),
      subject: { kind: 'own', deployId, code: request.code, service: plan.service, environment, pullRequest: plan.pullRequest },
      slack: { channel: plan.slack.channel },
      github: issue === null ? null : { issue },
    },
  };
}

/** The rule for deploys, without what only the wait for a start knows. A confirmation on GitHub it keeps. */
function ownRule({ tree, exclude, expireMs, remind, hours, stepUp }: Plan['rule']): ApprovalRule {
  return {
    tree,
    exclude,
    expireMs,
    ...(remind === undefined ? {} : { remind }),
    ...(hours === undefined ? {} : { hours }),
    ...(stepUp === undefined ? {} : { stepUp }),
  };
}

export async function foreignDraft(deps: FactsDeps, input: PlanBlockInput): Promise<Drafted> {
  const { build, job, organization } = input;
  const pipeline = findPipeline(deps.config, organization, build.pipeline);
  if (pipeline?.blocks == null) return { left: 'the configuration says nothing of its pipeline' };
  const { blocks } = pipeline;
  const step = stepPolicy(blocks, job.key);
  const rule = step.approvals ?? blocks.approvals;
  if (rule === 'none' || rule.tree === null) return { left: 'nobody has to approve it' };
  const { id, slug, installation, url } = await deps.github.readRepository(pipeline.repo);
  if (slug.toLowerCase() !== pipeline.repo.toLowerCase())
    throw new Trouble({ source: 'github', kind: 'invalid', doing: 'reading the repository', found: `${pipeline.repo} is ${slug} now` });
  const pusher = await pusherOf(deps, { id, slug: repoSlug(slug), installation }, build);
  // What Buildkite says of a push is what the commit says, and anybody may write that.
  if (build.source === 'webhook' && pusher === null) return { left: 'GitHub does not tell who pushed what is built' };
  const starters = startersOf(build, deps.config.people, { pusher, members: input.members });
  return {
    plan: {
      environment: pipeline.slug,
      repo: { id, slug: repoSlug(slug), installation },
      sha: build.commit as CommitSha,
      commitUrl: /^[0-9a-f]{40}$/.test(build.commit) ? `${url}/commit/${build.commit}` : '',
      requester: starters.people[0] ?? nobodyKnown(starters.starter.name),
      requesters: starters.people,
      change: { commits: 0, pullRequests: [], authors: [], compareUrl: null },
      ...common(input, { rule, step, blocks, terms: { starters: starters.people.map(({ key }) => key) } }),
      subject: { kind: 'foreign', starter: starters.starter, message: build.message },
      slack: { channel: blocks.channel },
      github: null,
    },
  };
}

/** Who pushed what is built, by GitHub's own word; null: somebody signed in to start it, or GitHub does not say. */
async function pusherOf({ github }: FactsDeps, repo: BlockPlan['repo'], build: PlanBlockInput['build']): Promise<{ readonly id: number } | null> {
  if (isSignedIn(build) || build.branch === '') return null;
  try {
    return await github.readPusher(repo, build.branch, build.commit as CommitSha);
  } catch (error) {
    // A tag, a fork, a branch that is gone: then it is not known who started it, which is the stricter case.
    if (isTrouble(error)) return null;
    throw error;
  }
}

const stepPolicy = ({ steps }: BlockPolicy, key: string | null): StepPolicy => (key !== null && Object.hasOwn(steps, key) ? (steps[key] ?? {}) : {});

interface Found {
  readonly rule: ApprovalRule;
  readonly step: StepPolicy;
  readonly blocks: BlockPolicy;
  /** What else an approval is for. */
  readonly terms: Readonly<Record<string, unknown>>;
}

type Common = Pick<BlockPlan, 'ref' | 'build' | 'code' | 'rule' | 'contract' | 'prompt' | 'fields' | 'knowsFields' | 'onExpire' | 'policyDigest'>;

function common({ workflowId, organization, build, job, steps }: PlanBlockInput, { rule, step, blocks, terms }: Found): Common {
  const words = stepOf(steps, job);
  const fields = step.fields ?? words?.fields ?? [];
  const { onExpire } = blocks;
  const policyDigest = digestOf({ rule, onExpire, fields });
  const signed = { ...terms, organization, pipeline: build.pipeline, build: build.uuid, job: job.id, commit: build.commit, policy: policyDigest };
  return {
    ref: { kind: 'commit', name: `${build.pipeline}#${build.number}`, branch: build.branch },
    build: build.number,
    code: deployCode(workflowId),
    rule,
    contract: contractOf(signed),
    prompt: words?.prompt ?? null,
    fields,
    knowsFields: step.fields !== undefined || words !== null,
    onExpire,
    policyDigest,
  };
}
