// Buildkite's two quotas, as every response tells them. Pure. (REST rate limits in Buildkite's documentation: `RateLimit-*` is the
// organization's, shared with everybody in it; `RateLimit-User-*` is the token owner's. `Reset` is seconds left, not a moment.)
import type { Lane, Quota } from './api.ts';
import type { Millis } from '../../workflows/vocabulary.ts';

/** What the limiter learns from a response. `refusal` is the body of a 429. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly refusal: { readonly scope: string | null; readonly resetMs: number | null } | null;
}
export type Scope = Quota['scope'];

const PREFIX: Readonly<Record<Scope, string>> = { user: 'ratelimit-user', organization: 'ratelimit' };
const SCOPES: readonly Scope[] = ['user', 'organization'];
/** Of the organization's quota, left to everybody else in it unless configured otherwise. */
export const KEEP_FOR_OTHERS = 0.5;
/** Requests left to others, and to more urgent work, when a lane stops. */
const HEADROOM: Readonly<Record<Lane, number>> = { rollback: 2, cancel: 2, create: 2, unblock: 2, status: 10 };
/** Windows are 60 s (300 s for GraphQL); a header that claims more is not believed. */
const RESET_MAX_MS = 300_000;
const RESET_DEFAULT_MS = 60_000;
const RESET_SLACK_MS = 1_000;

export function quotasIn(headers: Headers, now: Millis): readonly Quota[] {
  return SCOPES.flatMap((scope) => {
    const [limit, remaining, reset] = ['limit', 'remaining', 'reset'].map((name) => wholeNumber(headers.get(`${PREFIX[scope]}-${name}`)));
    if (limit == null || remaining == null || reset == null) return [];
    return [{ scope, limit, remaining, resetAt: now + Math.min(reset * 1000, RESET_MAX_MS) }];
  });
}

/**
 * Until when a lane must pause because little is left, or null. `keepForOthers`: this share of the organization's quota is not used by
 * the bot, however little of it the others need. Only a rollback and a cancel may: they are what people would do by hand.
 */
export function pauseFor(lane: Lane, quota: Quota, keepForOthers: number): Millis | null {
  const keeps = quota.scope === 'organization' && lane !== 'rollback' && lane !== 'cancel';
  const left = Math.max(HEADROOM[lane], keeps ? Math.ceil(quota.limit * keepForOthers) : 0);
  return quota.remaining <= left ? quota.resetAt + RESET_SLACK_MS : null;
}

/** Until when everything must pause after a 429, by the reset of the scope that it names (both header sets may be present). */
export function pauseAfterRefusal(answer: Answer, now: Millis): Millis {
  const quotas = quotasIn(answer.headers, now);
  const named = scopeNamed(answer.refusal?.scope ?? answer.headers.get('ratelimit-scope'));
  const told = answer.refusal?.resetMs ?? null;
  if (told !== null) return now + Math.min(told, RESET_MAX_MS) + RESET_SLACK_MS;
  const quota = quotas.find(({ scope }) => scope === named) ?? quotas.toSorted((a, b) => b.resetAt - a.resetAt)[0];
  const after = wholeNumber(answer.headers.get('retry-after'));
  const resetAt = quota?.resetAt ?? now + (after === null ? RESET_DEFAULT_MS : Math.min(after * 1000, RESET_MAX_MS));
  return resetAt + RESET_SLACK_MS;
}

/** The answer without what it says of its user; null: it says nothing else. */
export function withoutUser(answer: Answer): Answer | null {
  if (answer.status === 429 && scopeNamed(answer.refusal?.scope ?? answer.headers.get('ratelimit-scope')) === 'user') return null;
  return { ...answer, headers: new Headers([...answer.headers].filter(([name]) => !name.startsWith(`${PREFIX.user}-`))) };
}

function scopeNamed(name: string | null): Scope | null {
  if (name === null) return null;
  return name.endsWith('_user') ? 'user' : 'organization';
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,9}$/.test(text.trim()) ? Number(text) : null;
}
