// Questions put to workflows.
import { QueryNotRegisteredError } from '@temporalio/client';

const TRIES = 5;

/**
 * Where a timer fires between the arrival of an update and the task in which it cancels that timer, the worker fails that task once, and the
 * query with it (https://github.com/temporalio/sdk-rust/issues/680): it is asked again.
 */
export async function asked<T>(query: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await query();
    } catch (error) {
      if (!(error instanceof QueryNotRegisteredError) || tries === TRIES) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
