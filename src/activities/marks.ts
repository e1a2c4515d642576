// What GitHub shows of a request beside its card: a check run on the commit and, once it is built, a deployment. They follow the card, and
// trouble with them never holds a card up. Nothing in a history knows them: each is found again by the request that it carries.
import type { Logger } from 'pino';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Plan } from '../../workflows/vocabulary.ts';
import type { CheckRunKey, GithubApi, Repo } from '../github/api.ts';
import { commitSha } from '../ids.ts';
import type { OnGithub } from '../policy/environment-policy.ts';
import { checkRunName, checkRunView, supersededCheckRun } from '../render/check-run.ts';
import { deploymentView } from '../render/deployment.ts';
import { isFinal } from '../render/phase.ts';
import { isTrouble, type Trouble } from '../trouble.ts';
import type { Step } from './steps.ts';

export interface Marks {
  /** What is to be shown; may be repeated. `cardUrl`: where the check run leads. The steps throw only at the end, when another attempt could help. */
  steps(status: DeployStatus, cardUrl: string | null): readonly Step[];
}

export interface MarksDeps {
  readonly github: GithubApi;
  readonly prefix: string;
  readonly log: Logger;
}

/** What this process has shown already: saves the look-up, and every request that would change nothing. */
interface Shown {
  check: { readonly sha: string; readonly id: number; readonly as: string } | null;
  deployment: { readonly id: number; readonly as: string } | null;
  /** One thing after the other: an attempt that ran out of time may still be under way when the next one looks. */
  line: Promise<unknown>;
}
const SHOWN_MAX = 2_000;
/** Another attempt could help. */
const PASSING: ReadonlySet<Trouble['kind']> = new Set<Trouble['kind']>(['unavailable', 'rate-limited', 'not-sent', 'unclear']);

export function createMarks(deps: MarksDeps): Marks {
  const shown = new Map<string, Shown>();
  const told = new Set<string>();

  function shownOf(deployId: string): Shown {
    const known = shown.get(deployId) ?? { check: null, deployment: null, line: Promise.resolve() };
    shown.delete(deployId);
    shown.set(deployId, known);
    const [oldest] = shown.keys();
    if (shown.size > SHOWN_MAX && oldest !== undefined) shown.delete(oldest);
    return known;
  }

  /** A missing permission is told once: it is the same for every request until somebody grants it. */
  function note(error: Trouble, what: string, repo: string): void {
    const isRight = error.kind === 'unauthorised';
    if (isRight && told.has(`${what} ${repo}`)) return;
    if (isRight) told.add(`${what} ${repo}`);
    deps.log.warn({ err: error, repo }, isRight ? `${what} can't be shown: the app may lack the permission` : `${what} was not shown`);
  }

  const step = (name: string, what: string, { status, plan, before }: Showing, show: () => Promise<void>): Step => [
    name,
    async () => {
      const mine = before.line.then(show, show);
      before.line = mine.catch(() => undefined);
      try {
        await mine;
      } catch (error) {
        if (!isTrouble(error)) throw error;
        if (isFinal(status.phase) && PASSING.has(error.kind)) throw error;
        note(error, what, plan.repo.slug);
      }
    },
  ];

  return {
    steps(status, cardUrl) {
      const { plan, request } = status;
      // A plan from before there was such a thing says nothing of it.
      const wanted = plan?.policy['github'] as OnGithub | undefined;
      if (plan === null || wanted === undefined || request.dryRun) return [];
      const showing: Showing = { status, plan, before: shownOf(status.workflowId) };
      const environment = wanted.deployments;
      const steps: Step[] = [];
      if (wanted.check) steps.push(step('check-mark', 'a check run', showing, () => showCheck(deps, showing, cardUrl)));
      if (environment !== null) steps.push(step('deployment-mark', 'a deployment', showing, () => showDeployment(deps, showing, environment)));
      return steps;
    },
  };
}

interface Showing {
  readonly status: DeployStatus;
  readonly plan: Plan;
  readonly before: Shown;
}

async function showCheck({ github, prefix }: MarksDeps, showing: Showing, cardUrl: string | null): Promise<void> {
  const { status, plan, before } = showing;
  const view = checkRunView(status, prefix);
  if (view === null) return;
  const as = JSON.stringify([view, cardUrl]);
  const known = before.check;
  if (known?.sha === plan.sha && known.as === as) return;
  const key: CheckRunKey = { sha: plan.sha, name: checkRunName(status), externalId: status.workflowId };
  if (known?.sha !== plan.sha) await closeSuperseded(github, showing, key);
  const id = known?.sha === plan.sha ? known.id : (await github.findCheckRun(plan.repo, key))?.id;
  const wish = { ...view, detailsUrl: cardUrl };
  before.check = null;
  if (id !== undefined) await github.updateCheckRun(plan.repo, id, wish);
  before.check = { sha: plan.sha, as, id: id ?? (await github.createCheckRun(plan.repo, key, wish)) };
}

/** The run on the commit of the revision before would wait for ever. */
async function closeSuperseded(github: GithubApi, { status, plan, before }: Showing, key: CheckRunKey): Promise<void> {
  const view = { ...supersededCheckRun(status), detailsUrl: null };
  if (before.check !== null) return github.updateCheckRun(plan.repo, before.check.id, view);
  if (status.revision === null) return;
  const left = await github.findCheckRun(plan.repo, { ...key, sha: commitSha(status.revision.from) });
  if (left !== null && !left.isCompleted) await github.updateCheckRun(plan.repo, left.id, view);
}

async function showDeployment({ github, prefix }: MarksDeps, { status, plan, before }: Showing, environment: string): Promise<void> {
  const view = deploymentView(status, prefix);
  const as = JSON.stringify(view);
  if (view === null || before.deployment?.as === as) return;
  const { sha, repo } = plan;
  const { code, service } = status.request;
  const found = before.deployment?.id ?? (await github.findDeployment(repo, { sha, environment, by: { deploy: status.workflowId } }));
  if (found === null && !view.opens) return;
  const wish = { sha, environment, deploy: status.workflowId, code, description: `${service} (${code})`, isProduction: plan.isProtected };
  const id = found ?? (await github.createDeployment(repo, wish));
  before.deployment = { id, as: '' };
  await github.setDeploymentStatus(repo, id, view);
  before.deployment = { id, as };
  if (view.state === 'success') await endPredecessor(github, repo, { plan, environment });
}

/** GitHub ends the success before by itself, but not in a production environment. */
async function endPredecessor(github: GithubApi, repo: Repo, { plan, environment }: { plan: Plan; environment: string }): Promise<void> {
  if (!plan.isProtected || plan.live === null || plan.live.code === null) return;
  const id = await github.findDeployment(repo, { sha: plan.live.sha, environment, by: { code: plan.live.code } });
  if (id === null) return;
  await github.setDeploymentStatus(repo, id, { state: 'inactive', description: 'replaced', logUrl: plan.live.buildUrl, environmentUrl: null });
}
