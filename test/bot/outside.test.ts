import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { outsideOf } from '../../src/config/outside.ts';
import { deployCode } from '../../src/ids.ts';
import { Trouble } from '../../src/trouble.ts';
import { outsideAsked, outsideSeen } from '../../src/bot/outside.ts';
import type { ForeignBuild } from '../../src/bot/front-door.ts';
import type { BotDeps } from '../../src/bot/deps.ts';
import type { BuildToken, NotAttested } from '../../workflows/attest-contract.ts';
import type { Claimed, ClaimedBuild, OutsideInput } from '../../workflows/outside-contract.ts';
import { BASE, configOf } from '../config/base-config.ts';

/** The service has a channel of its own. */
const TEXT = BASE.replace('repo: acme/api\n', 'repo: acme/api\n    slack: { channel: C0PAY }\n');
const configured = (entries: string) => configOf(entries === '' ? TEXT : TEXT.replace('services:', `pipelines: ${entries}\nservices:`));
const UUID = '0199aaaa-0000-7000-8000-000000000001';
const seen = (change: Partial<ForeignBuild> = {}): ForeignBuild => ({
  organization: 'acme',
  pipeline: 'api-deploy',
  number: 34,
  uuid: UUID,
  step: 'deploy',
  claim: null,
  waits: false,
  hasStarted: true,
  hasEnded: false,
  ...change,
});

const CLAIM = { deployId: 'deploy:github:7:1', code: deployCode('deploy:github:7:1'), commit: 'a'.repeat(40), target: 'api/production' };

const ASKS_NOBODY = { asked: 0, told: false };

/** `says`: what the request says that a build names; null: nobody can be asked just now. */
function bot(entries: string, says: Claimed | null = 'its-own') {
  const started: OutsideInput[] = [];
  const asked: ClaimedBuild[] = [];
  const changed: string[] = [];
  const gateway = {
    outside: {
      start: async (input: OutsideInput) => void started.push(input),
      async askClaimed(build: ClaimedBuild) {
        asked.push(build);
        if (says === null) throw new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'reading a request', found: 'no answer' });
        return says;
      },
      changed: async ({ uuid }: { uuid: string }) => void changed.push(uuid),
    },
  };
  const deps = { config: configured(entries), gateway: gateway as unknown as BotDeps['gateway'], log: pino({ level: 'silent' }) };
  return { deps, started, asked, changed };
}

describe('a build from outside', () => {
  it.each<[string, string, Partial<ForeignBuild>, OutsideInput['why'] | null]>([
    ['starts a step that deploys', '{ api-deploy: { repo: acme/api, deploySteps: [deploy] } }', {}, { kind: 'step', step: 'deploy' }],
    ['starts another step', '{ api-deploy: { repo: acme/api, deploySteps: [deploy] } }', { step: 'test' }, null],
    ['starts a step without a key', '{ api-deploy: { repo: acme/api, deploySteps: [deploy] } }', { step: null }, null],
    ['is of a pipeline that only deploys', '{ api-deploy: { repo: acme/api, dedicated: true } }', { step: null }, { kind: 'dedicated' }],
    ['is ignored by policy', '{ api-deploy: { repo: acme/api, dedicated: true, outside: ignore } }', {}, null],
    ['is of a pipeline of which nothing is said', '', {}, null],
    ['is of a pipeline that nobody knows', '{ api-deploy: { repo: acme/api, dedicated: true } }', { pipeline: 'other' }, null],
    ['is of another organization', '{ api-deploy: { repo: acme/api, dedicated: true } }', { organization: 'evil' }, null],
  ])('that %s', async (_what, entries, change, why) => {
    const { deps, started } = bot(entries);
    await outsideSeen(deps, seen(change));
    expect(started.map((input) => input.why)).toEqual(why === null ? [] : [why]);
  });

  it('is looked at again when it has ended', async () => {
    const { deps, started, changed } = bot('');
    await outsideSeen(deps, seen({ step: null, hasEnded: true }));
    expect({ started, changed }).toEqual({ started: [], changed: [UUID] });
  });

  const STEPS = '{ api-deploy: { repo: acme/api, deploySteps: [deploy] } }';
  const DEDICATED = '{ api-deploy: { repo: acme/api, dedicated: true } }';
  it.each<[string, string, Partial<ForeignBuild>, Claimed | null, { asked: number; told: boolean }]>([
    ['and is its build', STEPS, {}, 'its-own', { asked: 1, told: false }],
    ['that has another build', STEPS, {}, 'not-its-own', { asked: 1, told: true }],
    ['that does not exist', STEPS, {}, 'no-such-request', { asked: 1, told: true }],
    ['that does not know yet', STEPS, {}, 'not-known-yet', { asked: 1, told: true }],
    ['that cannot be asked', STEPS, {}, null, { asked: 1, told: true }],
    ['at a step that deploys nothing', STEPS, { step: 'test' }, 'not-its-own', { asked: 0, told: false }],
    ['of a pipeline that only deploys', DEDICATED, { step: null }, 'not-its-own', { asked: 1, told: true }],
    ['of a pipeline that only deploys, before anything of it runs', DEDICATED, { step: null, hasStarted: false }, 'not-its-own', ASKS_NOBODY],
    ['of a pipeline of which nothing is said', '', {}, 'not-its-own', ASKS_NOBODY],
    ['where that is ignored', '{ api-deploy: { repo: acme/api, dedicated: true, outside: ignore } }', {}, 'not-its-own', ASKS_NOBODY],
  ])('that names a request %s', async (_what, entries, change, says, { asked: times, told }) => {
    const { deps, started, asked } = bot(entries, says);
    await outsideSeen(deps, seen({ claim: CLAIM, ...change }));
    const { code: _code, ...named } = CLAIM;
    expect(asked).toEqual(Array.from({ length: times }, () => ({ organization: 'acme', pipeline: 'api-deploy', number: 34, uuid: UUID, ...named })));
    // Its workflow asks once more before it tells anybody.
    expect(started.map(({ claim }) => claim)).toEqual(told ? [CLAIM] : []);
  });

  it('that names a request is Buildkite’s to tell once more while Temporal cannot be reached at all', async () => {
    const { deps } = bot(STEPS, null);
    const down = new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'telling', found: 'nobody is there' });
    Object.assign(deps.gateway.outside, { start: () => Promise.reject(down) });
    await expect(outsideSeen(deps, seen({ claim: CLAIM }))).rejects.toBe(down);
  });

  it('that names a request is looked at again when it has ended: somebody may have been told of it', async () => {
    const { deps, asked, changed } = bot('');
    await outsideSeen(deps, seen({ step: null, claim: CLAIM, hasEnded: true }));
    expect([asked, changed]).toEqual([[], [UUID]]);
  });

  const token: BuildToken = {
    organization: 'acme',
    organizationId: null,
    pipeline: 'api-deploy',
    number: 34,
    buildId: UUID,
    commit: 'a'.repeat(40),
    branch: 'main',
    source: 'ui',
    job: 'job',
    step: null,
    key: 'job@1',
  };
  it.each<[NotAttested, Partial<BuildToken>, boolean]>([
    ['no-request', {}, true],
    ['other-build', {}, true],
    ['not-approved', {}, true],
    ['other-source', {}, true],
    // These may be told of what was ours.
    ['cancelled', {}, false],
    ['over', {}, false],
    ['token-used', {}, false],
    // Without an id nobody could be told only once.
    ['no-request', { buildId: null }, false],
  ])('that was told %s is told of, if it can be none of ours (%j)', async (reason, change, isTold) => {
    const { deps, started } = bot('');
    await outsideAsked(deps, { ...token, ...change }, reason);
    expect(started.map(({ why, policy }) => [why, policy])).toEqual(isTold ? [[{ kind: 'attestation', reason }, 'tell']] : []);
  });

  it('is told where the service’s cards are, and may be cancelled by those who may cancel there, or could have asked', () => {
    const outside = outsideOf(configured('{ api-deploy: { repo: acme/other, dedicated: true } }'), 'acme', 'api-deploy');
    expect(outside?.channel).toBe('C0PAY');
    expect(outside?.cancellers.every(({ repo, may }) => repo === 'acme/api' && !may.requester && may.roles.includes('write'))).toBe(true);
  });

  it('of a pipeline without an environment is told in the usual channel, and may be cancelled by whoever may write to its repository', () => {
    const outside = outsideOf(configured('{ release: { repo: acme/tools, dedicated: true } }'), 'acme', 'release');
    expect(outside).toEqual({
      policy: { do: 'tell', deploySteps: [], isDedicated: true },
      channel: 'C0DEPLOYS',
      cancellers: [{ repo: 'acme/tools', may: { roles: ['write'], groups: [], requester: false, approvers: false }, rule: null }],
    });
  });
});
