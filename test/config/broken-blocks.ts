// One row for each way in which block steps are configured wrongly.
import { broken } from './base-config.ts';
import type { BrokenConfig } from './broken-configs.ts';

const PRODUCTION = '        gates: { after: { staging: 30m } }\n';
const own = (blocks: string): string => broken(PRODUCTION, `        blocks: ${blocks}\n`);
const at = (inner: string): string => `services.api.environments.production.blocks${inner}`;
const pipeline = (entry: string): string => broken('services:', `pipelines: { api-release: ${entry} }\nservices:`);
const blocks = (section: string): string => pipeline(`{ repo: acme/api, blocks: ${section} }`);
const there = (inner: string): string => `pipelines.api-release.${inner}`;

const row = (what: string, text: string, path: string, found: RegExp, fix: RegExp): BrokenConfig => ({ what, text, path, found, fix });

export const BROKEN_BLOCKS: readonly BrokenConfig[] = [
  row('block steps for everybody', own('all'), at(''), /all/, /none, or a map/),
  row('an unknown key of block steps', own('{ expire: 4h }'), at('.expire'), /unknown key/, /./),
  row('a group that is not there', own('{ approvals: { group: ops } }'), at('.approvals.group'), /no group "ops"/, /./),
  row('too many of a group', own('{ approvals: { group: sre, count: 3 } }'), at('.approvals'), /never be satisfied/, /Ask for fewer/),
  row(
    'a rule with a condition',
    own('{ approvals: { any: [{ group: sre, when: { labels: [a] } }] } }'),
    at('.approvals.any[0].when'),
    /unknown/,
    /./,
  ),
  row('a rule that approves alone', own('{ approvals: { any: [{ group: sre, auto: docs }] } }'), at('.approvals.any[0].auto'), /unknown/, /./),
  row('no rule', own('{ approvals: { expire: 1h } }'), at('.approvals'), /no rule/, /group/),
  row('no time to approve', own('{ approvals: { group: sre, expire: 0s } }'), at('.approvals.expire'), /0s/, /between/),
  row(
    'a reminder after the expiry',
    own('{ approvals: { group: sre, expire: 1h, remind: [2h] } }'),
    at('.approvals.remind[0]'),
    /after 2h/,
    /shorter/,
  ),
  row('a stale build that is told', own('{ onExpire: tell }'), at('.onExpire'), /tell/, /cancel/),
  row('a step with a broken rule', own('{ steps: { migrate: { approvals: { group: ops } } } }'), at('.steps.migrate.approvals.group'), /"ops"/, /./),
  row('a field twice', own('{ steps: { a: { fields: [{ key: v }, { key: v }] } } }'), at('.steps.a.fields[1].key'), /asked twice/, /./),
  row('an option twice', own('{ steps: { a: { fields: [{ key: v, options: [x, x] }] } } }'), at('.steps.a.fields[0].options[1]'), /twice/, /./),
  row(
    'several of free text',
    own('{ steps: { a: { fields: [{ key: v, multiple: true }] } } }'),
    at('.steps.a.fields[0].multiple'),
    /nothing/,
    /options/,
  ),
  row(
    'a default that is no option',
    own('{ steps: { a: { fields: [{ key: v, options: [x], default: y }] } } }'),
    at('.steps.a.fields[0].default'),
    /"y"/,
    /./,
  ),
  row('a field without a key', own('{ steps: { a: { fields: [{ label: Version }] } } }'), at('.steps.a.fields[0].key'), /missing/, /key/),
  row('a pipeline without a repository', pipeline('{}'), there('repo'), /missing/, /owner\/name/),
  row(
    'builds that are cancelled, of which nothing says that they deploy',
    pipeline('{ repo: acme/api, outside: cancel }'),
    there('outside'),
    /nothing says/,
    /deploySteps/,
  ),
  row('builds from outside that are told twice', pipeline('{ repo: acme/api, outside: warn }'), there('outside'), /warn/, /tell/),
  row('no step that deploys', pipeline('{ repo: acme/api, deploySteps: [] }'), there('deploySteps'), /./, /./),
  row('a pipeline in no zone', pipeline('{ repo: acme/api, zone: us }'), there('zone'), /no zone "us"/, /./),
  row('a pipeline without a rule', blocks('{}'), there('blocks.approvals'), /missing/, /./),
  row('a pipeline with a group that is not there', blocks('{ approvals: { group: ops } }'), there('blocks.approvals.group'), /"ops"/, /./),
  row('a channel by name', blocks('{ channel: "#ops", approvals: { group: sre } }'), there('blocks.channel'), /#ops/, /id of a channel/),
  row(
    'two people with one Buildkite account',
    broken('U01ANN }', 'U01ANN, buildkite: a@acme.test }').replace('U02BEA }', 'U02BEA, buildkite: A@acme.test }'),
    'people[1].buildkite',
    /that of Ann too/,
    /./,
  ),
  row('a Buildkite account by name', broken('U01ANN }', 'U01ANN, buildkite: ann }'), 'people[0].buildkite', /ann/, /e-mail/),
];
