// Who may do what, where: every kind of person × every command × four environments, judged by the product and drawn as a table. A cell is
// `y` (yes) or the letters of the reasons why not; what is not written down in a policy is nobody's. And the same again, after each of them
// has lost their rights.
import { describe, expect, it } from 'vitest';
import type { EnvironmentPolicy, MayRule, Role } from '../../src/policy/environment-policy.ts';
import { evaluate } from '../../src/policy/evaluate.ts';
import type { AccountState, Read } from '../../src/policy/facts.ts';
import { judgeMay, judgeVote } from '../../src/policy/judge.ts';
import { groupsOf, type Groups } from '../../src/policy/people.ts';
import { githubPersonKey, slackPersonKey } from '../../src/ids.ts';
import type { Person, Plan } from '../../workflows/vocabulary.ts';
import { facts, GROUP, known, person, plan, policy, vote } from './given.ts';

interface Kind {
  readonly person: Person;
  readonly role: Role;
  readonly why: AccountState['why'];
  /** Where they vote; on GitHub unless it matters. */
  readonly surface?: 'slack';
}
const well = (who: Person, role: Role): Kind => ({ person: who, role, why: null });
const stranger = (key: Person['key'], change: Partial<Person>): Person => ({ key, name: 'sly', mapped: false, github: null, slack: null, ...change });

const KINDS: Readonly<Record<string, Kind>> = {
  requester: well(person('Ann'), 'write'),
  approver: well(person('Bea'), 'write'),
  author: well(person('Dan'), 'write'),
  colleague: well(person('Carl'), 'write'),
  reader: well(person('Eve'), 'read'),
  'unmapped on GitHub': well(stranger(githubPersonKey(99), { github: { id: 99, login: 'sly' } }), 'write'),
  'unmapped in Slack': well(stranger(slackPersonKey('T1', 'U99'), { slack: { team: 'T1', user: 'U99' } }), 'none'),
  'matched by e-mail': { ...well({ ...person('Bea'), binding: 'email' }, 'write'), surface: 'slack' },
  guest: { person: person('Fay'), role: 'write', why: 'guest' },
  leaver: { person: person('Fay'), role: 'none', why: 'deactivated' },
  bot: { person: person('Fay'), role: 'write', why: 'bot' },
};
const GROUPS: Groups = { sre: ['Ann', 'Bea', 'Dan', 'Fay'].map((name) => person(name as 'Ann')) };

const may = (...who: readonly string[]): MayRule => ({
  roles: (['read', 'write'] as const).filter((role) => who.includes(role)),
  groups: who.filter((word) => word === 'sre'),
  requester: who.includes('requester'),
  approvers: who.includes('approvers'),
});
const rule = { tree: GROUP('sre'), exclude: ['requester'], expireMs: 1 } as const;
const DEFAULTS = { request: may('write'), cancel: may('requester', 'approvers'), extend: may('requester', 'approvers') };
const EMERGENCY = { skip: [], review: GROUP('sre'), remindMs: 1 } as const;
const gates = { checks: null, review: false, upToDate: false, keepsLive: false, after: [] };

const ENVIRONMENTS: Readonly<Record<string, EnvironmentPolicy>> = {
  staging: policy({ gates, may: DEFAULTS, approvals: { ...rule, tree: null }, isProtected: false }),
  production: policy({ gates, may: DEFAULTS, approvals: rule }),
  strict: policy({
    gates,
    may: { request: may('sre'), cancel: may('requester'), extend: may('sre'), emergency: may('sre') },
    emergency: EMERGENCY,
    approvals: { ...rule, exclude: ['requester', 'commit-authors'], stepUp: 'github' },
  }),
  open: policy({
    gates,
    may: { request: may('read'), cancel: may('write'), extend: may('requester'), emergency: may('write') },
    emergency: EMERGENCY,
    approvals: rule,
  }),
};

const LETTER: Readonly<Record<string, string>> = {
  'unmapped-requester': 'u',
  'unmapped-voter': 'u',
  'inactive-person': 'i',
  'matched-by-email': 'b',
  'no-permission': 'p',
  'no-emergency': 'e',
  'own-request': 'o',
  'commit-author': 'a',
  'not-in-group': 'g',
  'no-approval-needed': 'n',
  'nothing-to-withdraw': 'w',
  'may-not-cancel': 'm',
  'may-not-extend': 'm',
};

interface Asked {
  readonly kind: Kind;
  readonly policy: EnvironmentPolicy;
  readonly groups: Groups;
}

const stateOf = ({ why }: Kind): Read<AccountState> => known({ active: why === null, why });
const cell = (codes: readonly string[]): string =>
  codes.length === 0 ? 'y' : [...new Set(codes.map((code) => LETTER[code] ?? code))].sort().join('');

function planOf({ policy: rules }: Asked): Plan {
  return plan({ rule: rules.approvals, change: { commits: 1, pullRequests: [], authors: [person('Dan').key], compareUrl: null } });
}

function ask({ kind, policy: rules, groups }: Asked, isEmergency: boolean): string {
  const { person: requester, role } = kind;
  const surface = requester.github === null ? 'slack' : 'github';
  const requesterGroups = groupsOf(groups, requester);
  const asked = facts({
    requester,
    requesterState: stateOf(kind),
    requesterRole: known(role),
    requesterGroups,
    surface,
    ...(isEmergency ? { emergency: true } : {}),
  });
  return cell(evaluate(rules, asked).reasons.map(({ code }) => code));
}

function act(asked: Asked, kind: 'approve' | 'reject' | 'withdraw'): string {
  const { kind: who, groups } = asked;
  const votes = kind === 'withdraw' && who.person.mapped ? [{ ...vote('Bea'), by: who.person, surface: 'github' as const }] : [];
  const verdict = judgeVote({
    plan: planOf(asked),
    votes,
    act: { kind, contract: null, sha: null, reason: 'because' },
    surface: who.surface ?? 'github',
    voter: who.person,
    voterState: stateOf(who),
    groups,
    unread: {},
  });
  return cell(verdict.kind === 'refused' ? verdict.reasons.map(({ code }) => code) : []);
}

function change({ kind, policy: rules, groups }: Asked, of: 'cancel' | 'extend'): string {
  const judged = judgeMay({
    act: of,
    may: rules.may[of] ?? may(),
    rule: rules.approvals,
    requesters: [person('Ann')],
    person: kind.person,
    state: stateOf(kind),
    role: known(kind.role),
    groups,
    unread: {},
  });
  return cell(judged.kind === 'refused' ? judged.reasons.map(({ code }) => code) : []);
}

const COMMANDS: Readonly<Record<string, (asked: Asked) => string>> = {
  deploy: (asked) => ask(asked, false),
  emergency: (asked) => ask(asked, true),
  approve: (asked) => act(asked, 'approve'),
  reject: (asked) => act(asked, 'reject'),
  withdraw: (asked) => act(asked, 'withdraw'),
  cancel: (asked) => change(asked, 'cancel'),
  extend: (asked) => change(asked, 'extend'),
};

function table(environment: string, lost: boolean): string {
  const rules = ENVIRONMENTS[environment];
  if (rules === undefined) throw new Error(environment);
  const rows = Object.entries(KINDS).map(([name, kind]) => {
    const now: Kind = lost ? { ...kind, role: 'none', why: kind.why ?? 'no-read-access' } : kind;
    const asked: Asked = { kind: now, policy: rules, groups: lost ? { sre: [] } : GROUPS };
    return [name, ...Object.values(COMMANDS).map((judge) => judge(asked))];
  });
  return [['', ...Object.keys(COMMANDS)], ...rows]
    .map((row) =>
      row
        .map((word, at) => word.padEnd(at === 0 ? 19 : 10))
        .join('')
        .trimEnd(),
    )
    .join('\n');
}

const LEGEND = `y yes · a wrote a commit · b is bound by an e-mail address alone · e may not break the glass · g in no group that is asked · i not active · m may not · n nobody has to approve
o own request · p may not ask · u not mapped · w has no vote to take back`;

const title = (environment: string, lost: boolean): string => `${environment}${lost ? ', after every right was lost' : ''}`;

describe('who may do what', () => {
  it('is what the table says, before and after the right was lost', async () => {
    const tables = Object.keys(ENVIRONMENTS).flatMap((environment) =>
      [false, true].map((lost) => `${title(environment, lost)}\n${table(environment, lost)}`),
    );
    await expect(`${[LEGEND, ...tables].join('\n\n')}\n`).toMatchFileSnapshot('../golden/who-may-what.txt');
  });

  it.each(Object.keys(ENVIRONMENTS))('on %s leaves who has lost every right only what takes a right from nobody', (environment) => {
    const rows = table(environment, true).split('\n').slice(1);
    const allowed = rows.flatMap((line) =>
      line
        .slice(19)
        .trim()
        .split(/\s+/)
        .flatMap((word, at) => (word === 'y' ? [Object.keys(COMMANDS)[at]] : [])),
    );
    expect(allowed.filter((command) => command !== 'withdraw' && command !== 'cancel')).toEqual([]);
  });
});
