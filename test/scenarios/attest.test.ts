// Proof at the build, through the front door: whatever a job could send, only the one build of the approved request is told yes.
import { createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Claims } from '../../src/sim/buildkite/oidc.ts';
import { FIRST_AGENT_MS, runAgent } from '../clients/buildkite-agent/run.ts';
import { needGo } from '../clients/tools.ts';
import { eventually } from '../support/acme.ts';
import { ONE_SRE } from '../support/acme-config.ts';
import { openStories, type Stories } from '../support/stories.ts';
import type { Deploy } from '../support/sightings.ts';

const OTHER_ID = '0199ffff-0000-7000-8000-000000000000';
const base64 = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const headerOf = (jwt: string): Claims => JSON.parse(Buffer.from(jwt.split('.')[0] ?? '', 'base64url').toString()) as Claims;
/** A token of our own making: header and payload as given. */
const made = (header: Claims, claims: Claims, signature: (text: string) => string): string => {
  const text = `${base64(header)}.${base64(claims)}`;
  return `${text}.${signature(text)}`;
};
const rs256 =
  (key: KeyObject) =>
  (text: string): string =>
    sign('sha256', Buffer.from(text), key).toString('base64url');

describe('the first step of a deploy pipeline', () => {
  let acme: Stories;
  let deploy: Deploy;
  let job: Claims;
  const { privateKey: foreign } = generateKeyPairSync('rsa', { modulusLength: 2048 });

  beforeAll(async () => {
    acme = await openStories({
      api: { environments: { production: { approvals: ONE_SRE } } },
      web: { environments: { staging: { approvals: 'none' } } },
      shop: { environments: { staging: { approvals: 'none' } } },
    });
    acme.world.buildkite.hold('api');
    acme.world.buildkite.hold('web');
    deploy = await asked('api', 'production');
    await acme.bea.clicks('approve', deploy);
    await deploy.bothShow('🚚 Deploying');
    job = jobOf('api', 1);
  });
  afterAll(() => acme.end());

  const asked = async (service: string, environment: string): Promise<Deploy> =>
    acme.ann.asks(await acme.pull(), `/deploy ${service} to ${environment}`);
  const audience = (): string => acme.product().url;
  function jobOf(service: string, number: number): Claims {
    const build = acme.world.buildkite.build(service, number);
    const [first] = build.jobs;
    if (first === undefined) throw new Error('a build without jobs');
    return acme.world.buildkite.oidc.claimsOf(build, first, { audience: audience(), claims: ['build_id', 'organization_id'] });
  }
  const signed = (claims: Claims): string => acme.world.buildkite.oidc.sign(claims);
  async function ask(headers: Readonly<Record<string, string>>, body?: string): Promise<string> {
    const answer = await fetch(`${acme.product().url}/buildkite/attest`, { method: 'POST', headers, ...(body === undefined ? {} : { body }) });
    return `${answer.status} ${await answer.text()}`.trim();
  }
  const presentOnce = (jwt: string): Promise<string> => ask({ authorization: `Bearer ${jwt}` });
  /** As our script does: again while it can't be told. */
  const present = (jwt: string): Promise<string> =>
    eventually('an answer', async () => {
      const said = await presentOnce(jwt);
      return said === '503' ? undefined : said;
    });
  const now = (): number => Math.floor(Date.now() / 1000);

  it('is told no, and nothing more than a code, for whatever is not the job of that build', async () => {
    const genuine = signed(job);
    const [head = '', , signature = ''] = genuine.split('.');
    const kid = headerOf(genuine)['kid'];
    const { keys } = (await (await fetch(`${acme.world.buildkite.url}/.well-known/jwks`)).json()) as { keys: readonly Claims[] };
    const published = JSON.stringify(keys.find((key) => key['kid'] === kid));
    const cases: Readonly<Record<string, readonly [jwt: string, answer: string]>> = {
      'for another audience': [signed({ ...job, aud: 'https://other.example' }), '403 other-audience'],
      'for the audience that Buildkite writes by itself': [signed({ ...job, aud: 'https://buildkite.com/acme' }), '403 other-audience'],
      'for several audiences': [signed({ ...job, aud: [audience(), 'https://other.example'] }), '403 other-audience'],
      'of another issuer': [signed({ ...job, iss: 'https://agent.buildkite.example' }), '403 bad-token'],
      'that is over': [signed({ ...job, iat: now() - 400, nbf: now() - 400, exp: now() - 100 }), '403 token-expired'],
      'that is not valid yet': [signed({ ...job, nbf: now() + 60 }), '403 bad-token'],
      'from the future': [signed({ ...job, iat: now() + 60 }), '403 bad-token'],
      'that lives longer than Buildkite allows': [signed({ ...job, exp: now() + 7_300 }), '403 bad-token'],
      'without an end': [signed({ ...job, exp: undefined }), '403 bad-token'],
      'without a build': [signed({ ...job, build_number: undefined }), '403 bad-token'],
      'of another organization': [signed({ ...job, organization_slug: 'evil' }), '403 other-organization'],
      'of another pipeline': [signed({ ...job, pipeline_slug: 'web' }), '403 no-request'],
      'of another build': [signed({ ...job, build_number: 2 }), '403 no-request'],
      'of another build with the same number': [signed({ ...job, build_id: OTHER_ID }), '403 other-build'],
      'for another commit': [signed({ ...job, build_commit: 'f'.repeat(40) }), '403 no-request'],
      'for another branch': [signed({ ...job, build_branch: 'evil' }), '403 other-branch'],
      'of a build that was started by hand': [signed({ ...job, build_source: 'ui' }), '403 other-source'],
      'of a build that a push started': [signed({ ...job, build_source: 'webhook' }), '403 other-source'],
      'that nobody signed': [made({ alg: 'none' }, job, () => ''), '403 no-token'],
      'that nobody signed, with a signature of nothing': [made({ alg: 'none', kid }, job, () => 'AA'), '403 bad-token'],
      'signed with the public key as if it were a secret': [
        made({ alg: 'HS256', kid }, job, (text) => createHmac('sha256', published).update(text).digest('base64url')),
        '403 bad-token',
      ],
      'signed by somebody else in the name of the issuer': [made({ alg: 'RS256', kid }, job, rs256(foreign)), '403 bad-token'],
      'that brings its own key': [
        made({ alg: 'RS256', kid, jwk: foreign.export({ format: 'jwk' }), jku: 'https://evil.example/jwks' }, job, rs256(foreign)),
        '403 bad-token',
      ],
      'that was changed on the way': [`${head}.${base64({ ...job, build_number: 2 })}.${signature}`, '403 bad-token'],
      'that is no token': ['not.a.token', '403 bad-token'],
    };
    const answers = await Promise.all(Object.entries(cases).map(async ([what, [jwt]]) => [what, await present(jwt)] as const));
    expect(Object.fromEntries(answers)).toEqual(Object.fromEntries(Object.entries(cases).map(([what, [, answer]]) => [what, answer])));
    expect(await ask({})).toBe('403 no-token');
    expect(await ask({ authorization: `Basic ${genuine}` })).toBe('403 no-token');
    expect(await ask({ authorization: `Bearer ${genuine}` }, 'x'.repeat((16 << 10) + 1))).toBe('413');
  });

  it('is told yes in the name of those who approved, once for each token, also by a product that was killed in between', async () => {
    const token = signed(job);
    const [status, ...body] = (await present(token)).split(' ');
    expect(status).toBe('200');
    const build = acme.world.buildkite.build('api', 1);
    expect(JSON.parse(body.join(' '))).toEqual({
      code: deploy.code,
      service: 'api',
      environment: 'production',
      sha: build.commit,
      contract: expect.stringMatching(/^[0-9a-f]{64}$/),
      approvers: ['Bea'],
    });
    expect(await present(token)).toBe('403 token-used');
    await acme.kill();
    await acme.start();
    expect(await present(token)).toBe('403 token-used');
    // A later step of the same build asks for itself.
    expect(await present(signed({ ...job, iat: now() + 1 }))).toMatch(/^200 /);
    // Two that send the same one at the same time: one is told yes.
    const twice = signed({ ...job, iat: now() - 1 });
    const both = await Promise.all([present(twice), present(twice)]);
    expect(both.map((answer) => answer.slice(0, 3)).toSorted()).toEqual(['200', '403']);
  });

  it('goes on being believed when the issuer changes its keys, with the other algorithm too', async () => {
    acme.world.buildkite.oidc.rotate({ overlap: true });
    acme.world.buildkite.oidc.use('ES256');
    // A token of its own, whichever second this is.
    expect(await present(signed({ ...job, jti: 'another-token' }))).toMatch(/^200 /);
  });

  it('asks again while the answer of the create is not there yet', async () => {
    const { buildkite } = acme.world;
    buildkite.fault({ method: 'POST', path: /\/web\/builds$/, times: 1, effect: { kind: 'commit-then-status', status: 500 } });
    buildkite.webhookFaults({ lose: (_event, { pipeline }) => pipeline.slug === 'web' });
    const second = await asked('web', 'staging');
    await acme.build('web');
    expect(await presentOnce(signed(jobOf('web', 1)))).toBe('503');
    buildkite.webhookFaults({ lose: false });
    buildkite.startBuild('web', 1);
    await second.bothShow('🚚 Deploying');
    expect(await present(signed(jobOf('web', 1)))).toMatch(/^200 /);
  });

  it('is told no once the request was cancelled, or is over', async () => {
    await acme.ann.clicks('cancel', deploy);
    expect(await present(signed({ ...job, iat: now() - 3 }))).toBe('403 cancelled');
    acme.world.buildkite.finish('api', 1, 'canceled');
    await deploy.ends('✖️ Cancelled while it was being built');
    expect(await present(signed({ ...job, iat: now() - 4 }))).toMatch(/^403 (over|no-request)$/);
  });

  it(
    'is, with the real agent and the script of our documents, the end of a build that nobody approved',
    { timeout: FIRST_AGENT_MS },
    async (context) => {
      await needGo(context);
      const { buildkite } = acme.world;
      const script = fileURLToPath(new URL('../../docs/pipeline/countersign-attest.sh', import.meta.url));
      buildkite.changeSteps('shop', [
        { type: 'command', label: 'countersign', key: 'countersign', command: script },
        { type: 'wait' },
        { type: 'command', label: 'deploy' },
      ]);
      buildkite.hold('shop');
      const third = await asked('shop', 'staging');
      await third.bothShow('🚚 Deploying');
      const rebuilt = buildkite.rebuildInUi('shop', 1);
      const run = async (number: number): Promise<{ readonly state?: string; readonly log?: string }> => {
        const [first] = buildkite.build('shop', number).jobs;
        const said = await runAgent(buildkite, { jobId: first?.id ?? '', env: { COUNTERSIGN_URL: audience(), COUNTERSIGN_PAUSE: '1' } });
        return first?.log === '' ? { log: said } : { state: first?.state ?? '', log: first?.log ?? '' };
      };
      expect(await run(1)).toEqual({ state: 'passed', log: expect.stringContaining('Countersign: yes, this is the approved build') });
      expect(await run(rebuilt)).toEqual({
        state: 'failed',
        log: expect.stringContaining('Countersign: no, this is not the approved build (no-request)'),
      });
      expect(buildkite.build('shop', rebuilt).env['COUNTERSIGN_CODE']).toBe(third.code);
      buildkite.finish('shop', 1, 'passed');
      await third.ends('✅');
    },
  );
});
