// GitHub Deployments: they tell, they start nothing of ours. There is no key against doubles, so each carries its request and is looked for first.
import { Trouble } from '../trouble.ts';
import { parseJson } from '../parse-json.ts';
import type { DeploymentKey, DeploymentStatusWish, DeploymentWish, Repo } from './api.ts';
import { addressOf, type Requests } from './requests.ts';
import { Deployment, DeploymentPayload, Deployments, WithId } from './schema.ts';

const PAGES_MAX = 3;
const DESCRIPTION_MAX = 140;

export async function findDeployment(requests: Requests, repo: Repo, { sha, environment, by }: DeploymentKey): Promise<number | null> {
  const { items } = await requests.readPages(
    {
      doing: `finding our deployment of ${sha}`,
      as: repo.installation,
      route: 'GET /repos/{owner}/{repo}/deployments',
      params: { ...addressOf(repo.slug), sha, environment },
      answer: Deployments,
    },
    { items: (page) => page, pagesMax: PAGES_MAX },
  );
  return items.find(({ payload }) => isOf(payload, by))?.id ?? null;
}

function isOf(payload: unknown, by: DeploymentKey['by']): boolean {
  const read = DeploymentPayload.safeParse(typeof payload === 'string' ? parseJson(payload) : payload);
  if (!read.success) return false;
  const { deploy, code } = read.data.countersign;
  return 'deploy' in by ? deploy === by.deploy : code === by.code;
}

export async function createDeployment(requests: Requests, repo: Repo, wish: DeploymentWish): Promise<number> {
  const doing = `creating our deployment of ${wish.sha}`;
  const made = await requests.write({
    doing,
    as: repo.installation,
    route: 'POST /repos/{owner}/{repo}/deployments',
    params: {
      ...addressOf(repo.slug),
      ref: wish.sha,
      task: 'deploy',
      environment: wish.environment,
      description: wish.description.slice(0, DESCRIPTION_MAX),
      payload: { countersign: { deploy: wish.deploy, code: wish.code } },
      // Left out, GitHub merges the default branch into what is deployed, and waits for checks of its own choice.
      auto_merge: false,
      required_contexts: [],
      production_environment: wish.isProduction,
    },
    answer: Deployment,
  });
  // Whatever it is of, it must not be told as a deployment of something else.
  if (made.sha !== wish.sha) throw new Trouble({ source: 'github', kind: 'invalid', doing, found: `github made one of ${made.sha}` });
  return made.id;
}

export async function setDeploymentStatus(requests: Requests, repo: Repo, deployment: number, wish: DeploymentStatusWish): Promise<void> {
  await requests.write({
    doing: `setting the status of deployment ${deployment}`,
    as: repo.installation,
    route: 'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
    params: {
      ...addressOf(repo.slug),
      deployment_id: deployment,
      state: wish.state,
      description: wish.description.slice(0, DESCRIPTION_MAX),
      ...(wish.logUrl === null ? {} : { log_url: wish.logUrl }),
      ...(wish.environmentUrl === null ? {} : { environment_url: wish.environmentUrl }),
    },
    answer: WithId,
  });
}
