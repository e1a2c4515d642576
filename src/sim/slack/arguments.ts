// Arguments of a Web API call: form or JSON, with structured values as JSON text in forms.
import type { SimRequest } from '../http.ts';
import { isRecord } from './world.ts';

export interface ApiArguments {
  readonly text: (name: string) => string | null;
  readonly flag: (name: string) => boolean;
  readonly count: (name: string, otherwise: number) => number;
  /** A structured value; undefined when it was not sent, `invalid` when it is not JSON. */
  readonly value: (name: string) => unknown;
  readonly has: (name: string) => boolean;
  readonly token: string | null;
  /** Slack's remark on how the request was encoded. */
  readonly warning: 'missing_charset' | 'superfluous_charset' | null;
}

/** null: a content type or a body that Slack can't read. */
export function readArguments(request: SimRequest): ApiArguments | null {
  const [type = '', ...parameters] = (request.headers['content-type'] ?? 'application/x-www-form-urlencoded').toLowerCase().split(';');
  const hasCharset = parameters.some((parameter) => parameter.trim().startsWith('charset='));
  const isJson = type.trim() === 'application/json';
  if (!isJson && type.trim() !== 'application/x-www-form-urlencoded') return null;
  const sent = isJson
    ? parseJson(request.rawBody.toString('utf8') || '{}')
    : Object.fromEntries(new URLSearchParams(request.rawBody.toString('utf8')));
  if (!isRecord(sent)) return null;
  const all: Readonly<Record<string, unknown>> = { ...Object.fromEntries(request.query), ...sent };
  const bearer = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1] ?? null;
  const text = (name: string): string | null => {
    const value = all[name];
    return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : null;
  };
  return {
    text,
    flag: (name) => ['true', '1'].includes(text(name) ?? ''),
    count: (name, otherwise) => Number(text(name) ?? otherwise),
    value: (name) => (typeof all[name] === 'string' ? parseJson(all[name]) : all[name]),
    has: (name) => all[name] !== undefined,
    token: bearer ?? text('token'),
    warning: isJson && !hasCharset ? 'missing_charset' : !isJson && hasCharset ? 'superfluous_charset' : null,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return 'invalid';
  }
}
