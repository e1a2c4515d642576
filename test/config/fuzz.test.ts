import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { describeProblem } from '../../src/config/problem.ts';
import { BASE, loadText } from './base-config.ts';

const RUNS = 2_000;

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** Words of the format and words that break programs. */
const WORDS = [
  'all',
  'any',
  'group',
  'count',
  'none',
  'sre',
  'staging',
  'production',
  'api',
  '30m',
  'default',
  'freeze',
  '__proto__',
  'constructor',
  'toString',
  '',
  'é',
  '-1',
  '<!channel>',
  'a'.repeat(300),
];
const word = fc.constantFrom(...WORDS);
const { value } = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer({ min: -3, max: 3 }),
    word,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(word, tie('value'), { maxKeys: 3 }),
  ),
}));

/** Replaces, adds or takes away one part of a value, somewhere. */
function mutate(whole: Json, steps: readonly number[], by: Json): Json {
  const [step = 0, ...rest] = steps;
  if (typeof whole !== 'object' || whole === null || rest.length === 0) return by;
  if (Array.isArray(whole))
    return whole.length === 0 ? [by] : whole.map((part: Json, at) => (at === step % whole.length ? mutate(part, rest, by) : part));
  const entries = Object.entries(whole as Record<string, Json>);
  const at = step % (entries.length + 1);
  if (at === entries.length) return Object.fromEntries([...entries, [WORDS[step % WORDS.length] ?? 'x', by]]);
  return Object.fromEntries(entries.map(([key, part], place): [string, Json] => [key, place === at ? mutate(part, rest, by) : part]));
}

const base = parse(BASE) as Json;
const mutated = fc
  .array(fc.tuple(fc.array(fc.nat(40), { minLength: 1, maxLength: 7 }), value), { minLength: 1, maxLength: 4 })
  .map((changes) => changes.reduce<Json>((whole, [steps, by]) => mutate(whole, steps, by), base));

/** Loads; throws, or fails an expectation, for what nobody should be told. */
function check(text: string): 'config' | 'problems' {
  const loaded = loadText(text);
  if (loaded.kind === 'config') return loaded.kind;
  expect(loaded.problems.length).toBeGreaterThan(0);
  for (const problem of loaded.problems) {
    const told = describeProblem(problem);
    expect(told).not.toMatch(/undefined|\[object|NaN|\n/);
    expect(told.length).toBeLessThan(1_500);
  }
  return loaded.kind;
}

test('a mutated configuration is loaded or told, never thrown', () => {
  let loads = 0;
  fc.assert(
    fc.property(mutated, (config) => {
      if (check(stringify(config)) === 'config') loads += 1;
    }),
    { numRuns: RUNS },
  );
  // The fuzzer must not be so wild that every configuration fails at the first step.
  expect(loads).toBeGreaterThan(0);
});

test('any text at all is loaded or told, never thrown', () => {
  const letters = fc.constantFrom(...Array.from('abc:{}[],&*!|>-?#"\'% \n\t0'), '<<', '&a ', '*a ', '---\n', '!!binary ', 'services: ', 'people: ');
  fc.assert(
    fc.property(fc.array(letters, { maxLength: 60 }), (parts) => {
      expect(check(parts.join(''))).toBe('problems');
    }),
    { numRuns: RUNS },
  );
});

test.each([
  ['an alias inside its own anchor', 'services: &a { api: *a }'],
  ['a rule inside itself', 'services: { api: { environments: { p: { approvals: &r { all: [*r] } } } } }'],
  [
    'aliases that multiply',
    `a: &a [x,x,x,x,x,x,x,x,x]\n${'bcdefgh'
      .split('')
      .map((name, at) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[at]}`).join(',')}]`)
      .join('\n')}`,
  ],
  ['very deep lists', '['.repeat(5_000)],
  [
    'a rule a thousand levels deep',
    `services: { api: { repo: a/b, environments: { p: { approvals: ${'{ all: ['.repeat(1_000)}{ group: sre }${'] }'.repeat(1_000)} } } } }`,
  ],
])('%s is told, never thrown', (_, text) => {
  expect(check(text)).toBe('problems');
});
