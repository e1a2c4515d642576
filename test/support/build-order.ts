// The build of one request, as it is ordered from Buildkite.
import { commitSha, deployCode, sealOf, target } from '../../src/ids.ts';
import type { BuildOrder } from '../../workflows/build-vocabulary.ts';
import type { Contract } from '../../workflows/vocabulary.ts';

export const ORDER: BuildOrder = {
  deployId: 'deploy:github:101:5001',
  code: deployCode('deploy:github:101:5001'),
  organization: 'acme',
  pipeline: 'api-deploy',
  service: 'api',
  environment: 'production',
  target: target('api/production'),
  sha: commitSha('4f5a6b7c'.repeat(5)),
  branch: 'main',
  ref: 'fix-retry',
  pullRequest: 42,
  requester: 'Ann',
  approvers: ['Bea', 'Dan'],
  previousSha: commitSha('1a2b3c4d'.repeat(5)),
  parameters: { migrate: 'no' },
  contract: 'c0ffee' as Contract,
  seal: sealOf('deploy:github:101:5001', 'run-1'),
};
