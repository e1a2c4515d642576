// The ways in which Buildkite, or what stands in front of it, lets a client down, as `fault({ …, effect: TROUBLE.errorAfter })` takes them.
import type { FaultEffect } from '../http.ts';

const HTML = { 'content-type': 'text/html; charset=utf-8' };
const page = (title: string): string => `<html><head><title>${title}</title></head><body><h1>${title}</h1><hr>nginx</body></html>`;
const AUTHENTICATION = 'Authentication required. Please supply a valid API Access Token: https://buildkite.com/docs/apis/rest-api#authentication';

/** `…Before`: nothing has happened. `…After`: it has happened, and the client can't know. */
export const TROUBLE = {
  errorBefore: { kind: 'status', status: 500, body: { message: 'Internal server error' } },
  errorAfter: { kind: 'commit-then-status', status: 500 },
  cutBefore: { kind: 'cut' },
  cutAfter: { kind: 'commit-then-cut' },
  hangBefore: { kind: 'hang' },
  hangAfter: { kind: 'commit-then-hang' },
  /** From a proxy in front of Buildkite. */
  badGateway: { kind: 'status', status: 502, body: page('502 Bad Gateway'), headers: HTML },
  unavailable: { kind: 'status', status: 503, body: page('503 Service Temporarily Unavailable'), headers: HTML },
  htmlAfter: { kind: 'commit-then-body', body: page('Just a moment…') },
  /** The connection is closed in the middle of the answer. */
  halfAfter: { kind: 'commit-then-half' },
  /** A complete answer that ends in the middle of the JSON. */
  truncatedAfter: { kind: 'commit-then-body', body: '{"id":"0193', contentType: 'application/json; charset=utf-8' },
  /** The token was revoked: for as long as the rule lasts. */
  unauthorized: { kind: 'status', status: 401, body: { message: AUTHENTICATION } },
  forbidden: { kind: 'status', status: 403, body: { message: 'Forbidden' } },
  /** The user can't see the pipeline any more. */
  hidden: { kind: 'status', status: 404, body: { message: 'No pipeline found' } },
} as const satisfies Readonly<Record<string, FaultEffect>>;
