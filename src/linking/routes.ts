// `GET /github/link`: from a one-time URL in Slack over GitHub's sign-in to two accounts, seen side by side and confirmed.
// The URL proves the Slack account, the sign-in the GitHub account; the browser that signed in is the one that confirms.
import { createHash } from 'node:crypto';
import type { Logger } from 'pino';
import type { GithubAccount, OpenLink, TokenState } from '../../workflows/people-contract.ts';
import type { Person } from '../../workflows/vocabulary.ts';
import type { SignIn } from '../github/sign-in.ts';
import type { RawRequest, RawResponse, Route } from '../ingress.ts';
import { digestOfSecret, isSecret } from '../one-time-secret.ts';
import { whyNotLinkable } from '../policy/links.ts';
import { LINK_PATH, linkPage, LINK_STYLE, type LinkPage, type NoLink } from '../render/link-pages.ts';
import type { PeopleStore } from '../temporal/people.ts';
import { isTrouble } from '../trouble.ts';
import { cookieFor, digestsOf, formTokenOf, isFormTokenOf, isStateOf, newSession, noCookie, sessionOf, stateOf, verifierOf } from './session.ts';
import type { Session } from './session.ts';

export interface LinkingOptions {
  /** Our own address, without a slash at its end. */
  readonly publicUrl: string;
  readonly signIn: SignIn;
  readonly people: Pick<PeopleStore, 'tokenState' | 'signInToLink' | 'confirmLink'>;
  /** Of the configuration: it wins. */
  readonly reviewed: readonly Person[];
  /** Name of the Slack workspace. */
  readonly workspace: string;
  readonly prefix: string;
  readonly log: Logger;
  readonly now: () => number;
}

const PATH = { begin: LINK_PATH, callback: `${LINK_PATH}/callback`, confirm: `${LINK_PATH}/confirm` } as const;
const FORM_MAX_BYTES = 4_096;
/** Nobody has signed in yet who asks here: more than this at a time would cost others their turn. */
const AT_ONCE_MAX = 20;

type Step = (request: RawRequest, options: LinkingOptions) => Promise<RawResponse>;

export function createLinkRoutes(options: LinkingOptions): readonly Route[] {
  let underWay = 0;
  const route = (method: 'GET' | 'POST', path: string, step: Step): Route => ({
    method,
    path,
    maxBytes: () => (method === 'GET' ? 0 : FORM_MAX_BYTES),
    handle: async (request) => {
      if (underWay >= AT_ONCE_MAX) return refused({ code: 'busy' }, options);
      underWay += 1;
      try {
        return await step(request, options);
      } catch (error) {
        if (!isTrouble(error)) throw error;
        options.log.warn({ err: error }, 'a step of linking two accounts got no answer');
        const isRefusal = error.source === 'github' && error.kind === 'invalid';
        return refused(
          isRefusal ? { code: 'not-accepted' } : { code: 'no-answer', from: error.source === 'github' ? 'GitHub' : 'Temporal' },
          options,
        );
      } finally {
        underWay -= 1;
      }
    },
  });
  return [
    route('GET', PATH.begin, begin),
    route('GET', PATH.callback, comeBack),
    route('GET', PATH.confirm, showBoth),
    route('POST', PATH.confirm, confirm),
  ];
}

/** Opened from Slack. Reading alone uses nothing up: programs that look at links before people do break nothing. */
const begin: Step = async ({ query, headers }, options) => {
  const token = new URLSearchParams(query).get('token') ?? '';
  if (!isSecret(token)) return refused({ code: 'token-unknown' }, options);
  const open = openOf(await options.people.tokenState(digestOfSecret(token)), options);
  if ('code' in open) return refused(open, options);
  const overruled = whyNotLinkable(options.reviewed, { slack: open.slack, github: null });
  if (overruled !== null) return refused(overruled, options);
  if (open.signedIn !== null) {
    const mine = sessionOf(headers, isHttps(options));
    return mine?.token === token && isSignedIn(open, mine) ? redirect(confirmUrl(options)) : refused({ code: 'other-session' }, options);
  }
  const session = newSession(token);
  const maxAgeS = Math.ceil((open.expiresAt - options.now()) / 1_000);
  const to = options.signIn.authorizeUrl({ state: stateOf(session), verifier: verifierOf(session), redirectUri: redirectUri(options) });
  return redirect(to, cookieFor(session, { isHttps: isHttps(options), maxAgeS }));
};

/** GitHub sent the person back. */
const comeBack: Step = async ({ query, headers }, options) => {
  const answer = new URLSearchParams(query);
  const session = sessionOf(headers, isHttps(options));
  if (session === null || !isStateOf(session, answer.get('state') ?? '')) return refused({ code: 'other-browser' }, options);
  const code = answer.get('code') ?? '';
  if (answer.has('error') || code === '') return refused({ code: 'declined' }, options);
  const digests = digestsOf(session);
  const open = openOf(await options.people.tokenState(digests.token), options);
  if ('code' in open) return refused(open, options);
  // Loaded again: the code has been used.
  if (isSignedIn(open, session)) return redirect(confirmUrl(options));
  const user = await options.signIn.whoSignedIn({ code, verifier: verifierOf(session), redirectUri: redirectUri(options) });
  const github: GithubAccount = { surface: 'github', ...user };
  // Before the sign-in is noted, which happens once: whoever took the wrong account may try again.
  const overruled = whyNotLinkable(options.reviewed, { slack: open.slack, github });
  if (overruled !== null) return refused(overruled, options);
  const signedIn = await options.people.signInToLink({ ...digests, github });
  // A page of its own, so that the code is in no address that is reloaded or kept.
  return signedIn.kind === 'signed-in' ? redirect(confirmUrl(options)) : refused(signedIn.reason, options);
};

const showBoth: Step = async ({ headers }, options) => {
  const session = sessionOf(headers, isHttps(options));
  if (session === null) return refused({ code: 'other-browser' }, options);
  const open = openOf(await options.people.tokenState(digestsOf(session).token), options);
  if ('code' in open) return refused(open, options);
  if (open.signedIn === null) return refused({ code: 'not-signed-in' }, options);
  if (!isSignedIn(open, session)) return refused({ code: 'other-session' }, options);
  const { slack, expiresAt, signedIn } = open;
  const form = { action: confirmUrl(options), token: formTokenOf(session) };
  return page(200, { kind: 'confirm', slack, github: signedIn.github, expiresAt, form }, options);
};

const confirm: Step = async ({ headers, rawBody }, options) => {
  const session = sessionOf(headers, isHttps(options));
  const site = headers['sec-fetch-site'];
  const isOwnForm = site === undefined || site === 'same-origin';
  const form = new URLSearchParams(rawBody.toString('utf8'));
  if (session === null || !isOwnForm || !isFormTokenOf(session, form.get('form') ?? '')) return refused({ code: 'other-browser' }, options);
  const digests = digestsOf(session);
  const open = openOf(await options.people.tokenState(digests.token), options);
  if ('code' in open) return refused(open, options);
  const overruled = whyNotLinkable(options.reviewed, { slack: open.slack, github: open.signedIn?.github ?? null });
  if (overruled !== null) return refused(overruled, options);
  const confirmed = await options.people.confirmLink(digests);
  if (confirmed.kind === 'refused') return refused(confirmed.reason, options);
  const { slack, github } = confirmed.link;
  options.log.info({ slack: slack.user, github: github.id }, 'two accounts were linked');
  return page(200, { kind: 'linked', slack, github }, options, noCookie(isHttps(options)));
};

/** The link that is being made, or why there is none. Time is read here: the answer of `people` may be as old as its last event. */
function openOf(state: TokenState, { now }: LinkingOptions): OpenLink | NoLink {
  if (state.kind === 'expired') return { code: 'token-expired', at: state.at };
  if (state.kind !== 'open') return { code: state.kind === 'used' ? 'token-used' : 'token-unknown' };
  return now() < state.link.expiresAt ? state.link : { code: 'token-expired', at: state.link.expiresAt };
}

const isSignedIn = ({ signedIn }: OpenLink, session: Session): boolean => signedIn?.session === digestsOf(session).session;
const isHttps = ({ publicUrl }: LinkingOptions): boolean => publicUrl.startsWith('https:');
const redirectUri = ({ publicUrl }: LinkingOptions): string => `${publicUrl}${PATH.callback}`;
const confirmUrl = ({ publicUrl }: LinkingOptions): string => `${publicUrl}${PATH.confirm}`;

// ---- answers ---------------------------------------------------------------------------------------------------

const styleDigest = createHash('sha256').update(LINK_STYLE).digest('base64');
const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'content-security-policy': `default-src 'none'; style-src 'sha256-${styleDigest}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'cross-origin-opener-policy': 'same-origin',
  // The address of the first page holds the token.
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
} as const;

function page(status: number, content: LinkPage, options: LinkingOptions, cookie?: string): RawResponse {
  const body = linkPage(content, { now: options.now(), workspace: options.workspace, prefix: options.prefix });
  return { status, headers: { ...HEADERS, ...(cookie === undefined ? {} : { 'set-cookie': cookie }) }, body };
}

function redirect(to: string, cookie?: string): RawResponse {
  return { status: 303, headers: { location: to, 'referrer-policy': 'no-referrer', ...(cookie === undefined ? {} : { 'set-cookie': cookie }) } };
}

function refused(reason: NoLink, options: LinkingOptions): RawResponse {
  return page(STATUS[reason.code], { kind: 'refused', reason }, options);
}

const STATUS: Readonly<Record<NoLink['code'], number>> = {
  'token-unknown': 404,
  'token-used': 410,
  'token-expired': 410,
  'other-session': 403,
  'other-browser': 403,
  'not-signed-in': 403,
  declined: 403,
  'not-accepted': 502,
  'slack-linked': 409,
  'github-linked': 409,
  'reviewed-otherwise': 409,
  'no-answer': 503,
  busy: 503,
};
