// The one place where secrets are compared. Pure.
import { createHash, timingSafeEqual } from 'node:crypto';

/** Equal, in a time that tells nothing about where the texts differ or how long they are. An empty text equals nothing. */
export function secretsEqual(given: string, expected: string): boolean {
  if (given === '' || expected === '') return false;
  return timingSafeEqual(digest(given), digest(expected));
}

/** Equal to one of the current secrets (two while one is being rotated); all are looked at. */
export function matchesAnySecret(given: string, expected: readonly string[]): boolean {
  return expected.map((secret) => secretsEqual(given, secret)).includes(true);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
