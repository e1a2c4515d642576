// Classic pages: `page`, `per_page`, and a `Link` header built from the address the request came to.
import type { SimRequest, SimResponse } from '../http.ts';

const PER_PAGE = 30;
const MAX_PER_PAGE = 100;

export interface Page {
  readonly page: number;
  readonly perPage: number;
}

/** `page=0` is page 1 (a common client sends it); more than 100 a page is 100. */
export function pageOf(query: URLSearchParams): Page {
  const number = (name: string, otherwise: number): number => {
    const value = Number.parseInt(query.get(name) ?? '', 10);
    return Number.isNaN(value) || value < 1 ? otherwise : value;
  };
  return { page: number('page', 1), perPage: Math.min(number('per_page', PER_PAGE), MAX_PER_PAGE) };
}

/** One page of the items as a response; without a `Link` header when everything fits. */
export function paged<T>(request: SimRequest, items: readonly T[], json: (item: T) => unknown): SimResponse {
  const { page, perPage } = pageOf(request.query);
  const last = Math.max(1, Math.ceil(items.length / perPage));
  const links = [
    ...(page < last ? [link(request, page + 1, 'next'), link(request, last, 'last')] : []),
    ...(page > 1 ? [link(request, 1, 'first'), link(request, Math.min(page - 1, last), 'prev')] : []),
  ];
  return {
    status: 200,
    headers: links.length > 0 ? { Link: links.join(', ') } : {},
    body: items.slice((page - 1) * perPage, page * perPage).map(json),
  };
}

function link(request: SimRequest, page: number, rel: string): string {
  const query = new URLSearchParams(request.query);
  query.set('page', String(page));
  query.set('per_page', String(pageOf(request.query).perPage));
  return `<${request.base}${request.path}?${query.toString()}>; rel="${rel}"`;
}
