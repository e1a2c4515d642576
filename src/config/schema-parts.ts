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
export const channel = matching(/^[CG][A-Z0-9]{2,20}$/, 'the id of a channel, such as C0DEPLOYS');
export const repo = matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,38}\/[A-Za-z0-9._-]{1,100}$/, 'owner/name');
export const pipelineSlug = matching(/^[a-z0-9][a-z0-9-]{0,99}$/, 'the slug of a pipeline');
/** Of a step in a pipeline. */
export const stepKey = matching(/^[A-Za-z0-9][A-Za-z0-9_:.-]{0,99}$/, 'the key of a step');

/** How Buildkite names its users: an e-mail address or a UUID. */
export const BUILDKITE_USER = /^(?:[^\s@<>"]{1,64}@[A-Za-z0-9.-]{1,190}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;
