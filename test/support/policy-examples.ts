// What production asks for, as most tests would have it; each changes what it is about.
import { target } from '../../src/ids.ts';
import type { EnvironmentPolicy } from '../../src/policy/environment-policy.ts';
import { plan } from './views.ts';

const nobody = { roles: [], groups: [], requester: false, approvers: false };

export const productionPolicy: EnvironmentPolicy = {
  service: 'api',
  aliases: [],
  environment: 'production',
  zone: 'default',
  repo: 'acme/api',
  organization: 'acme',
  pipeline: 'api-deploy',
  target: target('eu-cluster'),
  environmentUrl: null,
  refs: [{ kind: 'default-branch' }, { kind: 'pull-request' }],
  may: { request: { ...nobody, roles: ['write'] }, cancel: { ...nobody, requester: true, approvers: true } },
  gates: { checks: 'all', review: true, upToDate: true, keepsLive: true, after: [{ environment: 'staging', soakMs: 1_800_000 }] },
  parameters: [{ name: 'migrate', choices: ['yes', 'no'], default: 'no' }],
  approvals: plan.rule,
  isProtected: true,
  slack: { channel: 'C0PAY', also: [] },
};
