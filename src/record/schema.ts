// A decision record as it is in the file: an in-toto statement (https://in-toto.io/Statement/v1) about one request, in a DSSE envelope.
// WIRE FORMAT: records are kept for years. Fields are only added; what a reader does not know it leaves out.
import { z } from 'zod';

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'urn:countersign:decision:v1';

const Base64 = z.base64();
export const Envelope = z.object({
  payloadType: z.string(),
  payload: Base64,
  signatures: z
    .array(z.object({ keyid: z.string().optional(), sig: Base64 }))
    .min(1)
    .max(16),
});
export type Envelope = z.infer<typeof Envelope>;

const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const Sha = z.string().regex(/^[0-9a-f]{40}$/);
/** RFC 3339, UTC. */
const Time = z.iso.datetime();

const Person = z.object({
  key: z.string(),
  name: z.string(),
  mapped: z.boolean(),
  binding: z.enum(['reviewed', 'linked', 'email']).optional(),
  github: z.object({ id: z.number().int(), login: z.string() }).nullable(),
  slack: z.object({ team: z.string(), user: z.string() }).nullable(),
});
const Account = z.discriminatedUnion('surface', [
  z.object({ surface: z.literal('github'), id: z.number().int(), login: z.string() }),
  z.object({ surface: z.literal('slack'), team: z.string(), user: z.string(), name: z.string() }),
]);
const Surface = z.enum(['github', 'slack']);
/** Where the request was made, by ids that never change. */
const Origin = z.discriminatedUnion('surface', [
  z.object({
    surface: z.literal('github'),
    repo: z.object({ id: z.number().int(), slug: z.string() }),
    issue: z.number().int(),
    comment: z.number().int(),
  }),
  z.object({ surface: z.literal('slack'), team: z.string(), channel: z.string(), user: z.string() }),
]);

/** `event`: the key of the click or comment that carried it. */
const Vote = z.object({
  kind: z.enum(['approve', 'reject']),
  by: Person,
  surface: Surface,
  at: Time,
  contract: Sha256,
  reason: z.string().nullable(),
  event: z.string(),
});

type RuleRecord =
  | { readonly kind: 'all' | 'any'; readonly of: readonly RuleRecord[] }
  | { readonly kind: 'group'; readonly group: string; readonly count: number }
  | { readonly kind: 'auto'; readonly name: string };
/** Who must approve. What else it says (conditions and what they found) is kept. */
const RuleNode: z.ZodType<RuleRecord> = z.lazy(() =>
  z.discriminatedUnion('kind', [
    z.looseObject({ kind: z.enum(['all', 'any']), of: z.array(RuleNode) }),
    z.looseObject({ kind: z.literal('group'), group: z.string(), count: z.number().int().positive() }),
    z.looseObject({ kind: z.literal('auto'), name: z.string() }),
  ]),
);
/** What became of it. */
export const TallyNode = z.looseObject({
  kind: z.string(),
  satisfied: z.boolean(),
  group: z.string().optional(),
  by: z.array(Person).optional(),
  get of() {
    return z.array(TallyNode).optional();
  },
});
export type TallyNode = z.infer<typeof TallyNode>;

const Gate = z.object({
  gate: z.string(),
  state: z.enum(['pass', 'fail', 'pending', 'unknown', 'not-applicable']),
  note: z.string(),
  skipped: z.literal(true).optional(),
});

const Contract = z.object({ digest: Sha256, parts: z.record(z.string(), z.unknown()) });

/** What was planned, and frozen when it was. */
const Plan = z.object({
  revision: z.number().int(),
  service: z.string(),
  environment: z.string(),
  zone: z.string(),
  target: z.string(),
  repo: z.object({ id: z.number().int(), slug: z.string() }),
  sha: Sha,
  title: z.string(),
  ref: z.object({ kind: z.string(), name: z.string(), branch: z.string() }),
  pullRequest: z.object({ number: z.number().int(), url: z.string() }).nullable(),
  organization: z.string(),
  pipeline: z.string(),
  parameters: z.record(z.string(), z.string()),
  requester: Person,
  /** Whoever asked, and whoever pushed since. */
  requesters: z.array(Person),
  /** What was live when it was planned. */
  live: z.object({ sha: Sha, since: Time }).nullable(),
  change: z.object({ commits: z.number().int(), authors: z.array(z.string()), compareUrl: z.string().nullable() }),
  gates: z.array(Gate),
  rule: z.looseObject({ tree: RuleNode.nullable(), exclude: z.array(z.string()) }),
  policy: z.record(z.string(), z.unknown()),
  policyDigest: Sha256,
  contract: Contract,
});

const Build = z.object({
  uuid: z.string(),
  number: z.number().int(),
  pipeline: z.string(),
  url: z.string(),
  commit: z.string(),
  state: z.string(),
  createdAt: Time.nullable(),
  startedAt: Time.nullable(),
  finishedAt: Time.nullable(),
  /** A job of it has proved, by a token of Buildkite, that it is the one that was approved. */
  attested: z.boolean().optional(),
});

export const Decision = z.object({
  request: z.object({
    code: z.string(),
    workflowId: z.string(),
    runId: z.string(),
    namespace: z.string(),
    service: z.string(),
    environment: z.string(),
    ref: z.string().nullable(),
    parameters: z.record(z.string(), z.string()),
    dryRun: z.boolean(),
    emergency: z.string().nullable(),
    retryOf: z.object({ workflowId: z.string(), code: z.string() }).nullable(),
    askedBy: Account,
    askedAt: Time,
    from: Origin,
  }),
  plan: Plan.nullable(),
  /** Those that stood at the end. */
  votes: z.array(Vote),
  /** Those that counted once, and why they did no longer. */
  gone: z.array(z.object({ vote: Vote, why: z.string(), detail: z.string().nullable(), at: Time })),
  tally: z.object({ satisfied: z.boolean(), have: z.number().int(), need: z.number().int(), tree: TallyNode.nullable() }).nullable(),
  /** Another group was called, and by the rule could approve as well. */
  escalated: z.object({ at: Time, group: z.string() }).nullable(),
  /** When everything was read again and the start was granted, and with whose approval. */
  granted: z.object({ at: Time, approvers: z.array(z.string()) }).nullable(),
  build: Build.nullable(),
  /** Of an emergency: who signed it off afterwards, or disputed it. */
  review: z.object({ state: z.enum(['owed', 'signed', 'disputed']), votes: z.array(Vote) }).nullable(),
  result: z.object({
    kind: z.string(),
    /** Buildkite's word where the build ended badly. */
    how: z.string().nullable(),
    by: Person.nullable(),
    reason: z.string().nullable(),
    /** Codes and values of every reason why not. */
    reasons: z.array(z.looseObject({ code: z.string() })),
    at: Time.nullable(),
  }),
  times: z.object({ started: Time, closed: Time }),
});
export type Decision = z.infer<typeof Decision>;

export const Statement = z.object({
  _type: z.literal(STATEMENT_TYPE),
  subject: z.array(z.object({ name: z.string(), digest: z.record(z.string(), z.string()) })).length(1),
  predicateType: z.literal(PREDICATE_TYPE),
  predicate: Decision,
});
export type Statement = z.infer<typeof Statement>;
