// Calls that take their time.

/** Waits for as long as the next of these calls takes, in ms; those that are not named take none. */
export async function takeTime(slowCalls: Map<string, number[]>, whose: string): Promise<void> {
  const ms = slowCalls.get(whose)?.shift() ?? 0;
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
}
