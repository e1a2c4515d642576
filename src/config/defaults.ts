// What holds where the configuration says nothing.
import { SKIPPABLE } from '../policy/environment-policy.ts';

export const DEFAULTS = {
  command: '/deploy',
  refs: ['default-branch', 'pull-request'],
  may: { request: ['write'], cancel: ['requester', 'approvers'], extend: ['requester', 'approvers'] },
  emergency: { skip: SKIPPABLE, remind: '1h' },
  checks: 'all',
  github: { check: true, deployments: true },
  exclude: ['requester'],
  expire: '4h',
  onClose: 'cancel',
  onMerge: 'keep',
  onExpire: 'leave',
} as const;
