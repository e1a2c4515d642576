import { describe, expect, it } from 'vitest';
import { outsideOf } from '../../src/config/outside.ts';
import { outsideAsked, outsideSeen } from '../../src/bot/outside.ts';
import type { ForeignBuild } from '../../src/bot/front-door.ts';
import type { BotDeps } from '../../src/bot/deps.ts';
import type { BuildToken, NotAttested } from '../../workflows/attest-contract.ts';
import type { OutsideInput } from '../../workflows/outside-contract.ts';
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
  waits: false,
  hasEnded: false,
  ...change,
});

function bot(entries: string) {
  const started: OutsideInput[] = [];
  const changed: string[] = [];
  const gateway = {
    outside: {
      start: async (input: OutsideInput) => void started.push(input),
      changed: async ({ uuid }: { uuid: string }) => void changed.push(uuid),
    },
  };
  const deps = { config: configured(entries), gateway: gateway as unknown as BotDeps['gateway'] };
  return { deps, started, changed };
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
