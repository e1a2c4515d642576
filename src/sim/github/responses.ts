// How GitHub answers: errors, pages, links to the next page.
import type { SimRequest, SimResponse } from '../http.ts';

const DOCS = 'https://docs.github.com/rest';
const DEFAULT_PER_PAGE = 30;
const MAX_PER_PAGE = 100;

export interface FieldError {
  readonly resource: string;
  readonly field: string;
  readonly code: string;
  readonly message?: string;
}

/** Thrown by a route to end the request with GitHub's error body. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly status: number;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, more: { errors?: readonly FieldError[]; headers?: Readonly<Record<string, string>> } = {}) {
    super(message);
    this.status = status;
    this.errors = more.errors ?? [];
    this.headers = more.headers ?? {};
  }
}

export function notFound(): ApiError {
  return new ApiError(404, 'Not Found');
}

export function invalid(...errors: readonly FieldError[]): ApiError {
  return new ApiError(422, 'Validation Failed', { errors });
}

export function noCommit(ref: string): ApiError {
  return new ApiError(422, `No commit found for SHA: ${ref}`);
}

export function errorResponse(error: ApiError): SimResponse {
  return {
    status: error.status,
    headers: error.headers,
    body: {
      message: error.message,
      ...(error.errors.length === 0 ? {} : { errors: error.errors }),
      documentation_url: DOCS,
      status: String(error.status),
    },
  };
}

export function ok(body: unknown): SimResponse {
  return { status: 200, body };
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly headers: Readonly<Record<string, string>>;
}

/** `per_page` and `page`, with a `Link` header that names the other pages like GitHub's. */
export function paginate<T>(request: SimRequest, all: readonly T[]): Page<T> {
  const perPage = perPageOf(request);
  const page = Math.max(1, wholeNumber(request.query.get('page')) ?? 1);
  const last = Math.max(1, Math.ceil(all.length / perPage));
  const link = (target: number, rel: string): string => relation(request, { page: String(target) }, rel);
  const links = [
    ...(page > 1 ? [link(page - 1, 'prev')] : []),
    ...(page < last ? [link(page + 1, 'next'), link(last, 'last')] : []),
    ...(page > 1 ? [link(1, 'first')] : []),
  ];
  return { items: all.slice((page - 1) * perPage, page * perPage), headers: links.length === 0 ? {} : { link: links.join(', ') } };
}

/** Pages by cursor: `parameter` holds the id of the last item of the page before. */
export function paginateByCursor<T extends { readonly id: number }>(request: SimRequest, all: readonly T[], parameter: 'after' | 'cursor'): Page<T> {
  const perPage = perPageOf(request);
  const cursor = wholeNumber(request.query.get(parameter));
  const start = cursor === null ? 0 : all.findIndex((item) => item.id === cursor) + 1;
  const items = all.slice(start, start + perPage);
  const last = items.at(-1);
  const more = last !== undefined && start + perPage < all.length;
  return { items, headers: more ? { link: relation(request, { [parameter]: String(last.id) }, 'next') } : {} };
}

function relation(request: SimRequest, change: Readonly<Record<string, string>>, rel: string): string {
  const url = new URL(`${request.base}${request.path}`);
  for (const [name, value] of [...request.query, ...Object.entries(change)]) url.searchParams.set(name, value);
  return `<${url.href}>; rel="${rel}"`;
}

function perPageOf(request: SimRequest): number {
  const asked = wholeNumber(request.query.get('per_page')) ?? DEFAULT_PER_PAGE;
  return Math.min(MAX_PER_PAGE, Math.max(1, asked));
}

function wholeNumber(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
