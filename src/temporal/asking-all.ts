// Asking several zones at once, of which some may not answer.

/** All answers, after every call has ended; the first failure if there was one. */
export async function whole<T>(calls: readonly Promise<T>[]): Promise<readonly T[]> {
  const ended = await Promise.allSettled(calls);
  return ended.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
}

/** The first answer that is one. When there is none: the first failure, since that zone might have had it, else `none`. */
export async function firstFound<T>(calls: readonly Promise<T>[], isFound: (answer: T) => boolean, none: T): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const looked = calls.map(async (call) => {
    const answer = await call;
    if (isFound(answer)) resolve(answer);
  });
  return Promise.race([promise, whole(looked).then(() => none)]);
}

/** The first answer that there is; null: there is none. */
export function firstThere<T>(calls: readonly Promise<T | null>[]): Promise<T | null> {
  return firstFound<T | null>(calls, (answer) => answer !== null, null);
}
