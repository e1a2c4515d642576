// What the deciding activities read: a world in which everything is good, as plain objects; every test changes what it is about.
import { createDecidingActivities } from '../../src/activities/decide.ts';
import type { FactsDeps } from '../../src/activities/gather-facts.ts';
import { createKnownPeople } from '../../src/activities/known-people.ts';
import type { Config } from '../../src/config/config.ts';
import type { GithubApi } from '../../src/github/api.ts';
import { digestOf } from '../../src/ids.ts';
import type { EnvironmentPolicy } from '../../src/policy/environment-policy.ts';
import type { FoundDeploy } from '../../src/temporal/find-deploys.ts';
import type { PeopleStore } from '../../src/temporal/people.ts';
import { Trouble } from '../../src/trouble.ts';
import type { DecidingActivities, PlanInput } from '../../workflows/activities.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { DeployCode, DeployRequest, Person, Plan, RepoSlug } from '../../workflows/vocabulary.ts';
import { NOBODY } from '../support/people-store.ts';
import { comparison, GROUPS, HEAD, LIVE, NOW, PEOPLE, person, plan, policy, pullRequest, ref, state } from '../policy/given.ts';

export const REPOSITORY = { id: 7, slug: 'acme/api', installation: 99, defaultBranch: 'main', url: 'https://g/acme/api' };

/** Changes of the good world; a value that throws is a read that fails. */
export interface World {
  readonly policy?: Partial<EnvironmentPolicy>;
  readonly github?: Partial<GithubApi>;
  /** Of a person's key: what `users.info` and GitHub make of it. */
  readonly isActive?: (key: string) => boolean;
  /** Members by group; a function that throws is a group that can't be read. */
  readonly groups?: Readonly<Record<string, readonly Person[] | (() => Promise<readonly Person[]>)>>;
  readonly live?: string | null;
  /** What `people` answers. */
  readonly links?: PeopleStore['read'];
  /** Bea without an account in Slack, and the address by which hers is found there; by member, who has which address now. */
  readonly emails?: { readonly bea: string; readonly now: Readonly<Record<string, string>> };
  readonly config?: Partial<Config>;
  readonly deploy?: DeployStatus;
  /** Of what is remembered of `people`. */
  readonly clock?: { readonly now: number };
}

/** Only asked for checks that are green, and for what the test says. */
export function policyOf(change: Partial<EnvironmentPolicy> = {}): EnvironmentPolicy {
  return policy({ gates: { checks: 'all', review: false, upToDate: false, keepsLive: false, after: [] }, ...change });
}

export function decidingIn(world: World = {}): DecidingActivities {
  return createDecidingActivities(factsIn(world));
}

export function factsIn(world: World = {}): FactsDeps {
  const environment = policyOf(world.policy);
  const { emails } = world;
  const reviewed = emails === undefined ? PEOPLE : PEOPLE.map((one) => (one.name === 'Bea' ? { ...one, slack: null } : one));
  const byEmail = new Map(emails === undefined ? [] : [[emails.bea, { ...person('Bea'), slack: null }] as const]);
  const readAccount = async (_team: string, user: string) => ({ active: true, why: null, name: user, email: emails?.now[user] ?? null });
  const config: Config = {
    slack: { team: 'T1', channel: 'C1', command: '/deploy' },
    people: reviewed,
    byEmail,
    groups: {},
    zones: {},
    services: [{ name: 'api', aliases: [], repo: 'acme/api', zone: 'default', environments: { production: environment }, order: ['production'] }],
    pipelines: [],
    buildkite: {},
  };
  const groups: NonNullable<World['groups']> = world.groups ?? GROUPS;
  const live = world.live === undefined ? LIVE : world.live;
  const here = state(live === null ? null : { sha: live, since: NOW - 60_000 });
  return {
    config: { ...config, ...world.config },
    github: { ...GITHUB, ...world.github },
    gateway: { environmentState: async () => here, findOpen: async () => [OWN], deployStatus: async () => world.deploy ?? null },
    people: {
      roleOf: async () => 'write',
      stateOf: async (_repo, { key }) => (world.isActive?.(key) === false ? { active: false, why: 'deactivated' } : { active: true, why: null }),
    },
    known: createKnownPeople({
      reviewed,
      store: { read: world.links ?? NOBODY.read },
      byEmail: { addresses: byEmail, slack: { readAccount } },
      now: () => world.clock?.now ?? NOW,
    }),
    groups: {
      names: Object.keys(groups),
      listed: [],
      membersOf: async (name) => {
        const members = groups[name] ?? [];
        return typeof members === 'function' ? members() : members;
      },
    },
    now: () => NOW,
  };
}

const unasked = async (): Promise<never> => {
  throw new Error('this test does not ask for it');
};
/** For good: trying again would not help. */
export const gone = async (): Promise<never> => {
  throw new Trouble({ source: 'github', kind: 'not-found', doing: 'comparing', found: 'github answered 404', status: 404 });
};

const GITHUB: GithubApi = {
  readRepository: async () => REPOSITORY,
  readAccess: async () => ({ role: 'write', why: null }),
  readTeam: unasked,
  resolveRef: async () => ref(),
  readPullRequest: async () => pullRequest(),
  findOpenPullRequests: async () => [],
  readLastPush: async () => ({ sha: HEAD, at: NOW - 600_000, by: null }),
  readPusher: unasked,
  readChecks: async () => ({ passed: [{ name: 'unit', url: null }], failed: [], pending: [] }),
  compare: async () => comparison(),
  readChangedFiles: unasked,
  readReviews: unasked,
  readComment: async () => ({ body: '/deploy api to production', edited: false }),
  readReview: async () => ({ body: '/deploy api to production', edited: false }),
  reactInThread: unasked,
  findThreadReply: unasked,
  findCheckRun: unasked,
  createCheckRun: unasked,
  updateCheckRun: unasked,
  findDeployment: unasked,
  createDeployment: unasked,
  setDeploymentStatus: unasked,
  replyInThread: unasked,
  react: unasked,
  findComment: unasked,
  createComment: unasked,
  updateComment: unasked,
};

const OWN: FoundDeploy = { workflowId: 'deploy:github:7:5', code: '7F3K-Q2' as DeployCode, open: true, startedAt: NOW };

const REQUEST: DeployRequest = {
  code: '7F3K-Q2' as DeployCode,
  service: 'api',
  environment: 'production',
  ref: { kind: 'head' },
  parameters: {},
  requester: { surface: 'github', id: 1, login: 'ann' },
  origin: { surface: 'github', repo: { id: 7, slug: 'acme/api' as RepoSlug }, installation: 99, issue: 42, comment: 5 },
  askedAt: NOW - 60_000,
  retryOf: null,
  dryRun: false,
};

export function asked(change: Partial<DeployRequest> = {}): PlanInput {
  return { request: { ...REQUEST, ...change }, workflowId: 'deploy:github:7:5', revision: 1, pushers: [], expectedHead: null };
}

/** The plan of that request, as it was made while everything was good. */
export function planned(change: Partial<Plan> = {}, frozen: Partial<EnvironmentPolicy> = {}): Plan {
  const { number, title, url } = pullRequest();
  return plan({ policy: { ...policyOf(frozen) }, policyDigest: digestOf(policyOf(frozen)), pullRequest: { number, title, url }, ...change });
}
