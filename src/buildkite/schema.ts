// What we read of Buildkite's JSON: only the fields used, permissive about the rest (public REST API and webhook documentation).
import { z } from 'zod';

/** Two formats are in use: RFC 3339, and `2018-03-25 03:58:14 UTC` in webhook bodies and old fields. Milliseconds; null when absent or unreadable. */
const Time = z
  .unknown()
  .transform((value) => {
    if (typeof value !== 'string') return null;
    const millis = Date.parse(value.replace(/^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d(?:\.\d+)?) UTC$/, '$1T$2Z'));
    return Number.isNaN(millis) ? null : millis;
  })
  .optional()
  .transform((millis) => millis ?? null);

const Text = z.string().nullish();

const User = z.object({ id: Text, name: Text, email: Text });
export type User = z.infer<typeof User>;

export const Members = z.array(User);

export const Job = z.object({
  id: z.string(),
  type: z.string(),
  name: Text,
  label: Text,
  step_key: Text,
  state: Text,
  /** Of block and input steps. */
  unblockable: z.boolean().nullish(),
  unblocked_by: User.nullish(),
  unblocked_at: Time,
});
export type Job = z.infer<typeof Job>;

/** A build. `state` stays open: Buildkite has added words before. Jobs are absent in webhooks and bulk lists. */
export const Build = z.object({
  id: z.string().min(1),
  number: z.number().int().positive(),
  state: z.string(),
  blocked: z.boolean().nullish(),
  blocked_state: Text,
  url: Text,
  web_url: Text,
  commit: Text,
  branch: Text,
  message: Text,
  source: Text,
  author: z.unknown(),
  creator: User.nullish().catch(null),
  created_at: Time,
  started_at: Time,
  finished_at: Time,
  meta_data: z.record(z.string(), z.unknown()).nullish(),
  /** Not in webhooks. */
  env: z.record(z.string(), z.unknown()).nullish(),
  rebuilt_from: z.object({ number: z.number().int().positive() }).nullish().catch(null),
  pipeline: z.object({ slug: Text }).nullish(),
  jobs: z.array(Job).nullish(),
});
export type Build = z.infer<typeof Build>;

export const Builds = z.array(Build);

/** Of a pipeline: its YAML. */
export const Pipeline = z.object({ configuration: Text });

/** Words of the YAML that may be numbers to YAML. */
const Word = z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish();
const StepField = z.object({
  key: z.string().min(1),
  text: Word,
  select: Word,
  hint: Word,
  required: z.boolean().nullish(),
  default: z.union([Word, z.array(z.string())]).nullish(),
  multiple: z.boolean().nullish(),
  options: z.array(z.object({ label: Word, value: z.union([z.string(), z.number(), z.boolean()]).transform(String) })).nullish(),
});
export type StepField = z.infer<typeof StepField>;

/** A step of the YAML: `wait` and the like are bare words. */
const Step = z.object({
  type: Text,
  block: Word,
  input: Word,
  label: Word,
  name: Word,
  key: Word,
  id: Word,
  identifier: Word,
  prompt: Word,
  fields: z.array(StepField).nullish(),
  get steps() {
    return z.array(z.union([Step, z.string(), z.null()])).nullish();
  },
});
export type StepEntry = z.infer<typeof Step> | string | null;
const Steps = z.array(z.union([Step, z.string(), z.null()]));
export const StepsFile = z.union([Steps, z.object({ steps: Steps })]);

/** `GET /v2/access-token`. */
export const AccessToken = z.object({
  scopes: z.array(z.string()),
  expires_at: Time,
  user: z.object({ name: Text, email: Text }).nullish(),
});

/** Error bodies: always a message, sometimes fields; a 429 also names the exhausted scope and the seconds until it refills. */
export const ErrorBody = z.object({
  message: Text,
  errors: z.array(z.object({ field: Text, code: Text })).nullish(),
  scope: Text,
  reset: z.number().nonnegative().nullish(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

export const WebhookEvent = z.object({
  event: Text,
  build: Build.nullish(),
  job: z.object({ step_key: Text }).nullish().catch(null),
  pipeline: z.object({ slug: Text }).nullish(),
});
export type WebhookEvent = z.infer<typeof WebhookEvent>;

/** `/.well-known/openid-configuration` of the issuer. */
export const OidcDiscovery = z.object({ issuer: z.string(), jwks_uri: z.string() });

const Claim = z.string().min(1).max(1_000);
/** What a job's token says; the ids only when the job asked for them. One audience: a token for several is for nobody in particular. */
export const JobToken = z.object({
  iat: z.number().int(),
  exp: z.number().int(),
  jti: Claim.optional(),
  organization_slug: Claim,
  organization_id: Claim.optional(),
  pipeline_slug: Claim,
  build_number: z.number().int().positive(),
  build_id: Claim.optional(),
  build_branch: Claim,
  build_commit: Claim,
  build_source: Claim,
  step_key: Claim.nullish(),
  job_id: Claim,
});

/** `POST /oauth/token` (RFC 6749 §5.1). The token is written into a header: printable characters only. */
export const TokenAnswer = z.object({
  access_token: z.string().regex(/^[\x21-\x7e]{8,4096}$/),
  expires_in: z.number().int().positive().max(86_400),
});

/** RFC 6749 §5.2. */
export const TokenRefusal = z.object({ error: Text, error_description: Text });
