// Whether a request is from Slack: https://docs.slack.dev/authentication/verifying-requests-from-slack. Bolt's own check lets the future pass.
import { createHmac } from 'node:crypto';
import type { RawRequest } from '../ingress.ts';
import { matchesAnySecret } from '../secret-compare.ts';

/** A captured request is worthless after five minutes; one from the future would live longer, so it is worthless as well. */
const SKEW_MAX_MS = 300_000;

/** The time of the request in milliseconds, or null when it isn't signed with one of our secrets just now. */
export function verifiedAt(request: RawRequest, check: { readonly secrets: readonly string[]; readonly now: number }): number | null {
  const timestamp = request.headers['x-slack-request-timestamp'];
  const signature = request.headers['x-slack-signature'];
  if (typeof timestamp !== 'string' || typeof signature !== 'string' || !/^\d{1,12}$/.test(timestamp)) return null;
  const at = Number(timestamp) * 1_000;
  if (Math.abs(check.now - at) > SKEW_MAX_MS) return null;
  const expected = check.secrets.filter((secret) => secret !== '').map((secret) => sign(secret, timestamp, request.rawBody));
  return matchesAnySecret(signature, expected) ? at : null;
}

function sign(secret: string, timestamp: string, body: Buffer): string {
  return `v0=${createHmac('sha256', secret).update(`v0:${timestamp}:`).update(body).digest('hex')}`;
}
