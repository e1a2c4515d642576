// What people do when an answer asks for it: the same once more. On a busy machine every read may miss its deadline, and the answer says so.

/** Something could not be read or reached in time, and nothing has happened. */
const AGAIN: readonly string[] = ["can't be read just now", 'try again in a minute', "I can't tell whether your", 'Open this tab again'];
const TIMES = 8;
const PAUSE_MS = 500;

export const asksForMore = (said: string): boolean => AGAIN.some((words) => said.includes(words));

/** Acts until the answer does not ask for the same again; answers the last one. */
export async function patiently(act: () => Promise<string>): Promise<string> {
  for (let times = 1; ; times += 1) {
    const said = await act();
    if (times === TIMES || !asksForMore(said)) return said;
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
