// How requests reach GitHub: signed in as the app or an installation, once each, answers checked, failures as `Trouble`.
import type { Logger } from 'pino';
import type { Probot, ProbotOctokit } from 'probot';
import { isTrouble, Trouble } from '../trouble.ts';
import { troubleFrom, undecodable, type Attempt } from './failures.ts';
import { createGithubProbot } from './probot.ts';

export const PAGE_SIZE = 100;

/** A zod schema, by what is used of it. */
interface Decoder<T> {
  safeParse(value: unknown): { readonly success: true; readonly data: T } | { readonly success: false; readonly error: unknown };
}

export interface Call<T> {
  /** In lower case, for the message of a `Trouble`: `reading checks`. */
  readonly doing: string;
  /** Whose credential: the app's own, or that of an installation. */
  readonly as: 'app' | number;
  /** `GET /repos/{owner}/{repo}`: names in braces are taken from `params` and encoded, the rest becomes query or body. */
  readonly route: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly answer: Decoder<T>;
}

export interface Pages<P, I> {
  readonly items: readonly I[];
  readonly last: P;
  /** false: there are more pages than `pagesMax`. */
  readonly complete: boolean;
}

export interface Requests {
  read<T>(call: Call<T>): Promise<T>;
  /** null: 404. */
  readIfThere<T>(call: Call<T>): Promise<T | null>;
  readPages<P, I>(call: Call<P>, of: { readonly items: (page: P) => readonly I[]; readonly pagesMax: number }): Promise<Pages<P, I>>;
  write<T>(call: Call<T>): Promise<T>;
  query<T>(query: Omit<Call<T>, 'route'> & { readonly query: string }): Promise<T>;
}

export interface RequestsOptions {
  readonly appId: number;
  /** Asked for at every request: a key that was rotated on disk is used at once. */
  readonly privateKey: () => string;
  readonly baseUrl: string;
  readonly log: Logger;
  readonly now: () => number;
}

export function createRequests(options: RequestsOptions): Requests {
  const octokitAs = signIn(options);

  async function send<T>(call: Call<T>, write: boolean): Promise<{ readonly value: T; readonly link: string | null }> {
    const attempt: Attempt = { doing: call.doing, write, now: options.now };
    try {
      const octokit = await octokitAs(call.as);
      const response = await octokit.request(call.route, { ...call.params });
      return { value: decode(call.answer, response.data, attempt), link: response.headers.link ?? null };
    } catch (error) {
      throw troubleFrom(error, attempt);
    }
  }

  return {
    read: async (call) => (await send(call, false)).value,
    readIfThere: async (call) => {
      try {
        return (await send(call, false)).value;
      } catch (error) {
        if (isTrouble(error, 'not-found')) return null;
        throw error;
      }
    },
    readPages: (call, of) => collectPages((page) => send({ ...call, params: { ...call.params, per_page: PAGE_SIZE, page } }, false), of),
    write: async (call) => (await send(call, true)).value,
    query: async (call) => {
      const attempt: Attempt = { doing: call.doing, write: false, now: options.now };
      try {
        const octokit = await octokitAs(call.as);
        return decode(call.answer, await octokit.graphql<unknown>(call.query, { ...call.params }), attempt);
      } catch (error) {
        throw troubleFrom(error, attempt);
      }
    },
  };
}

async function collectPages<P, I>(
  readPage: (page: number) => Promise<{ readonly value: P; readonly link: string | null }>,
  of: { readonly items: (page: P) => readonly I[]; readonly pagesMax: number },
): Promise<Pages<P, I>> {
  const items: I[] = [];
  for (let page = 1; ; page += 1) {
    const { value, link } = await readPage(page);
    const found = of.items(value);
    items.push(...found);
    // A page that is not full may still have a successor; only the link says so.
    const more = link === null ? found.length === PAGE_SIZE : link.includes('rel="next"');
    if (!more) return { items, last: value, complete: true };
    if (page === of.pagesMax) return { items, last: value, complete: false };
  }
}

/** One Probot for as long as the private key stays the same: it keeps the installation tokens. */
function signIn(options: RequestsOptions): (as: 'app' | number) => Promise<ProbotOctokit> {
  let current: { readonly privateKey: string; readonly probot: Probot } | null = null;
  return (as) => {
    const privateKey = options.privateKey();
    if (current?.privateKey !== privateKey) current = { privateKey, probot: createGithubProbot({ ...options, privateKey }) };
    return as === 'app' ? current.probot.auth() : current.probot.auth(as);
  };
}

function decode<T>(answer: Decoder<T>, data: unknown, attempt: Attempt): T {
  const decoded = answer.safeParse(data);
  if (!decoded.success) throw undecodable(attempt, decoded.error);
  return decoded.data;
}

/** Owner and name, as parameters of a route. Throws `Trouble` (`invalid`) for a slug that would address something else. */
export function addressOf(slug: string): { readonly owner: string; readonly repo: string } {
  const match = /^(?<owner>[\w.-]{1,100})\/(?<repo>[\w.-]{1,100})$/.exec(slug);
  const { owner = '', repo = '' } = match?.groups ?? {};
  if (match === null || /^\.+$/.test(owner) || /^\.+$/.test(repo)) {
    throw new Trouble({ source: 'github', kind: 'invalid', doing: 'addressing a repository', found: `not owner/name: ${JSON.stringify(slug)}` });
  }
  return { owner, repo };
}
