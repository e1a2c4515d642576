import { describe, expect, it, test } from 'vitest';
import { checkFields, defaultsOf, sameValues, stepOf } from '../../src/policy/block-fields.ts';
import { opensBlocks, type BlockPolicy } from '../../src/policy/block-policy.ts';
import { startersOf } from '../../src/policy/starter.ts';
import type { BlockField } from '../../workflows/block-vocabulary.ts';
import { person } from './given.ts';

const field = (change: Partial<BlockField> = {}): BlockField => ({
  key: 'v',
  label: 'Version',
  hint: null,
  required: true,
  default: null,
  options: null,
  multiple: false,
  ...change,
});
const options = ['a', 'b', 'c'].map((value) => ({ label: value.toUpperCase(), value }));

describe('what a step asks', () => {
  it.each([
    ['text', field(), '1.2', { v: '1.2' }],
    ['text with space around it', field(), ' 1.2 ', { v: '1.2' }],
    ['nothing that is not required', field({ required: false }), '', {}],
    ['an option', field({ options }), 'b', { v: 'b' }],
    ['several options', field({ options, multiple: true }), 'a\nc', { v: 'a\nc' }],
    ['words of people', field(), 'zurück, 10 %', { v: 'zurück, 10 %' }],
  ])('takes %s', (_, asked, given, values) => {
    expect(checkFields([asked], { v: given })).toEqual({ values, reasons: [] });
  });

  it.each([
    ['nothing', field(), ''],
    ['only space', field(), '  '],
    ['two lines', field(), '1.2\n1.3'],
    ['what moves a cursor', field(), '1.2\u001b[2K'],
    ['what turns words around', field(), 'a\u202eb'],
    ['too much', field(), 'x'.repeat(501)],
    ['what is no option', field({ options }), 'd'],
    ['two of one', field({ options }), 'a\nb'],
    ['one twice', field({ options, multiple: true }), 'a\na'],
    ['one of several that is no option', field({ options, multiple: true }), 'a\nd'],
  ])('is not answered with %s', (_, asked, given) => {
    const allowed = asked.options === null ? null : ['A', 'B', 'C'];
    expect(checkFields([asked], { v: given }).reasons).toEqual([{ code: 'bad-field', field: 'Version', allowed }]);
  });

  it('is told field by field, and what nobody asked for is left out', () => {
    const { values, reasons } = checkFields([field(), field({ key: 'w', label: 'Who' })], { v: '', w: 'me', x: 'y', constructor: 'z' });
    expect(values).toEqual({ w: 'me' });
    expect(reasons).toHaveLength(1);
  });

  test('defaults stand where nobody has filled in anything', () => {
    expect(defaultsOf([field({ default: 'next' }), field({ key: 'w' }), field({ key: 'x', default: '' })])).toEqual({ v: 'next' });
  });

  test('the same values are the same in any order, and an empty one is none', () => {
    expect(sameValues({ a: '1', b: '2' }, { b: '2', a: '1', c: '' })).toBe(true);
    expect(sameValues({ a: '1' }, { a: '2' })).toBe(false);
    expect(sameValues({ a: '1' }, {})).toBe(false);
  });
});

describe('the step that a job is', () => {
  const words = (key: string | null, label: string | null) => ({ key, label, prompt: null, fields: [] });
  it.each([
    ['by its key', [words('a', 'Go?'), words('b', 'Go?')], { key: 'b', label: 'Go?' }, 1],
    ['by a label that only one has', [words(null, 'Go?'), words(null, 'Stop?')], { key: null, label: 'Stop?' }, 1],
    ['not by a label that two have', [words(null, 'Go?'), words(null, 'Go?')], { key: null, label: 'Go?' }, null],
    ['not by a label where the job has a key', [words('a', 'Go?')], { key: 'b', label: 'Go?' }, null],
    ['not where nothing could be read', null, { key: 'a', label: 'Go?' }, null],
  ])('is found %s', (_, steps, job, at) => {
    expect(stepOf(steps, job)).toBe(at === null ? null : (steps?.[at] ?? 'nothing'));
  });
});

describe('whoever started a build', () => {
  const [ann, bea] = [person('Ann'), person('Bea')];
  const user = (name: string | null, who: typeof ann | null = null) => ({ id: 'u', name, person: who?.key ?? null });
  const of = (
    creator: ReturnType<typeof user> | null,
    author: ReturnType<typeof user> | null,
    source = 'ui',
    { pusher = null, members = {} }: { pusher?: { id: number } | null; members?: Record<string, string> } = {},
  ) => startersOf({ creator, author, source }, [ann, bea], { pusher, members });

  it.each([
    ['is who created it', of(user('ann@bk', ann), null), [ann], true],
    ['is also the author of what it builds', of(user('Ann', ann), user('Bea', bea)), [ann, bea], true],
    ['is not known by the author alone: anybody may write that', of(null, user('Bea', bea)), [bea], false],
    ['is not known of a push by what its commit says', of(user('Bea', bea), user('Bea', bea), 'webhook'), [bea], false],
    ['is who pushed it, as GitHub says, whatever the commit says', of(user('Bea', bea), null, 'webhook', { pusher: { id: 1 } }), [ann, bea], true],
    ['is somebody else who pushed it', of(user('Bea', bea), null, 'webhook', { pusher: { id: 99 } }), [bea], false],
    ['is not known by the author alone where somebody else created it', of(user('bot'), user('Bea', bea)), [bea], false],
    ['is somebody else', of(user('bot'), null), [], false],
    ['is nobody', of(null, null), [], false],
  ])('%s', (_, starters, people, known) => {
    expect([starters.people, starters.starter.known]).toEqual([people, known]);
  });

  it.each([
    [of(user('bot'), user('Bea', bea)), 'bot'],
    [of(null, null, 'schedule'), 'a schedule'],
    [of(user('  '), null), 'somebody'],
  ])('has a name: %#', ({ starter }, expected) => {
    expect(starter.name).toBe(expected);
  });

  it('is found by the id of a member, whatever their address was then', () => {
    expect(of(user('x'), null, 'ui', { members: { [ann.key]: 'u', [bea.key]: 'v' } })).toEqual({
      people: [ann],
      starter: { known: true, name: 'x' },
    });
  });

  it('is nobody of those who are members under another id', () => {
    const { people, starter } = of(user('bot'), null, 'ui', { members: { [bea.key]: 'v' } });
    expect([people, starter]).toEqual([[], { known: false, name: 'bot', others: [bea.key] }]);
  });
});

describe('whether block steps of an environment ask for anything', () => {
  const group = { tree: { kind: 'group', group: 'sre', count: 1 }, exclude: ['requester'], expireMs: 1 } as const;
  const nobody = { ...group, tree: null };
  const blocks = (change: Partial<BlockPolicy>): BlockPolicy => ({ approvals: null, onExpire: 'leave', steps: {}, ...change });
  it.each([
    ['nothing is written, and deploys are approved', undefined, group, true],
    ['nothing is written, and nobody approves deploys', undefined, nobody, false],
    ['none', 'none', group, false],
    ['a rule of their own', blocks({ approvals: group }), nobody, true],
    ['a rule for one step', blocks({ steps: { a: { approvals: group } } }), nobody, true],
    ['one step that is left alone', blocks({ steps: { a: { approvals: 'none' } } }), nobody, false],
  ] as const)('%s', (_, written, approvals, expected) => {
    expect(opensBlocks(written === undefined ? {} : { blocks: written }, approvals)).toBe(expected);
  });
});
