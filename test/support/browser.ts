// A browser, as far as signing in needs one: cookies by host, redirects one at a time, a form that is submitted.

export interface Visit {
  readonly url: string;
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

export interface Browser {
  /** Follows redirects; answers where that ends. */
  open(url: string): Promise<Visit>;
  /** One request, no redirect followed. */
  get(url: string): Promise<Visit>;
  /** Submits the form of this page; `change` replaces fields. */
  submit(page: Visit, change?: Readonly<Record<string, string>>, headers?: Readonly<Record<string, string>>): Promise<Visit>;
  /** The Cookie header it would send to our host. */
  cookie(): string;
  readonly setCookies: readonly string[];
}

export function openBrowser(): Browser {
  const jars = new Map<string, Map<string, string>>();
  const setCookies: string[] = [];
  const jarOf = (url: string): Map<string, string> => {
    const { host } = new URL(url);
    const jar = jars.get(host) ?? new Map<string, string>();
    jars.set(host, jar);
    return jar;
  };
  const header = (jar: ReadonlyMap<string, string>): string => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

  async function request(url: string, init: RequestInit = {}): Promise<Visit> {
    const jar = jarOf(url);
    const headers = { ...Object.fromEntries(new Headers(init.headers)), ...(jar.size === 0 ? {} : { cookie: header(jar) }) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      setCookies.push(line);
      const [pair = ''] = line.split(';', 1);
      const [name = '', value = ''] = pair.split('=', 2);
      if (/max-age=0\b/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return { url, status: response.status, headers: response.headers, body: await response.text() };
  }

  return {
    setCookies,
    get: (url) => request(url),
    async open(url) {
      let visit = await request(url);
      for (let hops = 0; hops < 10 && visit.status >= 300 && visit.status < 400; hops += 1) {
        visit = await request(new URL(visit.headers.get('location') ?? '', visit.url).toString());
      }
      return visit;
    },
    async submit(page, change = {}, headers = {}) {
      const action = /<form method="post" action="([^"]*)"/.exec(page.body)?.[1];
      if (action === undefined) throw new Error(`no form on ${page.url}: ${wordsOn(page.body)}`);
      const fields = [...page.body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [
        name,
        value,
      ]);
      const body = new URLSearchParams({ ...Object.fromEntries(fields), ...change });
      return request(new URL(action, page.url).toString(), { method: 'POST', body, headers: { 'sec-fetch-site': 'same-origin', ...headers } });
    },
    cookie: () => [...jars.values()].flatMap((jar) => (jar.size === 0 ? [] : [header(jar)])).join('; '),
  };
}

/** What a person reads on a page. */
export function wordsOn(html: string): string {
  const entities: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&amp;': '&' };
  return html
    .replace(/<(style|title)[\s\S]*?<\/\1>/g, '')
    .replaceAll(/<[^>]+>/g, ' ')
    .replaceAll(/&(?:lt|gt|quot|#39|amp);/g, (entity) => entities[entity] ?? entity)
    .replaceAll(/\s+/g, ' ')
    .trim();
}
