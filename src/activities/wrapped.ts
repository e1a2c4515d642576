// What is done around every call of an activity.

type Call = (...input: readonly unknown[]) => Promise<unknown>;

/** The same activities, each called through `around`. */
export function wrapped<T extends object>(activities: T, around: (call: () => Promise<unknown>) => Promise<unknown>): T {
  const each = Object.entries(activities).map(([name, activity]: [string, Call]) => [
    name,
    (...input: readonly unknown[]) => around(async () => activity(...input)),
  ]);
  return Object.fromEntries(each) as T;
}
