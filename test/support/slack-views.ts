// The deploy form and the home tab in every state; every name is a golden file.
import { BLOCKS } from './block-views.ts';
import { REVIEWS } from './review-views.ts';
import type { DeployForm, FormPreview } from '../../src/render/form.ts';
import { homeUnreadView, homeView } from '../../src/render/home-slack.ts';
import { formView } from '../../src/render/form-slack.ts';
import type { Home } from '../../src/render/home.ts';
import { say } from '../../src/render/inline.ts';
import type { EnvironmentPolicy } from '../../src/policy/environment-policy.ts';
import type { EnvironmentState } from '../../workflows/status.ts';
import type { SlackView } from './slack-blocks.ts';
import { productionPolicy } from './policy-examples.ts';
import { REPLIES } from './replies.ts';
import { EXAMPLES } from './examples.ts';
import { ALL_READ, PARTLY_READ, ann, bea, exampleContext, fromSlack, plan, tree } from './views.ts';

const MINUTE = 60_000;
const GROUPS = ['sre', 'api-owners'].map((group) => ({ kind: 'group', group, count: 1 }) as const);

const production: EnvironmentPolicy = {
  ...productionPolicy,
  refs: [...productionPolicy.refs, { kind: 'tags' }, { kind: 'branch', pattern: 'release/*' }],
  approvals: { ...plan.rule, tree: { kind: 'all', of: GROUPS } },
};
const staging: EnvironmentPolicy = {
  ...production,
  environment: 'staging',
  gates: { checks: ['unit'], review: false, upToDate: false, keepsLive: false, after: [] },
  parameters: [],
  approvals: { tree: null, exclude: [], expireMs: 240 * MINUTE },
  isProtected: false,
};

const places = REPLIES['what-is-live']['what-is-live'].environments;
const live: EnvironmentState = places[0].state;
const stranger = { ...bea, mapped: false, github: null, name: 'sly' };

const reading: FormPreview = { policy: production, requester: ann, approval: null, live: null };
const known: FormPreview = { ...reading, approval: { tree: tree(), of: null }, live: { state: live } };
const empty: DeployForm = { services: ['api', 'web'], service: null, environments: [], environment: null, parameters: [], preview: null };
const chosen: DeployForm = {
  ...empty,
  service: 'api',
  environments: ['staging', 'production'],
  environment: 'production',
  parameters: [{ name: 'migrate', choices: ['yes', 'no'], chosen: 'no' }],
  preview: reading,
};

const low = { kind: 'auto', name: 'low-risk', when: { onlyFiles: ['docs/**'] } } as const;
/** Of a commit that is known: what does not apply to it is said to be so. */
const FORESEEN: FormPreview = {
  ...known,
  policy: {
    ...production,
    approvals: { ...production.approvals, exclude: ['requester', 'commit-authors'], tree: { kind: 'any', of: [...GROUPS, low] } },
  },
  approval: {
    of: { sha: plan.sha, title: 'Fix *retry* loop <!channel>' },
    tree: {
      kind: 'any',
      satisfied: false,
      of: [
        tree(),
        {
          kind: 'auto',
          name: 'low-risk',
          satisfied: false,
          state: 'skipped',
          when: [],
        },
      ],
    },
  },
};

export const FORMS: Readonly<Record<string, DeployForm>> = {
  empty,
  reading: chosen,
  known: { ...chosen, preview: known },
  'nothing-live': { ...chosen, preview: { ...known, live: { state: null } } },
  unread: {
    ...chosen,
    preview: {
      ...known,
      approval: { unread: 'reading who is in sre: slack answered 503' },
      live: { unread: 'reading the environment: no answer within 1.5 s' },
    },
  },
  unprotected: { ...chosen, environment: 'staging', parameters: [], preview: { ...known, policy: staging, approval: { tree: null, of: null } } },
  'unknown-person': { ...chosen, preview: { ...known, requester: stranger } },
  conditional: {
    ...chosen,
    preview: { ...known, policy: { ...production, approvals: { ...production.approvals, tree: { kind: 'any', of: [...GROUPS, { kind: 'auto', name: 'low-risk', when: { onlyFiles: ['docs/**'] } }] } } } }, // oxfmt-ignore
  },
  foreseen: { ...chosen, preview: FORESEEN },
  strict: {
    ...chosen,
    preview: {
      ...known,
      policy: {
        ...production,
        approvals: {
          ...production.approvals,
          stepUp: 'github',
          hours: { zone: 'Europe/Berlin', days: [1, 2, 3, 4, 5], from: 540, to: 1_020 },
          escalate: { afterMs: 60 * MINUTE, to: 'oncall', may: 'call' },
          undoMs: 20_000,
        },
      },
    },
  },
  'many-services': { ...chosen, services: Array.from({ length: 101 }, (_, i) => `service-${i}`), preview: known },
  'many-choices': {
    ...chosen,
    services: Array.from({ length: 100 }, (_, i) => `service-${i}`),
    parameters: [{ name: 'region', choices: ['x'.repeat(200), ...Array.from({ length: 99 }, (_, i) => `eu-${i}`)], chosen: 'x'.repeat(200) }],
  },
};

const none: Home = {
  person: bea,
  waiting: [],
  steps: [],
  toReview: [],
  owing: [],
  asked: [],
  live: [],
  isPartial: false,
  unread: ALL_READ,
  knowsLinks: true,
};
const askedByAnn = EXAMPLES.waiting['waiting-half'];

export const HOMES: Readonly<Record<string, Home>> = {
  nothing: none,
  'nothing-of-some': { ...none, isPartial: true },
  'unknown-person': { ...none, person: stranger },
  waiting: { ...none, waiting: [EXAMPLES.waiting.waiting, EXAMPLES.waiting['waiting-from-slack']], live: places },
  'waiting-half': { ...none, waiting: [askedByAnn, EXAMPLES.waiting['waiting-new-revision']] },
  steps: { ...none, steps: [BLOCKS['block-half'], BLOCKS['block-filled']] },
  'to-review': { ...none, toReview: [REVIEWS['review-owed']], waiting: [] },
  owing: { ...none, person: ann, owing: [REVIEWS['review-half']] },
  asked: {
    ...none,
    person: ann,
    owing: [REVIEWS['review-owed']],
    asked: [askedByAnn, EXAMPLES.queued.queued, EXAMPLES.building.building, { ...EXAMPLES.planning.planning, request: fromSlack }],
  },
  'zone-away': {
    ...none,
    waiting: [EXAMPLES.waiting.waiting],
    live: [places[0], { service: 'shop', environment: 'production', state: 'unread' }],
    unread: { ...PARTLY_READ, others: 0 },
  },
  'zone-away-nothing': { ...none, unread: PARTLY_READ, knowsLinks: false },
  'zone-away-unknown-person': { ...none, person: stranger, unread: { ...PARTLY_READ, others: 1 }, knowsLinks: false },
  many: {
    ...none,
    waiting: Array.from({ length: 30 }, () => EXAMPLES.waiting.waiting),
    steps: Array.from({ length: 20 }, () => BLOCKS['block-filled']),
    toReview: Array.from({ length: 20 }, () => REVIEWS['review-owed']),
    owing: Array.from({ length: 20 }, () => REVIEWS['review-owed']),
    asked: Array.from({ length: 30 }, () => askedByAnn),
    live: places,
    isPartial: true,
  },
};

export const viewOfForm = (form: DeployForm): SlackView => formView(form, '{"channel":"C0PAY"}', exampleContext);
export const viewOfHome = (home: Home): SlackView => homeView(home, exampleContext);

export const VIEWS: readonly (readonly [name: string, view: SlackView])[] = [
  ...Object.entries(FORMS).map(([name, form]) => [`form-${name}`, viewOfForm(form)] as const),
  ...Object.entries(HOMES).map(([name, home]) => [`home-${name}`, viewOfHome(home)] as const),
  ['home-unread', homeUnreadView(say`The requests can't be read just now. Open this tab again in a minute; nothing is lost.`, exampleContext)],
];
