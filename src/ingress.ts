// What reaches us over HTTP, after the body was capped and before anything was verified. Types only.
import type { IncomingHttpHeaders } from 'node:http';

export interface RawRequest {
  readonly headers: IncomingHttpHeaders;
  /** The bytes as sent: signatures are computed over these. */
  readonly rawBody: Buffer;
  /** What follows `?` in the address, as sent. Left out where nothing asks for it: none. */
  readonly query?: string;
}

export interface RawResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Error bodies say nothing. */
  readonly body?: string;
}

/** One public endpoint. */
export interface Route {
  readonly path: string;
  /** `POST` unless given. A path may have a route for each. */
  readonly method?: 'GET' | 'POST';
  /** Bytes; a larger body is answered 413 before it is read whole. May depend on the headers, which are not trusted for anything else. */
  readonly maxBytes: (headers: IncomingHttpHeaders) => number;
  readonly handle: (request: RawRequest) => Promise<RawResponse>;
}
