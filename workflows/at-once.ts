// A call of Temporal that is usually over at once is a local activity: one event instead of six.
import { patched } from '@temporalio/workflow';

/**
 * By a local activity, and when that gave no answer soon by an ordinary one. A local activity must be over before its workflow task is
 * renewed (after 8 s): the answer of one that is not comes, in a replay, together with whatever arrived since, and the story may take
 * another way than it did.
 */
export async function atOnce<T>(call: { readonly patch: string; readonly soon: () => Promise<T>; readonly patiently: () => Promise<T> }): Promise<T> {
  try {
    return await call.soon();
  } catch (error) {
    // Histories from before had several local tries, and then gave up.
    if (!patched(call.patch)) throw error;
  }
  return call.patiently();
}
