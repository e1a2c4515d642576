// Accounts that people tie together themselves, and who acts for whom meanwhile.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PEOPLE, REPOSITORY } from '../../src/sim/world.ts';
import { PEOPLE_ID } from '../../workflows/people-contract.ts';
import { eventually } from '../support/acme.ts';
import type { Actor } from '../support/actors.ts';
import { openBrowser, wordsOn, type Browser, type Visit } from '../support/browser.ts';
import { readHistories, textsOf } from '../support/histories.ts';
import { readableSlack } from '../support/readable.ts';
import type { Deploy } from '../support/sightings.ts';
import { openStories, type Stories } from '../support/stories.ts';

const FREE = { staging: { approvals: 'none' }, production: { approvals: { group: 'sre', count: 1 } } };
const CREW = { production: { approvals: { group: 'crew', count: 1 } } };
const PAIR = { production: { approvals: { group: 'pairs', count: 2 } } };
const SERVICES = {
  free: { environments: FREE },
  linked: { environments: FREE },
  revoked: { environments: FREE },
  signed: { environments: CREW },
  matched: { environments: CREW },
  pair: { environments: PAIR },
};

describe('accounts', () => {
  let acme: Stories;
  beforeAll(async () => {
    const groups = { crew: { githubTeam: 'acme/crew' }, pairs: { githubTeam: 'acme/pairs' } };
    acme = await openStories(SERVICES, { groups, emails: { Eve: 'eve@acme.test' } });
    acme.world.github.setTeamMember('acme', 'crew', 'eve');
    for (const login of ['dan', 'eve']) acme.world.github.setTeamMember('acme', 'pairs', login);
  });
  afterAll(() => acme.end());

  /** Somebody whom the configuration does not know, with write permission on the repository. */
  function newcomer(name: string, id: number): Actor & { readonly name: string; readonly slack: string } {
    const slack = `U${id}${name.toUpperCase()}`;
    acme.world.slack.addUser({ id: slack, name });
    acme.world.github.addUser({ id, login: `${name}-gh` });
    acme.world.github.setRole(REPOSITORY, `${name}-gh`, 'write');
    return { ...acme.as({ login: `${name}-gh`, slack }), name, slack };
  }

  const urlIn = (answer: string): string => {
    const url = /<(http[^|>]+\/github\/link\?token=[\w-]{43})\|/.exec(answer)?.[1];
    if (url === undefined) throw new Error(`no one-time URL in: ${answer}`);
    return url;
  };
  const lastAnswer = async (slack: string): Promise<string> => JSON.stringify(acme.world.slack.ephemerals(slack).at(-1));
  const wasWritten = (slack: string, words: string): Promise<string> =>
    eventually(`"${words}" written to ${slack}`, () =>
      acme.world.slack
        .directMessages(slack)
        .map(readableSlack)
        .find((text) => text.includes(words)),
    );
  async function linkUrl(who: { readonly slack: string } & Actor): Promise<string> {
    await who.types('link');
    return urlIn(await lastAnswer(who.slack));
  }
  /** Opens the link; once more where the page asks for that. */
  const opens = (browser: Browser, url: string): Promise<Visit> => answered(() => browser.open(url));
  const submits = (browser: Browser, page: Visit): Promise<Visit> => answered(() => browser.submit(page));
  const answered = (visit: () => Promise<Visit>): Promise<Visit> =>
    eventually('a page', async () => {
      const page = await visit();
      return !wordsOn(page.body).includes('once more in a minute') && page;
    });
  async function link(who: ReturnType<typeof newcomer>): Promise<void> {
    const browser = openBrowser();
    acme.world.github.browseAs(`${who.name}-gh`);
    const done = await submits(browser, await opens(browser, await linkUrl(who)));
    expect([done.status, wordsOn(done.body)]).toEqual([200, expect.stringContaining('Linked')]);
  }

  /** That an account is nobody's is remembered for a moment: whoever has just changed that clicks again. */
  const clicksUntilKnown = (who: Actor, deploy: Deploy): Promise<string> =>
    eventually('an answer to somebody known', async () => {
      const said = await who.clicks('approve', deploy);
      return said.includes("I can't tell who you are") ? undefined : said;
    });

  it('are linked from Slack by signing in; then what one may do counts for the other', async () => {
    const zoe = newcomer('zoe', 5001);
    expect(await zoe.types('free to staging')).toContain('Asked for');
    expect(await zoe.isTold('⛔ Not started')).toContain("I don't know yours. `/deploy link` takes a minute; then ask again.");
    const answer = await zoe.types('link');
    expect(answer).toContain('Link your GitHub account');
    const url = urlIn(await lastAnswer(zoe.slack));
    acme.world.github.browseAs('zoe-gh');
    const browser = openBrowser();
    const page = await opens(browser, url);
    expect(wordsOn(page.body)).toContain(`Slack zoe in Acme member ${zoe.slack} of workspace T01ACME`);
    expect(wordsOn(page.body)).toContain('GitHub zoe-gh account 5001');
    await submits(browser, page);
    expect(await wasWritten(zoe.slack, 'is linked to')).toContain('take it back at once: `/deploy link revoke`');
    expect(await zoe.types('link')).toContain('You linked this Slack account to *zoe-gh* (account 5001) on GitHub');
    await (await zoe.asksInSlack('free to staging')).shows('slack', 'is live on staging');
    acme.world.github.renameUser('zoe-gh', 'zoe-renamed');
    await (await zoe.asksInSlack('free to staging')).shows('slack', 'is live on staging');
  });

  it('are linked by nobody who has the URL later, nor twice', async () => {
    const yan = newcomer('yan', 5002);
    const url = await linkUrl(yan);
    acme.world.github.browseAs('yan-gh');
    const browser = openBrowser();
    const page = await opens(browser, url);
    acme.world.github.addUser({ id: 5009, login: 'thief' });
    acme.world.github.browseAs('thief');
    expect(wordsOn((await opens(openBrowser(), url)).body)).toContain('Somebody signed in with this link already');
    expect((await browser.submit(page, { form: 'x'.repeat(43) })).status).toBe(403);
    expect((await submits(browser, page)).status).toBe(200);
    expect(wordsOn((await opens(openBrowser(), url)).body)).toContain('This link was used already');
    const other = newcomer('oto', 5003);
    acme.world.github.browseAs('yan-gh');
    expect(wordsOn((await opens(openBrowser(), await linkUrl(other))).body)).toContain('This GitHub account is linked already');
  });

  it('of the configuration stay as it says', async () => {
    expect(await acme.bea.types('link')).toContain('The configuration knows you as *Bea*');
    const kim = newcomer('kim', 5004);
    acme.world.github.browseAs('bea');
    const page = await opens(openBrowser(), await linkUrl(kim));
    expect(wordsOn(page.body)).toContain('It says that this GitHub account belongs to Bea');
    expect(await kim.types('link revoke')).toContain('Nothing is linked to this account.');
  });

  it('that are linked sign as one: the approval counts in Slack by a team on GitHub', async () => {
    const mia = newcomer('mia', 5007);
    acme.world.github.setTeamMember('acme', 'crew', 'mia-gh');
    const deploy = await acme.ann.asks(await acme.pull(), '/deploy signed to production');
    expect(await mia.clicks('approve', deploy)).toContain("I can't tell who you are on GitHub. `/deploy link` takes a minute; then click again.");
    await link(mia);
    expect(await clicksUntilKnown(mia, deploy)).toContain('that was the last one');
    expect((await deploy.ends('✅', 'is live on production')).slack).toContain('approved by mia-gh (crew, here)');
  });

  it('that only an address ties together sign as nobody without it, and with it as one, marked as that', async () => {
    const eve = (email: string | null): void => acme.world.slack.addUser({ id: PEOPLE.eve.slack, name: 'Eve', email });
    const deploy = await acme.ann.asks(await acme.pull(), '/deploy matched to production');
    expect(await acme.eve.clicks('approve', deploy)).toContain("I can't tell who you are on GitHub.");
    eve('Eve@acme.test');
    expect(await clicksUntilKnown(acme.eve, deploy)).toContain('that was the last one. The build starts as soon as its turn comes. You were matched');
    expect((await deploy.ends('✅', 'is live on production')).github).toContain('approved by Eve (crew, in Slack, matched by e-mail)');
    eve(null);
  });

  it('that are no longer linked right before the build have no vote any more', async () => {
    const [ivo, pia] = [newcomer('ivo', 5008), newcomer('pia', 5010)];
    for (const one of [ivo, pia]) {
      acme.world.github.setTeamMember('acme', 'pairs', `${one.name}-gh`);
      await link(one);
    }
    const deploy = await acme.ann.asks(await acme.pull(), '/deploy pair to production');
    expect(await clicksUntilKnown(ivo, deploy)).toContain('Counted: 1 of 2');
    await ivo.types('link revoke');
    await clicksUntilKnown(pia, deploy);
    expect(await deploy.shows('slack', 'No longer counted')).toContain('ivo-gh (no longer linked to both accounts)');
    expect(acme.builds('pair')).toEqual([]);
  });

  it('that are no longer linked can ask for nothing more', async () => {
    const lou = newcomer('lou', 5005);
    await link(lou);
    const pull = await acme.pull();
    const asked = await lou.comments(pull, '/deploy revoked to production');
    expect(await asked.reacted('eyes')).toContain('eyes');
    expect(await lou.types('link revoke')).toContain('No longer linked: *lou-gh* (account 5005)');
    await wasWritten(lou.slack, 'is no longer linked');
    // Planned with the link, re-checked without it.
    const vote = await acme.bea.comments(pull, '/approve');
    await vote.reacted('+1');
    await eventually('the last word', async () => (await asked.reacted('-1')).includes('-1'));
    expect(acme.builds('revoked')).toEqual([]);
  });

  it('are nobody’s while nobody can tell: a request is refused, not waved through', async () => {
    const ned = newcomer('ned', 5006);
    await link(ned);
    await acme.client.workflow.getHandle(PEOPLE_ID).terminate();
    await ned.types('free to staging');
    expect(await ned.isTold('⛔ Not started')).toContain("I don't know yours");
    expect(await ned.types('link')).toContain('Link your GitHub account');
  });

  it('tell who acts for somebody who is away, to both', async () => {
    expect(await acme.ann.types('delegate @bea for 2d on holiday')).toContain('*Bea* (bea) acts for you until');
    expect(await wasWritten('U02BEA', 'Ann is away until')).toContain('They say: on holiday');
    expect(await acme.bea.types('link')).toContain('You act for Ann until');
    expect(await acme.ann.types('link')).toContain('*Bea* (bea) acts for you until');
    expect(await acme.ann.types('delegate ann for 1d')).toBe("You can't act for yourself. Name somebody else.");
    expect(await acme.ann.types('delegate bea for 31d')).toContain('for 30 days at most');
    expect(await acme.ann.types('delegate off')).toBe('Welcome back: Bea no longer acts for you.');
    await wasWritten('U02BEA', 'Ann is back');
  });

  it('leave no secret behind, in no history and no log', async () => {
    const shown = JSON.stringify(acme.world.slack.ephemerals('U5002YAN'));
    const tokens = [...shown.matchAll(/token=([\w-]{43})/g)].map(([, token = '']) => token);
    expect(tokens.length).toBeGreaterThan(0);
    const histories = await readHistories(acme.client);
    const written = [acme.logs(), ...histories.flatMap(({ events }) => [...textsOf(events)])].join('\n');
    expect(written).toContain('U5002YAN');
    expect(tokens.filter((token) => written.includes(token))).toEqual([]);
    expect(written).not.toMatch(/ghu_|simulated-client-secret/);
  });
});
