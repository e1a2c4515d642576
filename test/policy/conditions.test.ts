import { describe, expect, test } from 'vitest';
import { asksForFiles, authorsNamed, judgeConditions, type Authorship, type Seen } from '../../src/policy/conditions.ts';
import type { ChangedFiles, Read } from '../../src/policy/facts.ts';
import type { FoundFact, RuleCondition } from '../../workflows/conditions.ts';
import type { PersonKey, RuleNode } from '../../workflows/vocabulary.ts';
import {
  ALL_OF,
  ANY_OF,
  facts,
  GROUP,
  GROUPS,
  HEAD,
  known,
  LIVE,
  onMain,
  PEOPLE,
  person,
  pullRequest,
  ref,
  sha,
  UNREAD,
  type Name,
} from './given.ts';

const keyOf = (name: Name): PersonKey => person(name).key;

function changes(paths: readonly string[], rest: Partial<ChangedFiles> = {}): Read<ChangedFiles> {
  return known({ files: paths.map((path) => ({ path, before: null, lines: 10 })), isComplete: true, isExact: true, ...rest });
}

function authors(lead: readonly Name[], others: readonly Name[] = lead, unread: string | null = null): Authorship {
  return { isVouchedFor: true, lead: lead.map(keyOf), others: others.map(keyOf), unread };
}

function seen(change: Partial<Seen> = {}): Seen {
  return {
    facts: facts(),
    live: known(LIVE),
    changed: changes(['docs/a.md']),
    authorship: authors(['Ann']),
    people: PEOPLE,
    groups: GROUPS,
    ...change,
  };
}

function judged(
  when: RuleCondition,
  of: Seen,
  kind: 'group' | 'auto' = 'group',
): { readonly applies: boolean; readonly facts: readonly FoundFact[] } {
  const node: RuleNode = kind === 'auto' ? { kind, name: 'low-risk', when } : { ...GROUP('sre'), when };
  const tree = judgeConditions(ANY_OF(node, GROUP('owners')), of);
  if (tree.kind !== 'any' || tree.of[0]?.judged === undefined) throw new Error('nothing was judged');
  return tree.of[0].judged;
}

/** `holds: a.md`. */
const told = (when: RuleCondition, of: Seen): readonly string[] =>
  judged(when, of).facts.map(({ state, found }) => `${state}: ${found.replaceAll('`', '')}`);

const DOCS = ['docs/**'];
const moved = known({ files: [{ path: 'docs/a.ts', before: 'src/a.ts', lines: 3 }], isComplete: true, isExact: true });

describe('changed files', () => {
  test.each<readonly [string, Read<ChangedFiles | null>, files: string, onlyFiles: string]>([
    ['all inside', changes(['docs/a.md', 'docs/b.md']), 'holds: docs/a.md and docs/b.md', 'holds: all 2 changed files'],
    ['the only one inside', changes(['docs/a.md']), 'holds: docs/a.md', 'holds: only docs/a.md'],
    ['one outside', changes(['docs/a.md', 'src/a.ts']), 'holds: docs/a.md', 'fails: src/a.ts'],
    ['none inside', changes(['src/a.ts']), 'fails: none of 1 changed file', 'fails: src/a.ts'],
    ['moved into it', moved, 'holds: docs/a.ts', 'fails: docs/a.ts'],
    ['no change at all', changes([]), 'fails: no changed file', 'fails: no changed file'],
    [
      'more than are listed, one of them inside',
      changes(DOCS, { isComplete: false }),
      'holds: docs/**',
      'unknown: more than the 1 files that GitHub lists',
    ],
    [
      'more than are listed, one of them outside',
      changes(['src/a.ts'], { isComplete: false }),
      'unknown: more than the 1 files that GitHub lists',
      'fails: src/a.ts',
    ],
    [
      'on both sides',
      changes(['docs/a.md', 'src/a.ts'], { isExact: false }),
      'unknown: docs/a.md, perhaps the same on both sides',
      'unknown: src/a.ts, perhaps the same on both sides',
    ],
    [
      'on both sides, all inside',
      changes(['docs/a.md'], { isExact: false }),
      'unknown: docs/a.md, perhaps the same on both sides',
      'holds: only docs/a.md',
    ],
    [
      'unread',
      UNREAD,
      "unknown: the changed files can't be read: github answered 502",
      "unknown: the changed files can't be read: github answered 502",
    ],
    ['a first deploy', known(null), 'unknown: nothing is live yet, so all of it is new', 'unknown: nothing is live yet, so all of it is new'],
  ])('%s', (_what, changed, files, onlyFiles) => {
    expect(told({ files: DOCS }, seen({ changed }))).toEqual([files]);
    expect(told({ onlyFiles: DOCS }, seen({ changed }))).toEqual([onlyFiles]);
  });
});

describe('size', () => {
  const binary = (lines: readonly (number | null)[], rest: Partial<ChangedFiles> = {}): Read<ChangedFiles> =>
    known({ files: lines.map((count, i) => ({ path: `f${i}`, before: null, lines: count })), isComplete: true, isExact: true, ...rest });
  test.each<readonly [limit: string, Read<ChangedFiles>, string]>([
    ['<= 20', binary([10, 10]), 'holds: 20 changed lines'],
    ['< 20', binary([10, 10]), 'fails: 20 changed lines'],
    ['> 20', binary([10, 10]), 'fails: 20 changed lines'],
    ['>=20', binary([10, 10]), 'holds: 20 changed lines'],
    ['<= 20', binary([10, null]), 'unknown: 10 changed lines at least'],
    ['<= 5', binary([10, null]), 'fails: 10 changed lines at least'],
    ['>= 5', binary([10, null]), 'holds: 10 changed lines at least'],
    ['<= 20', binary([10], { isComplete: false }), 'unknown: 10 changed lines at least'],
    ['<= 20', binary([10], { isExact: false }), 'holds: 10 changed lines at most'],
    ['<= 5', binary([10], { isExact: false }), 'unknown: 10 changed lines at most'],
    ['>= 5', binary([10], { isExact: false }), 'unknown: 10 changed lines at most'],
    ['<= 20', UNREAD, "unknown: the changed files can't be read: github answered 502"],
    ['nonsense', binary([0]), 'fails: 0 changed lines'],
  ])('%s lines', (lines, changed, expected) => {
    expect(told({ size: { lines } }, seen({ changed }))).toEqual([expected]);
  });

  test.each<readonly [limit: string, Read<ChangedFiles>, string]>([
    ['<= 2', binary([1, null]), 'holds: 2 changed files'],
    ['<= 1', binary([1, null]), 'fails: 2 changed files'],
    ['<= 2', binary([1, 1], { isComplete: false }), 'unknown: 2 changed files at least'],
  ])('%s files', (files, changed, expected) => {
    expect(told({ size: { files } }, seen({ changed }))).toEqual([expected]);
  });
});

test.each<readonly [string, Seen, string]>([
  ['one of them, in any case', seen({ facts: facts({ pullRequest: known(pullRequest({ labels: ['Hotfix', 'db'] })) }) }), 'holds: Hotfix'],
  ['others', seen({ facts: facts({ pullRequest: known(pullRequest({ labels: ['db'] })) }) }), 'fails: only db'],
  ['none', seen(), 'fails: no label'],
  ['no pull request', seen({ facts: facts({ pullRequest: known(null) }) }), 'fails: no pull request'],
  [
    'a pull request that is about something else',
    seen({ facts: facts({ ref: known(onMain), pullRequest: known(pullRequest({ headSha: sha('9'), labels: ['hotfix'] })) }) }),
    'fails: no pull request',
  ],
  ['an unread pull request', seen({ facts: facts({ pullRequest: UNREAD }) }), "unknown: the pull request can't be read: github answered 502"],
])('labels: %s', (_what, of, expected) => {
  expect(told({ labels: ['hotfix', 'urgent'] }, of)).toEqual([expected]);
});

describe('the author', () => {
  test.each<readonly [string, Authorship, string]>([
    ['is in the group, alone', authors(['Bea']), 'holds: Bea'],
    ['is named', authors(['Fay']), 'holds: Fay'],
    ['and everybody else is', authors(['Bea'], ['Carl', 'Bea']), 'holds: Bea and Carl'],
    ['is somebody else', authors(['Ann']), 'fails: Ann'],
    ['is, but somebody else wrote a commit too', authors(['Bea'], ['Bea', 'Ann']), 'unknown: Bea and Ann'],
    ['is not, but one of those who wrote a commit is', authors(['Ann'], ['Ann', 'Bea']), 'unknown: Ann and Bea'],
    [
      'has an account that the configuration does not know',
      { lead: ['github:99' as PersonKey], isVouchedFor: true, others: [], unread: null },
      'fails: somebody else',
    ],
    ['is nobody that GitHub knows', authors([]), 'unknown: no author that GitHub knows'],
    [
      'is, by the commit alone',
      { ...authors(['Bea']), isVouchedFor: false },
      'unknown: Bea, by the commit alone; without a pull request anybody could have written that',
    ],
    ['is not, by the commit alone', { ...authors(['Ann']), isVouchedFor: false }, 'fails: Ann'],
    ['may have had help', authors(['Bea'], ['Bea'], '2 commits unread'), 'unknown: Bea; 2 commits unread'],
    ['is somebody else who may have had help', authors(['Ann'], ['Ann'], '2 commits unread'), 'unknown: Ann; 2 commits unread'],
  ])('%s', (_what, authorship, expected) => {
    expect(told({ author: ['sre', 'Fay'] }, seen({ authorship }))).toEqual([expected]);
  });

  test('is looked for by account, not by the name that somebody gave a person', () => {
    const people = [{ ...person('Ann'), name: 'Fay' }, person('Fay')];
    expect(told({ author: ['Ann'] }, seen({ people }))).toEqual(['fails: Fay']);
  });
});

test.each<readonly [words: readonly string[], Seen, string]>([
  [['pull-request'], seen(), 'holds: pull request 42'],
  [['tags', 'default-branch'], seen(), 'fails: pull request 42'],
  [['default-branch'], seen({ facts: facts({ ref: known(onMain), pullRequest: known(null) }) }), 'holds: branch main'],
  [
    ['branch:rel/*'],
    seen({ facts: facts({ ref: known(ref({ type: 'branch', name: 'rel/1', branch: 'rel/1' })), pullRequest: known(null) }) }),
    'holds: branch rel/1',
  ],
  [['tags'], seen({ facts: facts({ ref: known(ref({ type: 'tag', name: 'v1', branch: 'main' })), pullRequest: known(null) }) }), 'holds: tag v1'],
  [
    ['default-branch'],
    seen({ facts: facts({ ref: known(ref({ type: 'commit', name: HEAD })), pullRequest: known(null), onDefaultBranch: UNREAD }) }),
    `unknown: commit ${HEAD}`,
  ],
  [['pull-request'], seen({ facts: facts({ ref: known(onMain), pullRequest: UNREAD }) }), 'unknown: branch main'],
])('ref %j', (words, of, expected) => {
  expect(told({ ref: words }, of)).toEqual([expected]);
});

describe('what a condition comes to', () => {
  const HOLDS = { onlyFiles: DOCS };
  const FAILS = { files: ['db/**'] };
  const UNKNOWN = { author: ['sre'] };
  const of = seen({ authorship: authors(['Bea'], ['Bea', 'Ann']) });
  /** Which of the parts apply. */
  const applied = (tree: RuleNode): readonly (boolean | undefined)[] =>
    tree.kind === 'all' || tree.kind === 'any' ? tree.of.map(({ judged: verdict }) => verdict?.applies) : [];

  test('what is not known is asked for in `all`, and no way in `any`', () => {
    const parts = [HOLDS, FAILS, UNKNOWN].map((when) => ({ ...GROUP('sre'), when }));
    expect(applied(judgeConditions(ALL_OF(...parts, GROUP('owners')), of))).toEqual([true, false, true, undefined]);
    expect(applied(judgeConditions(ANY_OF(...parts, GROUP('owners')), of))).toEqual([true, false, false, undefined]);
  });

  test('nothing is approved by itself on a guess, wherever it stands', () => {
    const parts = [HOLDS, FAILS, UNKNOWN].map((when): RuleNode => ({ kind: 'auto', name: 'low-risk', when }));
    expect(applied(judgeConditions(ALL_OF(...parts), of))).toEqual([true, false, false]);
    expect(applied(judgeConditions(ANY_OF(...parts), of))).toEqual([true, false, false]);
  });

  test.each<readonly [string, Seen['live'], string]>([
    ['nothing is live', known(null), 'fails: nothing is live yet'],
    ['nobody knows what is live', UNREAD, 'unknown: github answered 502'],
  ])('while %s nothing is approved by itself, whatever its condition is about', (_what, live, found) => {
    const first = seen({ live, facts: facts({ pullRequest: known(pullRequest({ labels: ['docs'] })) }) });
    for (const when of [{ labels: ['docs'] }, { ref: ['pull-request'] }, HOLDS, { author: ['Ann'] }]) {
      expect(judged(when, first, 'auto').applies).toBe(false);
      expect(told(when, first)).not.toContain(found);
    }
    const { facts: why } = judged({ labels: ['docs'] }, first, 'auto');
    expect(why.map(({ fact, state, found: words }) => [fact, `${state}: ${words}`])).toEqual([
      ['live', found],
      ['labels', 'holds: `docs`'],
    ]);
    expect(judged({ labels: ['docs'] }, first).applies).toBe(true);
  });

  test.each<readonly [RuleCondition, boolean]>([
    [{ ...HOLDS, size: { lines: '<= 10' } }, true],
    [{ ...HOLDS, ...FAILS }, false],
    [{ ...HOLDS, ...UNKNOWN }, false],
    [{ ...FAILS, ...UNKNOWN }, false],
    [{ ...HOLDS, size: { lines: '<= 10', files: '> 1' } }, false],
    [{}, false],
  ])('all that it names must hold: %j', (when, expected) => {
    expect(judged(when, of, 'auto').applies).toBe(expected);
  });

  test('a part that surely fails is not asked for, whatever else is unknown', () => {
    const tree = judgeConditions(ALL_OF({ ...GROUP('sre'), when: { ...FAILS, ...UNKNOWN } }, GROUP('owners')), of);
    expect(applied(tree)).toEqual([false, undefined]);
  });

  test('conditions inside conditions are judged as well', () => {
    const tree = judgeConditions(ANY_OF(GROUP('owners'), { ...ALL_OF(GROUP('sre'), { ...GROUP('sre'), when: UNKNOWN }), when: HOLDS }), of);
    expect(tree).toMatchObject({ of: [{}, { judged: { applies: true }, of: [{}, { judged: { applies: true } }] }] });
  });

  test('names are in backticks, whatever they are', () => {
    const [fact] = judged({ files: ['**'] }, seen({ changed: changes(['a`b', 'c']) })).facts;
    expect(fact).toMatchObject({ wanted: 'a change in `**`', found: "`a'b` and `c`" });
  });

  test('what was wanted and found is short, however long the names are', () => {
    const long = 'x'.repeat(500);
    const [fact] = judged({ files: [long], labels: [long] }, seen({ changed: changes([long]) })).facts;
    expect(fact?.wanted.length).toBeLessThanOrEqual(160);
    expect(fact?.found.length).toBeLessThanOrEqual(160);
  });
});

test('changed files are asked for only where a condition needs them', () => {
  expect(asksForFiles(ALL_OF(GROUP('sre'), { ...GROUP('owners'), when: { labels: ['db'], author: ['sre'], ref: ['tags'] } }))).toBe(false);
  for (const when of [{ files: DOCS }, { onlyFiles: DOCS }, { size: { lines: '< 5' } }, { size: { files: '< 5' } }])
    expect(asksForFiles(ANY_OF(GROUP('sre'), ALL_OF(GROUP('sre'), { ...GROUP('owners'), when })))).toBe(true);
});

test('the people and groups that conditions name are known each once', () => {
  expect(
    authorsNamed(ALL_OF({ ...GROUP('sre'), when: { author: ['sre', 'Fay'] } }, ANY_OF({ kind: 'auto', name: 'a', when: { author: ['sre'] } }))),
  ).toEqual(['sre', 'Fay']);
});
