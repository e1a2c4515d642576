// A build that nobody asked for, and what its workflow is started with.
import { deployCode } from '../../src/ids.ts';
import { outsideId, type OutsideBuild, type OutsideInput } from '../../workflows/outside-contract.ts';

export function outsideBuild(uuid: string): OutsideBuild {
  return {
    uuid,
    number: 34,
    pipeline: 'api-deploy',
    url: 'https://buildkite.com/acme/api-deploy/builds/34',
    commit: '4f5a6b7c'.repeat(5),
    branch: 'main',
    source: 'ui',
    startedBy: 'Sly',
    state: 'running',
    isOver: false,
    rebuiltFrom: null,
    code: null,
    isMarked: false,
  };
}

export function outsideInput(uuid: string): OutsideInput {
  return {
    organization: 'acme',
    pipeline: 'api-deploy',
    number: 34,
    uuid,
    code: deployCode(outsideId('acme', uuid)),
    why: { kind: 'step', step: 'deploy' },
    policy: 'tell',
    channel: 'C0PAY',
  };
}
