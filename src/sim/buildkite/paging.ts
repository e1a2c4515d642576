// Pages, as Buildkite has them in two styles. Classic ones: `page`, `per_page`, and a `Link` header built from the address the request came to.
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

/** Newer lists: `{ items, links }` with a cursor on either side. Refuses, with a 400, what is no cursor or no number. */
export function cursored<T extends { readonly id: string }>(request: SimRequest, items: readonly T[], json: (item: T) => unknown): SimResponse {
  const { query } = request;
  const [after, before, size] = [query.get('after'), query.get('before'), query.get('per_page') ?? String(PER_PAGE)];
  if (after !== null && before !== null) return invalid('Only one of after and before may be given');
  if (!/^[1-9]\d*$/.test(size)) return invalid('Invalid per_page');
  const perPage = Math.min(Number(size), MAX_PER_PAGE);
  const at = items.findIndex((item) => cursorOf(item) === (after ?? before));
  if ((after !== null || before !== null) && at === -1) return invalid('Invalid cursor');
  const start = before !== null ? Math.max(0, at - perPage) : at + 1;
  const page = items.slice(start, before !== null ? at : start + perPage);
  const [first, last] = [page[0], page.at(-1)];
  const href = (cursor: Readonly<Record<string, string>>): string => {
    const own = [...query].filter(([name]) => name !== 'after' && name !== 'before' && name !== 'per_page');
    return `${request.base}${request.path}?${new URLSearchParams([...Object.entries(cursor), ...own, ['per_page', String(perPage)]]).toString()}`;
  };
  return {
    status: 200,
    body: {
      items: page.map(json),
      links: {
        self: href({ ...(after === null ? {} : { after }), ...(before === null ? {} : { before }) }),
        ...(last !== undefined && last !== items.at(-1) ? { next: href({ after: cursorOf(last) }) } : {}),
        ...(first !== undefined && first !== items[0] ? { prev: href({ before: cursorOf(first) }), first: href({}) } : {}),
      },
    },
  };
}

const cursorOf = ({ id }: { readonly id: string }): string => Buffer.from(id).toString('base64url');
const invalid = (message: string): SimResponse => ({ status: 400, body: { message } });
