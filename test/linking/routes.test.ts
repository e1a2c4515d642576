import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Trouble } from '../../src/trouble.ts';
import { openBrowser, wordsOn, type Browser } from '../support/browser.ts';
import { openLinkingApp, ZOE, type LinkingApp } from './linking-app.ts';

let app: LinkingApp;
let browser: Browser;
beforeEach(async () => {
  app = await openLinkingApp();
  browser = openBrowser();
});
afterEach(() => app.close());

const links = (): readonly string[] => app.book.links.map(({ slack, github }) => `${slack.user} ${github.id}`);

describe('linking', () => {
  it('shows both accounts after the sign-in, and keeps the link once both are confirmed', async () => {
    const page = await browser.open(app.oneTimeUrl());
    expect([page.status, page.url]).toEqual([200, `${app.url}/github/link/confirm`]);
    const words = wordsOn(page.body);
    expect(words).toContain('Slack zoe in Acme & Sons member U70 of workspace T1');
    expect(words).toContain('GitHub zoe-gh account 70');
    expect(links()).toEqual([]);
    const done = await browser.submit(page);
    expect([done.status, wordsOn(done.body)]).toEqual([200, expect.stringContaining('Linked Slack zoe in Acme & Sons')]);
    expect(links()).toEqual(['U70 70']);
    expect(browser.cookie()).toBe('');
  });

  it('may be loaded again at every step', async () => {
    const url = app.oneTimeUrl();
    await browser.get(url);
    const away = await browser.get(url);
    const callback = await browser.get(away.headers.get('location') ?? '');
    const back = callback.headers.get('location') ?? '';
    const page = await browser.open(back);
    expect(wordsOn((await browser.open(back)).body)).toBe(wordsOn(page.body));
    expect((await browser.open(url)).url).toBe(page.url);
    await browser.submit(await browser.open(page.url));
    expect(links()).toEqual(['U70 70']);
  });

  it('asks GitHub for nothing but who it is, with a proof that only this browser has', async () => {
    const { headers, status } = await browser.get(app.oneTimeUrl());
    const to = new URL(headers.get('location') ?? '');
    expect([status, to.origin + to.pathname]).toEqual([303, `${app.github.url}/login/oauth/authorize`]);
    expect(Object.fromEntries(to.searchParams)).toEqual({
      client_id: app.github.clientId,
      redirect_uri: `${app.url}/github/link/callback`,
      state: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
  });

  it('sends the secrets of two sign-ins that have nothing in common', async () => {
    const url = app.oneTimeUrl();
    const [one, other] = await Promise.all([openBrowser().get(url), openBrowser().get(url)]);
    const of = (visit: typeof one, name: string): string | null => new URL(visit.headers.get('location') ?? '').searchParams.get(name);
    expect([of(one, 'state'), of(one, 'code_challenge')]).not.toEqual([of(other, 'state'), of(other, 'code_challenge')]);
    expect(of(one, 'state')).not.toBe(of(other, 'state'));
  });
});

describe('a one-time URL', () => {
  it.each([
    ['that was never given out', async () => `${app.url}/github/link?token=${'x'.repeat(43)}`, 404, 'This link does not work'],
    ['without a token', async () => `${app.url}/github/link`, 404, 'This link does not work'],
    ['with something else in its place', async () => `${app.url}/github/link?token=../../etc`, 404, 'This link does not work'],
    [
      'that was replaced by a newer one',
      async () => {
        const old = app.oneTimeUrl();
        app.oneTimeUrl();
        return old;
      },
      404,
      'This link does not work',
    ],
    [
      'that has expired',
      async () => {
        const url = app.oneTimeUrl();
        app.clock.now += 600_000;
        return url;
      },
      410,
      'This link has expired',
    ],
    [
      'that was used',
      async () => {
        const url = app.oneTimeUrl();
        await browser.submit(await browser.open(url));
        return url;
      },
      410,
      'This link was used already',
    ],
  ])('%s leads nowhere', async (_, prepare, status, title) => {
    const url = await prepare();
    const page = await openBrowser().open(url);
    expect([page.status, wordsOn(page.body)]).toEqual([status, expect.stringContaining(title)]);
  });

  it('that expires while the person hesitates is not confirmed', async () => {
    const page = await browser.open(app.oneTimeUrl());
    app.clock.now += 600_000;
    expect(await browser.submit(page)).toMatchObject({ status: 410 });
    expect(links()).toEqual([]);
  });

  it('is not used up by a program that looks at it first', async () => {
    const url = app.oneTimeUrl();
    await openBrowser().get(url);
    await browser.submit(await browser.open(url));
    expect(links()).toEqual(['U70 70']);
  });
});

describe('another browser', () => {
  it('that opens the URL after somebody signed in with it is told so, and stops nobody', async () => {
    const url = app.oneTimeUrl();
    const page = await browser.open(url);
    app.github.browseAs('thief');
    const theft = await openBrowser().open(url);
    expect([theft.status, wordsOn(theft.body)]).toEqual([403, expect.stringContaining('Somebody signed in with this link already')]);
    await browser.submit(page);
    expect(links()).toEqual(['U70 70']);
  });

  it('that began before somebody else signed in can’t sign in any more', async () => {
    const url = app.oneTimeUrl();
    const other = openBrowser();
    const away = await other.get(url);
    await browser.open(url);
    app.github.browseAs('thief');
    const late = await other.open(away.headers.get('location') ?? '');
    expect([late.status, wordsOn(late.body)]).toEqual([403, expect.stringContaining('Somebody signed in with this link already')]);
  });

  it('is not taken for the one that left, whoever sends it the answer of GitHub', async () => {
    const away = await browser.get(app.oneTimeUrl());
    const callback = await browser.get(away.headers.get('location') ?? '');
    const victim = openBrowser();
    const answer = await victim.open(callback.url === '' ? '' : (callback.headers.get('location') ?? ''));
    expect([answer.status, wordsOn(answer.body)]).toEqual([403, expect.stringContaining('This is not where you began')]);
  });

  it('can’t be made to finish a sign-in that it began for another link', async () => {
    const mine = await browser.get(app.oneTimeUrl());
    const other = openBrowser();
    await other.get(app.oneTimeUrl({ ...ZOE, user: 'U71', name: 'thief' }));
    // The answer to my question, in the browser that asked another one.
    const callback = await fetch(mine.headers.get('location') ?? '', { redirect: 'manual' });
    const answer = await other.open(callback.headers.get('location') ?? '');
    expect(answer.status).toBe(403);
    expect(app.book.open.map(({ signedIn }) => signedIn)).toEqual([null, null]);
  });

  it.each([
    ['a changed state', (url: URL) => url.searchParams.set('state', 'x'.repeat(43))],
    ['no state', (url: URL) => url.searchParams.delete('state')],
    ['an empty state', (url: URL) => url.searchParams.set('state', '')],
  ])('is suspected for %s', async (_, change) => {
    const away = await browser.get(app.oneTimeUrl());
    const callback = await browser.get(away.headers.get('location') ?? '');
    const changed = new URL(callback.headers.get('location') ?? '');
    change(changed);
    expect((await browser.open(changed.toString())).status).toBe(403);
    expect(app.book.open[0]?.signedIn).toBeNull();
  });

  it('can’t open the page of both accounts, nor confirm it', async () => {
    const page = await browser.open(app.oneTimeUrl());
    const other = openBrowser();
    expect((await other.open(page.url)).status).toBe(403);
    expect((await other.submit(page)).status).toBe(403);
    await other.get(app.oneTimeUrl({ ...ZOE, user: 'U71' }));
    expect((await other.submit(page)).status).toBe(403);
    expect(links()).toEqual([]);
  });
});

describe('the form', () => {
  it.each([
    ['without its token', { form: '' }, {}],
    ['with another token', { form: 'x'.repeat(43) }, {}],
    ['from another site', {}, { 'sec-fetch-site': 'cross-site' }],
    ['from a neighbouring site', {}, { 'sec-fetch-site': 'same-site' }],
  ])('is refused %s', async (_, change, headers) => {
    const page = await browser.open(app.oneTimeUrl());
    const answer = await browser.submit(page, change, headers);
    expect([answer.status, wordsOn(answer.body)]).toEqual([403, expect.stringContaining('This is not where you began')]);
    expect(links()).toEqual([]);
  });

  it('works once', async () => {
    const page = await browser.open(app.oneTimeUrl());
    const cookie = browser.cookie();
    await browser.submit(page);
    const again = await openBrowser().submit(page, {}, { cookie });
    expect([again.status, wordsOn(again.body)]).toEqual([410, expect.stringContaining('This link was used already')]);
  });

  it('is a POST: opening its address links nothing', async () => {
    await browser.open(app.oneTimeUrl());
    expect((await browser.get(`${app.url}/github/link/confirm`)).status).toBe(200);
    expect(links()).toEqual([]);
    expect((await fetch(`${app.url}/github/link`, { method: 'POST' })).status).toBe(405);
  });
});

describe('the configuration', () => {
  it('wins over a sign-in with an account that it gives to somebody else, and another account may be tried', async () => {
    const url = app.oneTimeUrl();
    app.github.browseAs('bea');
    const page = await browser.open(url);
    expect([page.status, wordsOn(page.body)]).toEqual([409, expect.stringContaining('It says that this GitHub account belongs to Bea .')]);
    app.github.browseAs('zoe-gh');
    await browser.submit(await browser.open(url));
    expect(links()).toEqual(['U70 70']);
  });

  it('wins over a URL of somebody whom it knows', async () => {
    const page = await browser.open(app.oneTimeUrl({ ...ZOE, user: 'U2' }));
    expect([page.status, wordsOn(page.body)]).toEqual([409, expect.stringContaining('this Slack account belongs to Bea')]);
  });
});

describe('what goes wrong', () => {
  it('a GitHub account that is linked already stays where it is', async () => {
    await browser.submit(await browser.open(app.oneTimeUrl()));
    const second = await openBrowser().open(app.oneTimeUrl({ ...ZOE, user: 'U71', name: '<b>other</b>' }));
    expect([second.status, wordsOn(second.body)]).toEqual([409, expect.stringContaining('This GitHub account is linked already')]);
    expect(links()).toEqual(['U70 70']);
  });

  it('a person who does not let GitHub say who they are may change their mind', async () => {
    const url = app.oneTimeUrl();
    app.github.browseAs('zoe-gh', { declines: true });
    const page = await browser.open(url);
    expect([page.status, wordsOn(page.body)]).toEqual([403, expect.stringContaining('You did not let GitHub say who you are.')]);
    app.github.browseAs('zoe-gh');
    expect((await browser.open(url)).status).toBe(200);
  });

  it.each([
    ['the exchange', 'POST', /access_token/],
    ['the account', 'GET', /^\/user$/],
  ])('GitHub away at %s is said', async (_, method, path) => {
    app.github.fault({ method, path, times: 1, effect: { kind: 'status', status: 502 } });
    const page = await browser.open(app.oneTimeUrl());
    expect([page.status, wordsOn(page.body)]).toEqual([503, expect.stringContaining('GitHub does not answer')]);
  });

  it('a code that GitHub does not take is said, and nothing of it is written down', async () => {
    const away = await browser.get(app.oneTimeUrl());
    const callback = await browser.get(away.headers.get('location') ?? '');
    const forged = new URL(callback.headers.get('location') ?? '');
    forged.searchParams.set('code', 'forged-code-0123456789');
    const page = await browser.open(forged.toString());
    expect([page.status, wordsOn(page.body)]).toEqual([502, expect.stringContaining('GitHub did not accept the sign-in')]);
    expect(app.logs()).toContain('github refused the code: bad_verification_code');
    expect(app.logs()).not.toMatch(/forged-code|ghu_|a-client-secret/);
  });

  it('Temporal away is said', async () => {
    const url = app.oneTimeUrl();
    Object.assign(app.people, {
      tokenState: async () => {
        throw new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'reading people', found: 'no answer' });
      },
    });
    const page = await browser.open(url);
    expect([page.status, wordsOn(page.body)]).toEqual([503, expect.stringContaining('Temporal does not answer')]);
  });
});

describe('every page', () => {
  it('loads nothing, tells nobody where it came from, and can’t be framed', async () => {
    const pages = [await browser.open(app.oneTimeUrl()), await browser.open(`${app.url}/github/link`)];
    for (const { headers, body } of pages) {
      expect(headers.get('content-security-policy')).toMatch(
        /^default-src 'none'; style-src 'sha256-[\w+/=]{44}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
      );
      expect([headers.get('referrer-policy'), headers.get('cache-control'), headers.get('x-frame-options')]).toEqual([
        'no-referrer',
        'no-store',
        'DENY',
      ]);
      expect(body).not.toMatch(/<script|<img|<link|https?:\/\/(?!127)/);
    }
  });

  it('shows what somebody is called, and nothing that they wrote takes effect', async () => {
    const page = await browser.open(app.oneTimeUrl({ ...ZOE, name: '"><script>alert(1)</script>\u202Eeoz' }));
    expect(page.body).toContain('&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;eoz');
    expect(page.body).not.toContain('<script');
  });

  it('holds neither the token of the URL nor the session', async () => {
    const url = app.oneTimeUrl();
    const page = await browser.open(url);
    const secrets = [
      new URL(url).searchParams.get('token') ?? '',
      ...browser
        .cookie()
        .replace(/^[^=]*=/, '')
        .split('.'),
    ];
    expect(secrets).toHaveLength(3);
    for (const secret of secrets) {
      expect(page.body).not.toContain(secret);
      expect(app.logs()).not.toContain(secret);
    }
  });
});

describe('the cookie', () => {
  it('is out of reach of scripts and of other sites, and ends with the URL', async () => {
    await browser.get(app.oneTimeUrl());
    expect(browser.setCookies).toEqual([
      expect.stringMatching(/^countersign-link=[\w-]{43}\.[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax$/),
    ]);
  });

  it('is bound to the host over https', async () => {
    const secure = await openLinkingApp({ publicUrl: 'https://countersign.acme.test' });
    const url = secure.oneTimeUrl();
    await browser.get(url);
    expect(browser.setCookies).toEqual([
      expect.stringMatching(/^__Host-countersign-link=[^;]+; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/),
    ]);
    await secure.close();
  });

  it('is none when two were set', async () => {
    const page = await browser.open(app.oneTimeUrl());
    const [name, value] = browser.cookie().split('=');
    const response = await fetch(page.url, { headers: { cookie: `${name}=${value}; ${name}=${'x'.repeat(43)}.${'y'.repeat(43)}` } });
    expect(response.status).toBe(403);
  });
});
