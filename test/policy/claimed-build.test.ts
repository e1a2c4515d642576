// A build says that a request asked for it. Only the request knows.
import { describe, expect, it } from 'vitest';
import { canBeDeployId, judgeClaimed } from '../../src/policy/claimed-build.ts';
import type { Claimed, ClaimedBuild } from '../../workflows/outside-contract.ts';
import type { DeployPhase, DeployStatus } from '../../workflows/status.ts';
import { bea, build, NOW, plan, status } from '../support/views.ts';

const { organization, pipeline, sha: commit, target } = plan;
const OTHER: ClaimedBuild = { organization, pipeline, number: build.number + 1, uuid: 'another', commit, target, deployId: 'deploy:github:7:1' };
const OWN: ClaimedBuild = { ...OTHER, number: build.number, uuid: build.uuid };

const STARTING: DeployPhase = { kind: 'starting', waitingFor: 'unclear', until: NOW };
const BUILDING: DeployPhase = { kind: 'building', build, cancelling: null };
const waiting = status({ kind: 'waiting', expiresAt: NOW });
const starting = status(STARTING, { build: null });
const building = status(BUILDING, { build });
const ended = status({ kind: 'succeeded', build, at: NOW }, { build });
const interrupted = status({ kind: 'terminated', how: 'terminated', during: 'starting', at: NOW }, { build: null });
const seal = 'a'.repeat(64);
const attested = { number: OTHER.number, uuid: OTHER.uuid };

describe('a build that names a request', () => {
  it.each<[string, DeployStatus | null, ClaimedBuild, Claimed]>([
    ['that does not exist', null, OTHER, 'no-such-request'],
    ['which follows it', building, OWN, 'its-own'],
    ['which followed it', ended, OWN, 'its-own'],
    ['which followed it, before its pipeline was renamed', ended, { ...OWN, pipeline: 'renamed' }, 'its-own'],
    ['to which it proved itself', status(STARTING, { build: null, attested }), OTHER, 'its-own'],
    ['which has it stopped as a second one', status(BUILDING, { build, doubles: [{ kept: build.number, other: OTHER.number }] }), OTHER, 'its-own'],
    ['which turned to it from another', status(BUILDING, { build, doubles: [{ kept: OTHER.number, other: build.number }] }), OTHER, 'its-own'],
    ['whose create has no answer yet', starting, OTHER, 'not-known-yet'],
    ['which may hear of a second one', building, OTHER, 'not-known-yet'],
    ['which waits for approval', waiting, OTHER, 'not-its-own'],
    ['which was not planned yet', status({ kind: 'planning' }, { plan: null }), OTHER, 'not-its-own'],
    ['which has ended with another', ended, OTHER, 'not-its-own'],
    ['which was rejected', status({ kind: 'rejected', by: bea, reason: 'no', at: NOW }), OTHER, 'not-its-own'],
    ['which was ended in Temporal', interrupted, OTHER, 'not-its-own'],
    ['whose create has no answer yet, for another commit', starting, { ...OTHER, commit: '0'.repeat(40) }, 'not-its-own'],
    ['whose create has no answer yet, for another target', starting, { ...OTHER, target: null }, 'not-its-own'],
    ['whose create has no answer yet, of another pipeline', starting, { ...OTHER, pipeline: 'other' }, 'not-its-own'],
    ['whose create has no answer yet, of another organization', starting, { ...OTHER, organization: 'evil' }, 'not-its-own'],
    ['which does not know it yet, though it carries the seal', status(BUILDING, { build, seal }), { ...OTHER, seal }, 'not-known-yet'],
    ['which sealed its own, and has no answer yet', status(STARTING, { build: null, seal }), OTHER, 'not-its-own'],
    ['which sealed its own otherwise', status(STARTING, { build: null, seal }), { ...OTHER, seal: 'b'.repeat(64) }, 'not-its-own'],
    ['which sealed its own, by a half of the seal', status(STARTING, { build: null, seal }), { ...OTHER, seal: seal.slice(32) }, 'not-its-own'],
    ['which follows it, without a seal in this webhook', status(BUILDING, { build, seal }), OWN, 'its-own'],
    [
      'which has a second one of that number, of another pipeline',
      status(BUILDING, { build, doubles: [{ kept: build.number, other: OTHER.number }] }),
      { ...OTHER, pipeline: 'other' },
      'not-its-own',
    ],
  ])('%s', (_which, request, seen, said) => {
    expect(judgeClaimed(request, seen)).toBe(said);
  });
});

describe('what a build names', () => {
  it.each([
    ['deploy:github:101:5001', true],
    ['deploy:slack:T01ACME:1700000000.1.abc', true],
    ['environment:eu-cluster', false],
    ['deploy:', false],
    ['deploy:two words', false],
    ['deploy:line\nbreak', false],
    [`deploy:${'x'.repeat(200)}`, false],
    ['', false],
  ])('%j may be a request: %s', (text, may) => {
    expect(canBeDeployId(text)).toBe(may);
  });
});
