// The checks of a commit as a person sees them at the end of a pull request, and the deployments of a repository.
import type { DeploymentState } from './state-marks.ts';
import type { SimRepository } from './state.ts';

export interface CheckView {
  readonly name: string;
  /** `queued`, `in_progress` or `pending` while it runs, else its conclusion (`success`, `failure` …). */
  readonly result: string;
  readonly title: string | null;
  readonly summary: string | null;
  readonly detailsUrl: string | null;
}

/** Check runs by name, then commit statuses by context; of each the latest. */
export function checksOf(repository: SimRepository, sha: string): readonly CheckView[] {
  const results = new Map<string, CheckView>();
  for (const { name, conclusion, status, output, detailsUrl, sha: of } of repository.checkRuns) {
    const shown = { name, result: conclusion ?? status, title: output?.title ?? null, summary: output?.summary ?? null, detailsUrl };
    if (of === sha) results.set(name, shown);
  }
  for (const { context: name, state: result, description: title, targetUrl: detailsUrl, sha: of } of repository.statuses) {
    if (of === sha) results.set(name, { name, result, title, summary: null, detailsUrl });
  }
  return [...results.values()];
}

export interface DeploymentView {
  readonly id: number;
  readonly sha: string;
  readonly environment: string;
  readonly isProduction: boolean;
  readonly payload: unknown;
  /** Of its newest status; `none` before the first. */
  readonly state: DeploymentState | 'none';
  /** Every state it was in, oldest first. */
  readonly states: readonly DeploymentState[];
  readonly description: string;
  readonly logUrl: string;
  readonly environmentUrl: string;
}

/** Oldest first. */
export function deploymentsOf(repository: SimRepository): readonly DeploymentView[] {
  return repository.deployments.map(({ id, sha, environment, production, payload, statuses }) => {
    const last = statuses.at(-1);
    return {
      id,
      sha,
      environment,
      isProduction: production,
      payload,
      state: last?.state ?? 'none',
      states: statuses.map(({ state }) => state),
      description: last?.description ?? '',
      logUrl: last?.logUrl ?? '',
      environmentUrl: last?.environmentUrl ?? '',
    };
  });
}
