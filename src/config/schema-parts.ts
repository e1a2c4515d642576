// What the schema is made of.
import { z } from 'zod';
import { DURATION_PATTERN } from './duration.ts';

/** A strict object. For an unknown key zod's message is, by our convention, the comma-separated list of the keys known there. */
export function strict<Shape extends z.core.$ZodLooseShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, { error: (issue) => (issue.code === 'unrecognized_keys' ? Object.keys(shape).join(',') : undefined) });
}

/** Text of one form; `words` says which, also when it is missing. */
export function matching(pattern: RegExp, words: string): z.ZodString {
  return z.string({ error: words }).regex(pattern, words);
}

export const text = z.string().min(1).max(200);
export const name = matching(/^[a-z0-9][a-z0-9._-]{0,62}$/, 'a name of lower-case letters, digits, ".", "_" and "-"');
export const duration = matching(DURATION_PATTERN, 'a duration such as 30m, 4h or 2d');

/** How Buildkite names its users: an e-mail address or a UUID. */
export const BUILDKITE_USER = /^(?:[^\s@<>"]{1,64}@[A-Za-z0-9.-]{1,190}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
