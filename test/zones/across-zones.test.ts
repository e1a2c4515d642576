// Several zones as one gateway, each zone played by a few answers.
import { describe, expect, it } from 'vitest';
import { deployCode } from '../../src/ids.ts';
import { createGatewayAcross, type ZoneLine } from '../../src/temporal/across-zones.ts';
import type { FoundDeploy, OpenWhere } from '../../src/temporal/find-deploys.ts';
import type { Gateway } from '../../src/temporal/gateway.ts';
import { Trouble } from '../../src/trouble.ts';
import type { BuildToken } from '../../workflows/attest-contract.ts';
import type { ClaimedBuild, OutsideClaim, OutsideInput } from '../../workflows/outside-contract.ts';
import { NOBODY } from '../support/people-store.ts';

const DOWN = new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'asking', found: 'nobody is there' });
const found = (workflowId: string, startedAt: number): FoundDeploy => ({ workflowId, code: deployCode(workflowId), open: true, startedAt });

interface Play {
  /** Requests by id, with the service that they say they are of. */
  readonly requests?: Readonly<Record<string, string>>;
  readonly down?: boolean;
  /** Ids that a list shows only when it is asked for patiently. */
  readonly late?: readonly string[];
}

function zone(
  name: string,
  services: readonly string[],
  { requests = {}, down = false, late = [] }: Play = {},
): ZoneLine & { readonly calls: string[] } {
  const calls: string[] = [];
  const answer = async <T>(call: string, value: T): Promise<T> => {
    calls.push(call);
    if (down) throw DOWN;
    return value;
  };
  const listed = (again: boolean): readonly FoundDeploy[] =>
    Object.keys(requests)
      .filter((id) => again || !late.includes(id))
      .map((id, at) => found(id, at + name.length));
  const gateway = {
    startDeploy: (id: string) => answer(`start ${id}`, 'started'),
    startReply: () => answer('reply', undefined),
    act: (id: string) => answer(`act ${id}`, id in requests ? { kind: 'recorded' } : { kind: 'over' }),
    deployStatus: (id: string) => answer(`status ${id}`, id in requests ? { request: { service: requests[id] } } : null),
    findByCode: (_code: string, own: readonly string[]) =>
      answer(
        `code of ${own.join(' ')}`,
        Object.entries(requests)
          .filter(([, service]) => own.includes(service))
          .map(([id]) => found(id, 1))[0] ?? null,
      ),
    findOpen: (where: OpenWhere, again: boolean) =>
      answer(`open ${where.kind === 'services' ? where.services.join(' ') : where.kind}`, listed(again)),
    pushed: (id: string) => answer(`pushed ${id}`, undefined),
    buildSeen: () => answer('seen', undefined),
    attest: (id: string) => answer(`attest ${id}`, id in requests ? { kind: 'yes' } : { kind: 'no', reason: 'over' }),
    environmentState: (place: { target: string }) => answer(`environment ${place.target}`, null),
    keptMs: () => answer('kept', name.length * 1_000),
    blocks: {
      seen: ({ build }: { build: { pipeline: string } }) => answer(`halt ${build.pipeline}`, undefined),
      status: (id: string) => answer(`block ${id}`, id in requests ? blockOf(requests[id] ?? '') : null),
    },
    outside: {
      start: ({ uuid }: { uuid: string }) => answer(`outside ${uuid}`, undefined),
      askClaimed: ({ deployId }: { deployId: string }) => answer(`claimed ${deployId}`, deployId in requests ? 'its-own' : 'no-such-request'),
      changed: ({ uuid }: { uuid: string }) => answer(`changed ${uuid}`, undefined),
    },
    people: NOBODY,
  } as unknown as Gateway;
  return {
    name,
    gateway,
    services,
    targets: services.map((service) => `${service}/production`),
    repositories: services.map((service) => `acme/${service}`),
    pipelines: [`pipeline:${name}/release`],
    builds: ({ organization }) => organization === name,
    calls,
  };
}
/** Of a service; or of a pipeline, by `organization/slug`. */
function blockOf(what: string): object {
  const [organization, pipeline] = what.split('/');
  return pipeline === undefined
    ? { plan: { subject: { kind: 'own', service: what } } }
    : { plan: { subject: { kind: 'foreign' } }, build: { organization, pipeline } };
}
const across = (...zones: readonly [ZoneLine, ...ZoneLine[]]): Gateway => createGatewayAcross(zones);
const start = (gateway: Gateway, service: string) => gateway.startDeploy('d1', { service } as Parameters<Gateway['startDeploy']>[1]);
const reply = (gateway: Gateway, slug: string) => gateway.startReply({ to: { repo: { slug } } } as Parameters<Gateway['startReply']>[0]);
const vote = {} as Parameters<Gateway['act']>[1];

describe('several zones', () => {
  it('are one gateway; a single one is its own', () => {
    const home = zone('home', ['api']);
    expect(across(home)).toBe(home.gateway);
  });

  it('are each told what is theirs, and home what is nobody’s', async () => {
    const [home, eu] = [zone('home', ['api']), zone('eu', ['shop'])];
    const gateway = across(home, eu);
    await start(gateway, 'shop');
    await reply(gateway, 'ACME/Shop');
    await reply(gateway, 'acme/other');
    await gateway.environmentState({ target: 'shop/production' } as Parameters<Gateway['environmentState']>[0], false);
    await gateway.buildSeen({ target: 'api/production' } as Parameters<Gateway['buildSeen']>[0]);
    expect([home.calls, eu.calls]).toEqual([
      ['reply', 'seen'],
      ['start d1', 'reply', 'environment shop/production'],
    ]);
  });

  it('answer for a request by its id, wherever it is', async () => {
    const [home, eu] = [zone('home', ['api']), zone('eu', ['shop'], { requests: { d7: 'shop' } })];
    const gateway = across(home, eu);
    expect(await gateway.act('d7', vote)).toEqual({ kind: 'recorded' });
    expect(await gateway.act('d8', vote)).toEqual({ kind: 'over' });
    expect(await gateway.deployStatus('d7')).toMatchObject({ request: { service: 'shop' } });
    expect(await gateway.deployStatus('d8')).toBeNull();
  });

  it('are told of builds that wait by their pipeline, and not believed about those of another', async () => {
    const requests = { own: 'shop', foreign: 'eu/release', stray: 'home/release', strange: 'api' };
    const [home, eu] = [zone('home', ['api']), zone('eu', ['shop'], { requests })];
    const { blocks } = across(home, eu);
    const build = { organization: 'eu', pipeline: 'release', number: 1, uuid: 'u' };
    await blocks.seen({ build, waits: true });
    expect([home.calls, eu.calls]).toEqual([[], ['halt release']]);
    const known = await Promise.all(Object.keys(requests).map((id) => blocks.status(id)));
    expect(known.map((status) => status !== null)).toEqual([true, true, false, false]);
  });

  it('are not believed about what belongs to another', async () => {
    const rogue = zone('eu', ['shop'], { requests: { d1: 'api', d2: 'api' } });
    const home = zone('home', ['api'], { requests: { d1: 'api' } });
    const gateway = across(home, rogue);
    expect(await gateway.deployStatus('d2')).toBeNull();
    expect(await gateway.findByCode(deployCode('d2'), null)).toMatchObject({ workflowId: 'd1' });
    expect(rogue.calls.filter((call) => call.startsWith('code'))).toEqual(['code of shop pipeline:eu/release']);
    const token = { organization: 'home', pipeline: 'deploy' } as BuildToken;
    expect(await gateway.attest('d2', token)).toEqual({ kind: 'no', reason: 'no-request' });
    expect(rogue.calls.filter((call) => call.startsWith('attest'))).toEqual([]);
  });

  const claimed = (organization: string, deployId: string): ClaimedBuild & OutsideClaim => ({
    organization,
    pipeline: 'deploy',
    number: 1,
    uuid: 'u1',
    commit: 'c',
    target: null,
    deployId,
    code: deployCode(deployId),
  });
  const outside = (build: ClaimedBuild & OutsideClaim) => ({ ...build, claim: build }) as unknown as OutsideInput;

  it('say what their request claims of a build of their own pipelines, and of no other', async () => {
    const [home, eu] = [zone('home', ['api']), zone('eu', ['shop'], { requests: { d1: 'shop' } })];
    const gateway = across(home, eu);
    expect(await gateway.outside.askClaimed(claimed('eu', 'd1'))).toBe('its-own');
    expect(await gateway.outside.askClaimed(claimed('home', 'd1'))).toBe('no-such-request');
    await gateway.outside.start(outside(claimed('eu', 'd1')));
    await gateway.outside.changed(claimed('home', 'd1'));
    expect([home.calls, eu.calls]).toEqual([
      ['claimed d1', 'changed u1'],
      ['claimed d1', 'outside u1'],
    ]);
  });

  it('that share a pipeline are all asked; whoever has the request looks after the build that names it', async () => {
    const shares = { builds: () => true };
    const home = { ...zone('home', ['api']), ...shares };
    const eu = { ...zone('eu', ['shop'], { requests: { d1: 'shop' } }), ...shares };
    const gateway = across(home, eu);
    expect(await gateway.outside.askClaimed(claimed('acme', 'd1'))).toBe('its-own');
    await gateway.outside.start(outside(claimed('acme', 'd1')));
    await gateway.outside.start({ ...outside(claimed('acme', 'd2')), uuid: 'u2' });
    await gateway.outside.changed(claimed('acme', 'd1'));
    const told = (zone: { readonly calls: readonly string[] }): readonly string[] => zone.calls.filter((call) => !call.startsWith('claimed'));
    expect([told(home), told(eu)]).toEqual([
      ['outside u2', 'changed u1'],
      ['outside u1', 'changed u1'],
    ]);
    // One that can't be reached might have it.
    const down = { ...zone('far', [], { down: true }), ...shares };
    await expect(across(home, down).outside.askClaimed(claimed('acme', 'd1'))).rejects.toBe(DOWN);
  });

  it('are asked only as far as an answer needs them', async () => {
    const [home, eu] = [zone('home', ['api', 'web']), zone('eu', ['shop'], { down: true })];
    const gateway = across(home, eu);
    expect(await gateway.findOpen({ kind: 'services', services: ['web'] }, false)).toEqual([]);
    expect(home.calls).toEqual(['open web']);
    expect(eu.calls).toEqual([]);
  });

  it('are asked for requests of a pull request, or of a build, only where they can be', async () => {
    const home = zone('home', ['api'], { requests: { d1: 'api' } });
    const gateway = across(home, zone('eu', ['shop'], { down: true }));
    const pull = (slug: string): OpenWhere => ({ kind: 'pull-request', repository: 7, slug, number: 42, environment: null });
    const build = (organization: string): OpenWhere => ({ kind: 'build', organization, pipeline: 'deploy', commit: 'c', number: 1 });
    for (const where of [pull('Acme/API'), build('home')]) expect(await gateway.findOpen(where, false)).toMatchObject([{ workflowId: 'd1' }]);
    // Renamed since it was configured: then it may be of any.
    for (const where of [pull('acme/shop'), pull('acme/renamed'), build('eu')]) await expect(gateway.findOpen(where, false)).rejects.toBe(DOWN);
  });

  it('that can’t be reached cost no answer that another has, and every one that would say there is none', async () => {
    const [home, eu] = [zone('home', ['api'], { requests: { d1: 'api' } }), zone('eu', ['shop'], { down: true })];
    const gateway = across(home, eu);
    expect(await gateway.act('d1', vote)).toEqual({ kind: 'recorded' });
    expect(await gateway.deployStatus('d1')).not.toBeNull();
    await expect(gateway.act('d2', vote)).rejects.toBe(DOWN);
    await expect(gateway.deployStatus('d2')).rejects.toBe(DOWN);
    await expect(gateway.findOpen({ kind: 'waiting' }, false)).rejects.toBe(DOWN);
    await expect(gateway.pushed('d1', {} as Parameters<Gateway['pushed']>[1])).rejects.toBe(DOWN);
    expect(home.calls).toContain('pushed d1');
  });

  it('list together, the newest first, and wait for a late entry in one of them only', async () => {
    const home = zone('home', ['api'], { requests: { d1: 'api', d2: 'api' } });
    const eu = zone('eu', ['shop'], { requests: { e1: 'shop' }, late: ['e1'] });
    expect(
      (await across(home, zone('europe', ['shop'], { requests: { e1: 'shop' } })).findOpen({ kind: 'waiting' }, false)).map(
        ({ workflowId }) => workflowId,
      ),
    ).toEqual(['e1', 'd2', 'd1']);
    const gateway = across(zone('home', ['api']), eu);
    expect(await gateway.findOpen({ kind: 'waiting' }, false)).toEqual([]);
    expect(await gateway.findOpen({ kind: 'waiting' }, true)).toMatchObject([{ workflowId: 'e1' }]);
    expect(await gateway.keptMs()).toBe(2_000);
  });
});
