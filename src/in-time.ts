// A promise that may never settle, with an end.

/** Settles as `done` does, or rejects with `late` after `ms` milliseconds. What is under way is not stopped by that. */
export async function inTime<T>(done: Promise<T>, ms: number, late: Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late), ms);
  try {
    return await Promise.race([done, promise]);
  } finally {
    clearTimeout(timer);
  }
}
