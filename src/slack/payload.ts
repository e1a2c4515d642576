// A verified body as what it says.
import type { RawRequest } from '../ingress.ts';
import { parseJson } from '../parse-json.ts';
import { Envelope } from './schema.ts';

export type Payload = Readonly<Record<string, unknown>>;

/** `certificate-check`: Slack looks at our TLS and wants nothing else, whatever the form says besides. */
export type ParsedBody =
  | { readonly kind: 'payload'; readonly payload: Payload }
  | { readonly kind: 'certificate-check' }
  | { readonly kind: 'unreadable' };

const UNREADABLE: ParsedBody = { kind: 'unreadable' };

/** A parameter given twice is unreadable: two readers of it could see two things. */
export function parseBody(request: RawRequest): ParsedBody {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  const text = request.rawBody.toString('utf8');
  if (type === 'application/json') return parsePayload(text);
  if (type !== 'application/x-www-form-urlencoded') return UNREADABLE;

  const form = new URLSearchParams(text);
  const names = [...form.keys()];
  if (new Set(names).size < names.length) return UNREADABLE;
  if (form.has('ssl_check')) return { kind: 'certificate-check' };
  const payload = form.get('payload');
  return payload === null ? { kind: 'payload', payload: Object.fromEntries(form) } : parsePayload(payload);
}

/** Whether the payload is for this app, installed in this workspace. What doesn't say so isn't. `appId` null: unknown, not checked. */
export function isForUs(payload: Payload, us: { readonly team: string; readonly appId: string | null }): boolean {
  const envelope = Envelope.safeParse(payload);
  if (!envelope.success) return false;
  const { team_id, team, api_app_id } = envelope.data;
  return (team_id ?? team?.id) === us.team && (us.appId === null || api_app_id === us.appId);
}

function parsePayload(text: string): ParsedBody {
  const payload = parseJson(text);
  if (payload === null || typeof payload !== 'object' || Array.isArray(payload)) return UNREADABLE;
  return { kind: 'payload', payload: payload as Payload };
}
