// The configuration as it is written. Strict: it accepts only what this version enforces.
// No refinements here: the JSON Schema for editors is generated from this; what needs two values at once is in validate.ts.
import { z } from 'zod';
import { Approvals } from './schema-approvals.ts';
import { EnvironmentBlocks } from './schema-blocks.ts';
import { EmergencySection } from './schema-emergency.ts';
import { channel, duration, matching, name, pipelineSlug, repo, strict, text } from './schema-parts.ts';
import { pipelines } from './schema-pipelines.ts';
import { refs } from './schema-rule.ts';
import { ROLES } from '../policy/environment-policy.ts';

/** Keys that a later version will know: told apart from typos. */
export const LATER_KEYS: readonly string[] = 'freeze lock rollback delegate'.split(' ');

const SlackSection = strict({
  team: matching(/^T[A-Z0-9]{2,20}$/, 'the id of a workspace, such as T01ACME').describe(
    'Id of the Slack workspace (`T…`). Commands from any other workspace have no effect.',
  ),
  channel: channel.describe('Id of the channel (`C…`) where cards live, unless a service names its own.'),
  command: matching(/^\/[a-z][a-z0-9-]{0,30}$/, 'a slash command such as /deploy')
    .optional()
    .describe('The word of the slash command and of comments. Default `/deploy`.'),
  matchEmail: z
    .boolean()
    .optional()
    .describe(
      'Whether people may be written with `email` in place of `slack`: then whoever has that confirmed address in the workspace is taken for them. The weaker binding: whoever can change addresses in the workspace decides who somebody is. It is marked wherever it counts, approves nothing that `stepUp` asks to be confirmed, and starts no emergency. Needs the scope `users:read.email`. Default `false`.',
    ),
});

const PersonEntry = strict({
  name: text.describe('Unique; groups name people by it.'),
  github: strict({
    id: z.int().min(1).describe('Numeric account id (`https://api.github.com/users/LOGIN`). It decides, whatever the login is now.'),
    login: matching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,38}$/, 'a GitHub login without @').describe('Only shown and mentioned.'),
  }).describe('The GitHub account.'),
  slack: matching(/^[UW][A-Z0-9]{2,20}$/, 'the id of a member, such as U01ADA')
    .optional()
    .describe('Id of the Slack member (`U…`) in the workspace above, unless `email` stands for it. It decides whether the person is still active.'),
  email: z
    .email({ error: 'an e-mail address' })
    .max(254)
    .optional()
    .describe('In place of `slack`, where `slack.matchEmail` is on: the address that this person has in the workspace.'),
  buildkite: matching(/^[^\s@]{1,100}@[^\s@]{1,150}$/, 'an e-mail address')
    .optional()
    .describe(
      'E-mail address of the Buildkite account: who starts a build does not unblock it, whoever unblocks is named there, and both are done in it where a zone says `actAs: approver`.',
    ),
});

const GroupEntry = strict({
  people: z.array(text).min(1).optional().describe('Names of people.'),
  githubTeam: matching(/^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[a-z0-9][a-z0-9._-]{0,99}$/, 'org/team, by the slug in the address of the team')
    .optional()
    .describe('Members of this GitHub team and of the teams below it, `org/team`. Needs the permission Members: read.'),
  slackGroup: matching(/^S[A-Z0-9]{2,20}$/, 'the id of a user group, such as S01SRE')
    .optional()
    .describe('Members of this Slack user group, by its id (`S…`); handles can be given away. Needs the scope `usergroups:read`.'),
});
export type GroupEntry = z.infer<typeof GroupEntry>;

const ZoneEntry = strict({
  temporal: strict({ namespace: text.describe('Temporal namespace of this zone.') }).describe('Where its requests live.'),
  buildkite: strict({
    organization: matching(/^[a-z0-9][a-z0-9-]{0,62}$/, 'the slug of an organization').describe('Slug of the Buildkite organization.'),
    organizationId: matching(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, 'a UUID in lower case')
      .optional()
      .describe('Its UUID: then a build proves itself only with a token that carries it (`--claim organization_id`). Default: the slug decides.'),
    keepForOthers: matching(/^(?:\d|[1-8]\d|90)%$/, 'a share of at most 90%, such as 50%')
      .optional()
      .describe(
        'Share of the organization’s quota of requests that is left to everybody else in it: when no more than this is left, only rollbacks and cancels are sent until the window ends. Default `50%`.',
      ),
    actAs: z
      .enum(['bot', 'approver'])
      .optional()
      .describe(
        'In whose name builds are created and their steps unblocked: the bot’s, or that of whoever approved last, by OAuth token exchange. Then Buildkite checks their permissions as well, and names them. Default `bot`.',
      ),
  }).describe('Where its builds run.'),
});

const Gates = strict({
  checks: z
    .union([z.enum(['all', 'none']), z.array(text).min(1)], { error: 'all, none or a list of names' })
    .optional()
    .describe('Statuses and check runs that must be green: `all`, `none`, or names. Default `all`.'),
  review: z
    .boolean()
    .optional()
    .describe(
      'On a pull request: GitHub counts it as approved. Elsewhere: every commit since the live version came through a reviewed pull request. Default `false`.',
    ),
  upToDate: z.boolean().optional().describe('A pull request has all commits of its base. Default `false`.'),
  keepsLive: z.boolean().optional().describe('The live version is an ancestor of the requested one. Default `false`.'),
  after: z
    .record(name, duration)
    .optional()
    .describe('The same commit is live in these environments of the service, for at least this long: `{ staging: 30m }`. Default: none.'),
});

const Parameter = strict({
  choices: z
    .array(matching(/^[A-Za-z0-9._/@:+-]{1,200}$/, 'letters, digits and . _ / @ : + - (numbers and true/false in quotes)'))
    .min(1)
    .describe('The values that may be given; nothing else ever reaches a build.'),
  default: z.string().optional().describe('Used when the request does not name it. Without one it must be named.'),
});

const who = z.array(name);
const May = strict({
  request: who
    .optional()
    .describe(`Who may ask: repository roles (${ROLES.filter((role) => role !== 'none').join(', ')}), groups, \`approvers\`. Default \`[write]\`.`),
  cancel: who.optional().describe('Who may cancel: the same, and `requester`. Default `[requester, approvers]`.'),
  extend: who.optional().describe('Who may give a waiting request more time: the same, and `requester`. Default `[requester, approvers]`.'),
  emergency: who.optional().describe('Who may deploy at once, without approval, and owe a review: roles, groups, `approvers`. Default: nobody.'),
});

const OnGithub = strict({
  check: z
    .boolean()
    .optional()
    .describe('A check run `countersign/<service>-<environment>` on the commit tells how the request stands. Default `true`.'),
  deployments: z
    .boolean()
    .optional()
    .describe(
      'A GitHub Deployment with its statuses for each build. Switch it off where a workflow runs on the event `deployment`: it would run, too. Default `true`.',
    ),
});

const EnvironmentEntry = strict({
  pipeline: pipelineSlug.optional().describe('Slug of the Buildkite pipeline that deploys. Required, here or in `defaults`.'),
  url: z
    .url({ protocol: /^https?$/, error: 'an address such as https://api.acme.test' })
    .max(300)
    .optional()
    .describe('Where the deployed service can be seen.'),
  target: matching(/^[A-Za-z0-9][A-Za-z0-9._/-]{0,99}$/, 'letters, digits and . _ / -')
    .optional()
    .describe('What must not be deployed to twice at once; environments that share it take turns. Default `service/environment`.'),
  refs: refs
    .optional()
    .describe('What may be deployed: `default-branch`, `pull-request`, `tags`, `branch:release/*`. Default `[default-branch, pull-request]`.'),
  may: May.optional().describe('Who may do what. Nothing else is allowed.'),
  gates: Gates.optional().describe('What must be true before anybody is asked to approve, and again right before the build.'),
  parameters: z
    .record(matching(/^[a-z][a-z0-9_]{0,40}$/, 'a name of lower-case letters, digits and "_"'), Parameter)
    .optional()
    .describe('Values that a request may carry; the build sees them as `COUNTERSIGN_PARAM_<NAME>`.'),
  github: OnGithub.optional().describe('What GitHub shows beside the card.'),
  approvals: z
    .union([z.literal('none'), Approvals], { error: 'none, or a rule such as { group: sre, count: 1 }' })
    .optional()
    .describe('Who must approve, or `none`. Required, here or in `defaults`: an environment is never unprotected by omission.'),
  emergency: EmergencySection.optional().describe(
    'Break glass, for those whom `may.emergency` names: it starts at once, is loud, and owes a review.',
  ),
  blocks: EnvironmentBlocks.optional().describe(
    'Who unblocks the block and input steps of its builds; `none`: that is left to Buildkite. Default: whoever approves deploys here.',
  ),
});
export type EnvironmentEntry = z.infer<typeof EnvironmentEntry>;

const ServiceEntry = strict({
  repo: repo.describe('GitHub repository, `owner/name`.'),
  zone: name.optional().describe('Trust zone. Default `default`.'),
  aliases: z.array(name).optional().describe('Other names people may type.'),
  slack: strict({
    channel: channel.optional().describe('The card with buttons lives here, wherever the command was typed.'),
    also: z.array(channel).optional().describe('These channels get one line at the end.'),
  })
    .optional()
    .describe('Channels of this service.'),
  environments: z.record(name, EnvironmentEntry).describe('In the order people promote through them.'),
});

const services = z.record(name, ServiceEntry);

/** A file that `include` names: services only, so that whoever owns it can change no people, groups or zones. */
export const IncludedFile = strict({ services: services.describe('Services.') });

export const ConfigFile = strict({
  version: z.literal(1).describe('Version of this format.'),
  include: z.array(text).optional().describe('Further files with services, as globs relative to this file, so that CODEOWNERS can guard each.'),
  slack: SlackSection.describe('The Slack workspace. Ids decide, names are never looked up.'),
  people: z.array(PersonEntry).describe('Reviewed identity: one human, both accounts. Who is neither here nor linked can approve nothing.'),
  groups: z
    .record(name, GroupEntry)
    .optional()
    .describe('Who approves, by name: exactly one of `people`, `githubTeam` and `slackGroup` each. Members count who are under `people`.'),
  zones: z
    .record(matching(/^[a-z][a-z0-9-]{0,30}$/, 'a name of lower-case letters, digits and "-"'), ZoneEntry)
    .optional()
    .describe(
      'Trust zones: one Temporal namespace and one Buildkite organization each. `default` is the one of services that name none; left out, it is what `TEMPORAL_NAMESPACE` and `BUILDKITE_ORGANIZATION_SLUG` say. A credential variable for zone `eu` takes the suffix `_EU`.',
    ),
  defaults: strict({ environments: z.record(name, EnvironmentEntry).optional().describe('By environment name.') })
    .optional()
    .describe('Merged key by key into every environment of that name; what the service says wins.'),
  services: services.optional().describe('Services; more may be in included files.'),
  pipelines: pipelines.optional().describe('Buildkite pipelines by slug, for builds that Countersign did not start.'),
});
export type ConfigFile = z.infer<typeof ConfigFile>;

/** Whatever is left of a file after its broken parts were taken out. */
export const DraftFile = ConfigFile.partial();
export type DraftFile = z.infer<typeof DraftFile>;
export type ServiceEntry = z.infer<typeof ServiceEntry>;
