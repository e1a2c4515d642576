// The checks of a commit as a person sees them at the end of a pull request.
import type { SimRepository } from './state.ts';

export interface CheckView {
  readonly name: string;
  /** `queued`, `in_progress` or `pending` while it runs, else its conclusion (`success`, `failure` …). */
  readonly result: string;
}

/** Check runs by name, then commit statuses by context; of each the latest. */
export function checksOf(repository: SimRepository, sha: string): readonly CheckView[] {
  const results = new Map<string, string>();
  for (const run of repository.checkRuns) if (run.sha === sha) results.set(run.name, run.conclusion ?? run.status);
  for (const status of repository.statuses) if (status.sha === sha) results.set(status.context, status.state);
  return [...results].map(([name, result]) => ({ name, result }));
}
