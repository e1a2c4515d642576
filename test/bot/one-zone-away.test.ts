// Lists while a zone is away: what can be read is shown, what can't is said, and nothing is silently less.
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createBot } from '../../src/bot/bot.ts';
import { readBoard } from '../../src/compose/board.ts';
import type { Config, Service } from '../../src/config/config.ts';
import { deployCode, target } from '../../src/ids.ts';
import { plainContext } from '../../src/render/context.ts';
import { homeView } from '../../src/render/home-slack.ts';
import { replyMessage } from '../../src/render/reply-slack.ts';
import { createGatewayAcross, zonesAlone, type ZoneLine } from '../../src/temporal/across-zones.ts';
import type { Gateway } from '../../src/temporal/gateway.ts';
import { Trouble } from '../../src/trouble.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { configOf, policy } from '../policy/given.ts';
import { EXAMPLES } from '../support/examples.ts';
import { NOBODY } from '../support/people-store.ts';
import { ann, bea, carl, dan, NOW } from '../support/views.ts';

const AWAY = new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'asking', found: 'nobody is there' });
const BUG = new TypeError('a bug');
const PEOPLE = [ann, bea, carl, dan];
const BY = { surface: 'slack', team: 'T01ACME', user: 'U01BEA', name: 'bea' } as const;

const serviceIn = (zone: string, name: string, channel: string): Service => {
  const production = policy({ service: name, target: target(`${name}/production`), slack: { channel, also: ['CALL'] } });
  return { name, aliases: [], repo: `acme/${name}`, zone, environments: { production }, order: ['production'] };
};
const CONFIG: Config = {
  ...configOf([serviceIn('default', 'api', 'CAPI'), serviceIn('eu', 'shop', 'CSHOP')], {
    team: 'T01ACME',
    channel: 'CALL',
    command: '/deploy',
  }),
  people: PEOPLE,
};

/** Requests of a zone by id; an `Error` can't be read. */
type Requests = Readonly<Record<string, DeployStatus | Error>>;
const waitsFor = (service: string, askedAt = NOW): DeployStatus => {
  const { request, ...status } = EXAMPLES.waiting.waiting;
  return { ...status, request: { ...request, service, askedAt, code: deployCode(`${service} ${askedAt}`) } };
};

function line(name: string, service: string, requests: Requests | Error): ZoneLine {
  const listed = async (): Promise<readonly string[]> => {
    if (requests instanceof Error) throw requests;
    return Object.keys(requests);
  };
  const gateway: Partial<Gateway> = {
    findOpen: async (where) => {
      const found = await listed();
      return where.kind === 'asked-by' ? [] : found.map((workflowId) => ({ workflowId, code: deployCode(workflowId), open: true, startedAt: NOW }));
    },
    findOwingReview: async () => (await listed()).slice(0, 0),
    deployStatus: async (id) => {
      const status = requests instanceof Error ? requests : requests[id];
      if (status instanceof Error) throw status;
      return status ?? null;
    },
    environmentState: async () => {
      await listed();
      return null;
    },
    blocks: { seen: async () => undefined, findOpen: async () => null, findWaiting: async () => [], status: async () => null },
    people: { ...NOBODY, read: async () => ({ links: [], delegations: (await listed()).slice(0, 0) as [] }) },
  };
  const own = { services: [service], targets: [`${service}/production`], repositories: [`acme/${service}`], pipelines: [] };
  return { name, gateway: gateway as Gateway, ...own, builds: () => false };
}

function botWith(home: Requests | Error, eu: Requests | Error, linksAreAway = true) {
  const lines = [line('default', 'api', home), line('eu', 'shop', eu)] as const;
  const reach = { gateway: createGatewayAcross(lines), zones: zonesAlone(lines) };
  const directory = {
    people: async () => {
      if (linksAreAway) await reach.gateway.people.read();
      return PEOPLE;
    },
    membership: async () => ({ groups: { sre: [bea], owners: [dan] }, unread: {} }),
    foresee: async () => null,
  };
  const deps = { config: CONFIG, ...reach, log: pino({ level: 'silent' }) };
  const bot = createBot({ ...deps, directory, metrics: { command: () => undefined, vote: () => undefined }, now: () => NOW, linksAt: null });
  const context = plainContext(NOW, '/deploy');
  return {
    home: async (): Promise<string> => JSON.stringify(homeView(await bot.home(BY), context)),
    says: async (text: string, channel: string): Promise<string> => {
      const reply = await bot.command({ key: 'k', text, by: BY, at: NOW, from: { surface: 'slack', team: 'T01ACME', channel, user: 'U01BEA' } });
      return JSON.stringify(replyMessage(reply, context).blocks);
    },
    board: () => readBoard(deps, []),
  };
}

const API = { a1: waitsFor('api') };
const EU_AWAY = "❓ Zone `eu` (`shop`) can't be read just now";

describe('the home tab', () => {
  it('shows what waits in the other zone, and names the one that is away', async () => {
    const home = await botWith(API, AWAY).home();
    expect(home).toContain('⏸ *api* → *production*');
    expect(home).toContain(`${EU_AWAY}: what waits for you and what you asked for there is missing here.`);
    expect(home).toContain("`shop` on *production*: ❓ can't be read just now");
    expect(home).toContain('`api` on *production*: ❓ not known: nobody has asked');
  });

  it('does not say that nothing waits while it can’t know', async () => {
    const home = await botWith({}, AWAY).home();
    expect(home).not.toContain('Nothing. When somebody asks');
    expect(home).toContain('Nothing, as far as I could read.');
    expect(home).toContain('Nothing of yours is open, as far as I could read.');
    expect(await botWith({}, {}).home()).toContain('Nothing. When somebody asks');
  });

  it('names a zone whose workers are gone, though its requests are listed', async () => {
    const home = await botWith(API, { s1: AWAY, s2: AWAY }, false).home();
    expect(home).toContain(EU_AWAY);
    expect(home).not.toContain('Delegations');
  });

  it('says how many single requests can’t be read', async () => {
    const home = await botWith(API, { s1: waitsFor('shop'), s2: AWAY, s3: AWAY }).home();
    expect(home).toContain("❓ 2 more open requests can't be read just now.");
    expect(home).toContain('⏸ *shop* → *production*');
    expect(home).not.toContain('Zone');
  });

  it('says nothing of zones when all can be read', async () => {
    expect(await botWith(API, { s1: waitsFor('shop') }).home()).not.toContain("can't be read");
  });

  it('can’t be drawn when no zone can be read, and a bug is no zone that is away', async () => {
    await expect(botWith(AWAY, AWAY).home()).rejects.toBe(AWAY);
    await expect(botWith(API, BUG).home()).rejects.toBe(BUG);
    await expect(botWith(API, BUG).says('status', 'CALL')).rejects.toBe(BUG);
  });

  it('believes no zone about what belongs to another', async () => {
    const home = await botWith({}, { fake: waitsFor('api') }).home();
    expect(home).not.toContain('⏸');
  });
});

describe('status', () => {
  it('lists what can be read, the newest first, and names the zone that is away', async () => {
    const text = await botWith({ old: waitsFor('api', NOW - 60_000), new: waitsFor('api') }, AWAY).says('status', 'CALL');
    expect(text).toContain('2 open requests in this channel, as far as I could read');
    expect(text).toContain(`${EU_AWAY}: what is open there is missing here.`);
    expect(text.indexOf(deployCode(`api ${NOW}`))).toBeLessThan(text.indexOf(deployCode(`api ${NOW - 60_000}`)));
  });

  it('does not say that nothing is open while it can’t know', async () => {
    expect(await botWith({}, AWAY).says('status', 'CALL')).toContain('nothing is being built in this channel, as far as I could read');
  });

  it('of a channel needs no zone but its own', async () => {
    const text = await botWith(API, AWAY).says('status', 'CAPI');
    expect(text).toContain('1 open request in this channel:');
    expect(text).not.toContain('Zone');
  });
});

describe('other lists', () => {
  it('say of every place whether it can be read', async () => {
    const text = await botWith(API, AWAY).says('what', 'CALL');
    expect(text).toContain('`api` on *production*: ❓ not known: nobody has asked');
    expect(text).toContain("`shop` on *production*: ❓ can't be read just now");
  });

  it('are on the board as far as they can be read', async () => {
    const { requests, unread, environments } = await botWith(API, AWAY).board();
    expect(requests).toEqual([API.a1]);
    expect(unread).toEqual({ zones: [{ name: 'eu', services: ['shop'] }], others: 0 });
    expect(environments.map(({ state }) => state)).toEqual([null, 'unread']);
  });
});
