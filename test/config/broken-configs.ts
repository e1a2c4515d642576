// One row for each way in which a configuration is wrong: what is written, where it is found, what is told.
import { broken } from './base-config.ts';

export interface BrokenConfig {
  readonly what: string;
  readonly text: string;
  readonly path: string;
  readonly found: RegExp;
  readonly fix: RegExp;
}

const PRODUCTION = '        gates: { after: { staging: 30m } }\n';
const RULE = 'approvals: { all: [{ group: sre }, { group: owners }] }';
const env = (line: string): string => broken(PRODUCTION, `        ${line}\n`);
const at = (inner: string): string => `services.api.environments.production.${inner}`;

function row(what: string, text: string, path: string, found: RegExp, fix: RegExp): BrokenConfig {
  return { what, text, path, found, fix };
}

/** With addresses switched on, and this in place of Ann's Slack account. */
const matching = (ann: string): string => broken('slack: U01ANN', ann).replace('C0DEPLOYS }', 'C0DEPLOYS, matchEmail: true }');

const pushed = (onPush: string): string => broken('{ all: [', `{ onPush: ${onPush}, all: [`);

export const BROKEN_CONFIGS: readonly BrokenConfig[] = [
  row('a push that everybody may undo', pushed('{ keep: everybody }'), at('approvals.onPush.keep'), /everybody/, /false or requester/),
  row('small pushes of any file', pushed('{ small: { lines: 5 } }'), at('approvals.onPush.small.files'), /missing/, /list/),
  row('small pushes of no line', pushed('{ small: { lines: 0, files: [a] } }'), at('approvals.onPush.small.lines'), /0/, /1 or more/),
  row(
    'a pattern with too many wildcards',
    pushed('{ small: { lines: 5, files: ["*a*b*c*d*e"] } }'),
    at('approvals.onPush.small.files[0]'),
    /5 wildcards/,
    /at most 4/,
  ),
  row('a closed pull request that asks again', broken('{ all: [', '{ onClose: ask, all: ['), at('approvals.onClose'), /ask/, /cancel/),
  row('an empty file', '', '', /nothing|missing/, /map/),
  row('a list', '- 1', '', /list/, /map/),
  row('text', 'hello', '', /hello/, /map/),
  row('another version', broken('version: 1', 'version: 2'), 'version', /2/, /1/),
  row('no version', broken('version: 1\n', ''), 'version', /missing/, /1/),
  row('an unknown key', broken('slack:', 'slak: 1\nslack:'), 'slak', /unknown key/, /"slack"/),
  row('a key of a later version', broken('services:', 'freeze: []\nservices:'), 'freeze', /not in this version/, /[Tt]ake it out/),
  row('a workspace by name', broken('T01ACME', 'acme'), 'slack.team', /acme/, /id of a workspace/),
  row('a channel by name', broken('C0DEPLOYS', "'#deploys'"), 'slack.channel', /#deploys/, /id of a channel/),
  row('no slack', broken('slack: { team: T01ACME, channel: C0DEPLOYS }\n', ''), 'slack', /missing/, /map/),
  row('a command without a slash', broken('C0DEPLOYS }', 'C0DEPLOYS, command: deploy }'), 'slack.command', /deploy/, /slash command/),
  row('a GitHub id in quotes', broken('id: 1001', "id: '1001'"), 'people[0].github.id', /1001/, /number/),
  row('a GitHub id of 0', broken('id: 1001', 'id: 0'), 'people[0].github.id', /0/, /1 or more/),
  row('a login with @', broken('login: ann', "login: '@ann'"), 'people[0].github.login', /@ann/, /without @/),
  row('a Slack name instead of an id', broken('U01ANN', 'ann'), 'people[0].slack', /ann/, /id of a member/),
  row('a person without a Slack account', broken(', slack: U01ANN', ''), 'people[0]', /"Ann" has no Slack account/, /id of the member/),
  row('an address where nobody is matched by one', broken('slack: U01ANN', 'email: a@b.test'), 'people[0]', /matchEmail` is off/, /switch it on/),
  row('an address beside an account', matching('slack: U01ANN, email: a@b.test'), 'people[0]', /both `slack` and `email`/, /the stronger/),
  row(
    'two people with one address',
    matching('email: a@b.test').replace('slack: U02BEA', 'email: A@b.test'),
    'people[1].email',
    /that of Ann too/,
    /one entry/,
  ),
  row('no address', matching('email: ann'), 'people[0].email', /ann/, /e-mail address/),
  row('a person without a GitHub account', broken('github: { id: 1001, login: ann }, ', ''), 'people[0].github', /missing/, /map/),
  row(
    'a person with a key of a later version',
    broken('slack: U01ANN', 'slack: U01ANN, lock: a@b.test'),
    'people[0].lock',
    /not in this version/,
    /./,
  ),
  row('a Buildkite user by name', broken('slack: U01ANN', 'slack: U01ANN, buildkite: Ann'), 'people[0].buildkite', /Ann/, /e-mail address/),
  row('two people with one GitHub account', broken('id: 1002', 'id: 1001'), 'people[1].github.id', /1001.*Ann/, /one entry/),
  row('two people with one Slack account', broken('U02BEA', 'U01ANN'), 'people[1].slack', /U01ANN.*Ann/, /one entry/),
  row('two people with one name', broken('name: Bea', 'name: Ann'), 'people[1].name', /two people named "Ann"/, /apart/),
  row('a group of strangers', broken('[Bea, Carl]', '[Bea, Karl]'), 'groups.sre.people[1]', /nobody is named "Karl"/, /"Carl"/),
  row('an empty group', broken('[Bea, Carl]', '[]'), 'groups.sre.people', /empty list/, /at least one/),
  row('a person twice in a group', broken('[Bea, Carl]', '[Bea, Bea]'), 'groups.sre.people[1]', /twice/, /./),
  row(
    'a group named like a role',
    broken('owners: { people: [Ann] }', 'owners: { people: [Ann] }\n  write: { people: [Ann] }'),
    'groups.write',
    /something else/,
    /otherwise/,
  ),
  row(
    'a group from two places',
    broken('{ people: [Ann] }', '{ people: [Ann], githubTeam: acme/x }'),
    'groups.owners.githubTeam',
    /people and githubTeam/,
    /Keep one/,
  ),
  row(
    'a group from nowhere',
    broken('owners: { people: [Ann] }', 'owners: {}'),
    'groups.owners',
    /nothing says who/,
    /people.*githubTeam.*slackGroup/,
  ),
  row('a team without its organization', broken('{ people: [Ann] }', '{ githubTeam: owners }'), 'groups.owners.githubTeam', /"owners"/, /org\/team/),
  row('a user group by its handle', broken('{ people: [Ann] }', '{ slackGroup: "@owners" }'), 'groups.owners.slackGroup', /"@owners"/, /S01SRE/),
  row('a group with a strange name', broken('owners: { people', '"Owners!": { people'), 'groups.Owners!', /can't be a name/, /lower-case/),
  row('two zones with one namespace', broken('europe', 'main'), 'zones.eu.temporal.namespace', /"main".*"default"/, /own/),
  row(
    'a share for others that leaves the bot nothing',
    broken('organization: acme-eu', 'organization: acme-eu, keepForOthers: 95%'),
    'zones.eu.buildkite.keepForOthers',
    /95%/,
    /at most 90%/,
  ),
  row('a zone without an organization', broken(', buildkite: { organization: acme-eu }', ''), 'zones.eu.buildkite', /missing/, /./),
  row('a zone named like the ending of a variable', broken('  eu:', '  previous:'), 'zones.previous', /_PREVIOUS mean/, /otherwise/),
  row(
    'builds in the name of approvers of whom none is known to Buildkite',
    broken('organization: acme-eu', 'organization: acme-eu, actAs: approver'),
    'zones.eu.buildkite.actAs',
    /nobody/,
    /buildkite:/,
  ),
  row('an unknown zone', broken('aliases: [backend]', 'zone: us'), 'services.api.zone', /no zone "us"/, /eu/),
  row('a repository without its owner', broken('repo: acme/api', 'repo: api'), 'services.api.repo', /"api"/, /owner\/name/),
  row('a repository by address', broken('repo: acme/api', 'repo: https://github.com/acme/api'), 'services.api.repo', /github\.com/, /owner\/name/),
  row('a service without a repository', broken('    repo: acme/api\n', ''), 'services.api.repo', /missing/, /owner\/name/),
  row('an alias that is the name', broken('[backend]', '[api]'), 'services.api.aliases[0]', /twice/, /./),
  row('no service at all', withServices('{}'), 'services', /no service/, /Add one/),
  row(
    'a service without environments',
    withServices('{ api: { repo: acme/api, environments: {} } }'),
    'services.api.environments',
    /no environment/,
    /Add one/,
  ),
  row('no pipeline', broken('        pipeline: api-deploy\n', ''), 'services.api.environments.production', /no `pipeline`/, /slug/),
  row(
    'a pipeline with spaces',
    broken('staging: { pipeline: api-deploy', 'staging: { pipeline: api deploy'),
    'services.api.environments.staging.pipeline',
    /api deploy/,
    /slug/,
  ),
  row('no approvals', broken(`        ${RULE}\n`, ''), 'services.api.environments.production', /who approves/, /none/),
  row('approvals: nobody', broken(RULE, 'approvals: nobody'), at('approvals'), /nobody/, /none/),
  row('approvals without a rule', broken(RULE, 'approvals: { expire: 1h }'), at('approvals'), /no rule/, /all/),
  row(
    'all and any side by side',
    broken(RULE, 'approvals: { all: [{ group: sre }], any: [{ group: owners }] }'),
    at('approvals.any'),
    /side by side/,
    /inside/,
  ),
  row('an empty all', broken(RULE, 'approvals: { all: [] }'), at('approvals.all'), /empty list/, /at least one/),
  row(
    'an unknown group in the rule',
    broken('{ group: owners }]', '{ group: owner }]'),
    at('approvals.all[1].group'),
    /no group "owner"/,
    /"owners"/,
  ),
  row('a count without its group', broken(RULE, 'approvals: { all: [{ group: sre }], count: 1 }'), at('approvals.count'), /without/, /beside/),
  row('a count of 0', broken('{ group: owners }]', '{ group: owners, count: 0 }]'), at('approvals.all[1].count'), /0/, /1 or more/),
  row(
    'more than the group has',
    broken('{ group: owners }]', '{ group: owners, count: 2 }]'),
    at('approvals'),
    /never be satisfied.*2 of "owners"/,
    /fewer/,
  ),
  row(
    'one person for two places',
    broken('{ group: sre }, { group: owners }', '{ group: owners }, { group: owners }'),
    at('approvals'),
    /nobody fills two places/,
    /fewer/,
  ),
  row(
    'a rule with too many ways',
    broken(
      RULE,
      `approvals: { all: [${Array.from({ length: 4 }, () => '{ any: [{ group: sre }, { group: owners }, { group: sre, count: 2 }] }').join(', ')}] }`,
    ),
    at('approvals'),
    /81 ways/,
    /64/,
  ),
  row(
    'a typing error inside the rule',
    broken('{ group: owners }]', '{ grup: owners }]'),
    at('approvals.all[1].grup'),
    /unknown key "grup"/,
    /"group"/,
  ),
  row(
    'an unknown exclusion',
    broken(RULE, 'approvals: { group: sre, exclude: [author] }'),
    at('approvals.exclude[0]'),
    /author/,
    /commit-authors|requester/,
  ),
  row('an emergency for nobody', env('emergency: { review: { group: sre } }'), at('emergency'), /nobody may start/, /may\.emergency/),
  row('an emergency without a review', env('may: { emergency: [sre] }'), at('may.emergency'), /nobody reviews/, /emergency: \{ review/),
  row('an emergency for nobody at all', env('may: { emergency: [] }'), at('may.emergency'), /nobody is listed/, /roles or groups/),
  row('an emergency for the requester', env('may: { emergency: [requester] }'), at('may.emergency[0]'), /is the requester/, /roles or groups/),
  row(
    'an emergency that skips who asks',
    env('emergency: { review: { group: sre }, skip: [permission] }'),
    at('emergency.skip[0]'),
    /permission/,
    /./,
  ),
  row(
    'a review on a condition',
    env('emergency: { review: { group: sre, when: { labels: [x] } } }'),
    at('emergency.review.when'),
    /unknown key/,
    /./,
  ),
  row('a review by nobody', env('emergency: { review: { group: nobody } }'), at('emergency.review.group'), /no group "nobody"/, /./),
  row('a reminder every week', env('emergency: { review: { group: sre }, remind: 7d }'), at('emergency.remind'), /7d/, /1d/),
  row('an expiry without a unit', broken(RULE, 'approvals: { group: sre, expire: "4" }'), at('approvals.expire'), /4/, /30m/),
  row('an expiry of nothing', broken(RULE, 'approvals: { group: sre, expire: 0h }'), at('approvals.expire'), /0h/, /30d/),
  row('an expiry of a year', broken(RULE, 'approvals: { group: sre, expire: 365d }'), at('approvals.expire'), /365d/, /30d/),
  row('a confirmation in Slack', broken(RULE, 'approvals: { group: sre, stepUp: slack }'), at('approvals.stepUp'), /slack/, /github/),
  row('an unknown environment before', env('gates: { after: { stagin: 30m } }'), at('gates.after.stagin'), /no environment "stagin"/, /"staging"/),
  row('after itself', env('gates: { after: { production: 30m } }'), at('gates.after.production'), /after itself/, /./),
  row(
    'a circle of environments',
    broken('approvals: none }', 'approvals: none, gates: { after: { production: 1m } } }'),
    at('gates.after.staging'),
    /neither could ever be first/,
    /./,
  ),
  row('a soak in words', env('gates: { after: { staging: half an hour } }'), at('gates.after.staging'), /half an hour/, /30m/),
  row('a freeze', env('gates: { freeze: [] }'), at('gates.freeze'), /not in this version/, /./),
  row('checks: some', env('gates: { checks: some }'), at('gates.checks'), /some/, /list of names/),
  row('no checks in a list', env('gates: { checks: [] }'), at('gates.checks'), /empty list/, /at least one/),
  row('review in words', env('gates: { review: always }'), at('gates.review'), /always/, /true or false/),
  row('an unknown kind of ref', env('refs: [master]'), at('refs[0]'), /master/, /branch:PATTERN/),
  row('no ref', env('refs: []'), at('refs'), /empty list/, /at least one/),
  row('a ref twice', env('refs: [tags, tags]'), at('refs[1]'), /twice/, /./),
  row('a pattern of stars', env('refs: ["branch:a*b*c*d*e*"]'), at('refs[0]'), /5 wildcards/, /4/),
  row('a role that GitHub does not know', env('may: { request: [writer] }'), at('may.request[0]'), /neither a role nor a group/, /"write"/),
  row('nobody may ask', env('may: { request: [] }'), at('may.request'), /nobody/, /List/),
  row('the requester may ask', env('may: { request: [requester] }'), at('may.request[0]'), /is the requester/, /./),
  row('the role none', env('may: { cancel: [none] }'), at('may.cancel[0]'), /neither/, /./),
  row('an act of a later version', env('may: { lock: [write] }'), at('may.lock'), /not in this version/, /./),
  row('a choice that is a number', env('parameters: { shards: { choices: [1, 2] } }'), at('parameters.shards.choices[0]'), /1/, /quotes/),
  row('a choice with a space', env('parameters: { mode: { choices: ["a b"] } }'), at('parameters.mode.choices[0]'), /a b/, /letters, digits/),
  row(
    'a default that is no choice',
    env('parameters: { mode: { choices: [fast, slow], default: fat } }'),
    at('parameters.mode.default'),
    /"fat"/,
    /"fast"/,
  ),
  row('a choice twice', env('parameters: { mode: { choices: [fast, fast] } }'), at('parameters.mode.choices[1]'), /twice/, /./),
  row('a parameter without choices', env('parameters: { mode: { default: fast } }'), at('parameters.mode.choices'), /missing/, /list/),
  row('an address without https', env('url: api.acme.test'), at('url'), /api\.acme\.test/, /https/),
  row('a target with spaces', env('target: eu cluster'), at('target'), /eu cluster/, /letters/),
  row(
    'a default for no environment',
    broken('services:', 'defaults: { environments: { prodution: { approvals: none } } }\nservices:'),
    'defaults.environments.prodution',
    /no service has/,
    /"production"/,
  ),
  row('an included file that is not there', broken('slack:', 'include: [services/*.yml]\nslack:'), 'include[0]', /no file matches/, /relative/),
  row('broken YAML', broken('version: 1', 'version: [1'), '', /not valid YAML/, /Mend/),
  row('a key twice', broken('version: 1', 'version: 1\nversion: 1'), '', /not valid YAML.*unique/, /Mend/),
  row('an alias to nothing', broken('C0DEPLOYS', '*channel'), '', /not valid YAML/, /Mend/),
];

function withServices(services: string): string {
  return `${broken('services:', '#').split('#')[0]}services: ${services}\n`;
}
