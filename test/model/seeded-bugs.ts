// Bugs that somebody could write, one small change each, where a wrong approval would come of it. `npm run check:bugs` plants each of
// them in a copy and runs the model and the tests of policy against it: a test suite that lets one pass proves too little.

export interface SeededBug {
  /** What goes wrong with it. */
  readonly name: string;
  readonly file: string;
  /** Exactly once in the file. */
  readonly from: string;
  readonly to: string;
}

const JUDGE = 'src/policy/judge.ts';
const RECHECK = 'src/policy/recheck.ts';
const RULE = 'src/policy/rule.ts';
const MATCHING = 'src/policy/matching.ts';
const PEOPLE = 'src/policy/people.ts';
const CONTRACT = 'src/policy/contract.ts';
const APPROVAL = 'workflows/approval.ts';
const CLAIM = 'workflows/claim.ts';
const PLANNING = 'workflows/planning.ts';
const STATE = 'workflows/deploy-state.ts';

export const SEEDED_BUGS: readonly SeededBug[] = [
  { name: 'the requester may approve', file: JUDGE, from: 'if (isSamePerson(plan.requester, voter)) reasons.push', to: 'if (false) reasons.push' },
  {
    name: 'whoever pushed may approve',
    file: JUDGE,
    from: 'const requesters = [plan.requester, ...plan.requesters];\n  const members',
    to: 'const requesters = [plan.requester];\n  const members',
  },
  {
    name: 'authors may approve where they are excluded',
    file: JUDGE,
    from: "const authors = plan.rule.exclude.includes('commit-authors') ? plan.change.authors : [];",
    to: 'const authors: PersonKey[] = [];',
  },
  { name: 'a deactivated account may approve', file: JUDGE, from: 'return state.value.active ? [] :', to: 'return true ? [] :' },
  {
    name: 'an account that can not be read may approve',
    file: JUDGE,
    from: "if (!state.known) return [{ code: 'unreadable', what: 'your account', why: state.why }];",
    to: 'if (!state.known) return [];',
  },
  { name: 'an unmapped person is told the wrong reason', file: JUDGE, from: 'if (!voter.mapped) return', to: 'if (voter.mapped) return' },
  {
    name: 'one approval counts as two when given twice',
    file: JUDGE,
    from: 'if (last !== undefined && last.kind === act.kind)',
    to: 'if (last !== undefined && last.kind !== act.kind)',
  },
  {
    name: 'votes for an earlier contract go on counting',
    file: JUDGE,
    from: 'votes.filter((vote) => vote.contract === plan.contract &&',
    to: 'votes.filter((vote) =>',
  },
  {
    name: 'an approval in Slack needs no confirmation where one is asked',
    file: JUDGE,
    from: "kind === 'approve' && surface !== 'github'",
    to: "kind === 'approve' && surface === 'github'",
  },
  {
    name: 'whoever was deactivated keeps their vote at the last look',
    file: RECHECK,
    from: 'if (state?.known === true && !state.value.active) return',
    to: 'if (state?.known === true && state.value.active && false) return',
  },
  {
    name: 'unknown accounts are good at the last look',
    file: RECHECK,
    from: 'states.get(vote.by.key)?.known !== true',
    to: 'states.get(vote.by.key)?.known === undefined',
  },
  { name: 'anybody may cancel', file: JUDGE, from: "if (admitted === 'no') reasons.push", to: "if (admitted === 'yes') reasons.push" },
  { name: 'a rejection counts as an approval', file: RULE, from: "=== 'approve';\n  return {", to: '!== undefined;\n  return {' },
  { name: 'one less than needed is enough', file: RULE, from: 'filling.have === filling.need', to: 'filling.have >= filling.need - 1' },
  {
    name: 'one of all is enough',
    file: MATCHING,
    from: "if (node.kind === 'any') return node.of.flatMap(alternativesOf);",
    to: 'if (true) return node.of.flatMap(alternativesOf);',
  },
  {
    name: 'one person fills several slots',
    file: MATCHING,
    from: 'if (tried.has(slot) || !isMember(person, leaf)) continue;\n      tried.add(slot);',
    to: 'if (!isMember(person, leaf)) continue;\n      if (tried.has(slot)) return true;\n      tried.add(slot);',
  },
  {
    name: 'the two accounts of one human are two people',
    file: PEOPLE,
    from: 'if (one.github !== null && one.github.id === other.github?.id) return true;\n  return one.slack !== null &&',
    to: 'return one.slack !== null && one.github === null &&',
  },
  { name: 'the contract forgets the parameters', file: CONTRACT, from: '    parameters: terms.parameters,\n', to: '' },
  { name: 'the contract forgets the commit', file: CONTRACT, from: '    sha: terms.sha,\n', to: '' },
  {
    name: 'a click on an old card counts',
    file: APPROVAL,
    from: 'if (contract !== null && contract !== plan.contract)',
    to: 'if (contract !== null && contract === plan.contract && false)',
  },
  {
    name: 'a vote on a request that is over counts',
    file: APPROVAL,
    from: 'if (isOver(deploy)) return tooLate(deploy);\n  if (plan === null)',
    to: 'if (plan === null)',
  },
  {
    name: 'a rejection needs no reason',
    file: APPROVAL,
    from: "if (kind === 'reject' && (reason ?? '').trim() === '') return { code: 'reason-needed' };",
    to: '',
  },
  {
    name: 'a vote is taken back after the point of no return',
    file: APPROVAL,
    from: "return deploy.go === null ? null : { code: 'already-starting' };",
    to: 'return null;',
  },
  {
    name: 'a withdrawal keeps the place in the queue',
    file: STATE,
    from: '  deploy.inLine = false;\n  deploy.moved = deploy.kept',
    to: '  deploy.moved = deploy.kept',
  },
  { name: 'a turn that was given up may start', file: CLAIM, from: "if (turn !== deploy.turn) return { kind: 'no', reason: 'other-turn' };", to: '' },
  {
    name: 'votes that changed during the last look are not looked at again',
    file: CLAIM,
    from: 'if (deploy.votesVersion !== votesVersion) continue;',
    to: '',
  },
  { name: 'too few votes at the last look start the build', file: CLAIM, from: 'if (!checked.tally.satisfied) {', to: 'if (false) {' },
  {
    name: 'a push leaves the votes standing',
    file: PLANNING,
    from: 'deploy.votes = standing?.votes ?? [];',
    to: 'deploy.votes = standing?.votes ?? deploy.votes;',
  },
  {
    name: 'a build that lacks the seal of the request may be its own',
    file: 'src/policy/claimed-build.ts',
    from: "if (seal !== undefined && !secretsEqual(seen.seal ?? '', seal)) return 'not-its-own';",
    to: '',
  },
];
