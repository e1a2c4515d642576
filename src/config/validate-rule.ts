// The checks of an approval rule: every part says one thing, and something is left of it whatever the conditions come to. Pure.
import type { Draft } from './draft.ts';
import { quote, suggest, type Problem } from './problem.ts';
import type { RuleEntry } from './schema-rule.ts';
import type { Path } from './source.ts';

export type Told = Pick<Problem, 'found' | 'fix'>;
export type Tell = (inner: Path, told: Told) => Problem;

export interface RuleAt {
  readonly entry: RuleEntry;
  readonly inner: Path;
  readonly draft: Draft;
  readonly tell: Tell;
}

const WILDCARDS_MAX = 8;

export function validateRule(at: RuleAt, parent: 'all' | 'any' | null = null): readonly Problem[] {
  const { entry, inner, draft, tell } = at;
  const said = (['all', 'any', 'group', 'auto'] as const).filter((key) => entry[key] !== undefined);
  if (said.length === 0) return [tell(inner, { found: 'there is no rule', fix: 'Write one of `all`, `any` and `group`' })];
  if (said.length > 1)
    return [tell([...inner, said[1] ?? 'any'], { found: `${said.join(' and ')} stand side by side`, fix: 'Keep one; put the other inside it' })];
  const misplaced = entry.count !== undefined && entry.group === undefined;
  const problems = [
    ...(misplaced ? [tell([...inner, 'count'], { found: '`count` stands without `group`', fix: 'Put it beside the group it counts' })] : []),
    ...validateCondition(at),
    ...(entry.auto === undefined ? [] : validateAuto(at, parent)),
  ];
  if (entry.group !== undefined && !draft.written.groups.includes(entry.group)) {
    const found = `there is no group ${quote(entry.group)}`;
    return [...problems, tell([...inner, 'group'], { found, fix: suggest(entry.group, draft.written.groups) })];
  }
  const key = entry.all === undefined ? 'any' : 'all';
  const of = entry.all ?? entry.any ?? [];
  const inside = of.flatMap((node, place) => validateRule({ entry: node, inner: [...inner, key, place], draft, tell }, key));
  return [...problems, ...inside, ...(of.length > 0 && of.every(hangs) ? [tell([...inner, key], nothingLeft(key))] : [])];
}

const hangs = ({ when, auto }: RuleEntry): boolean => when !== undefined || auto !== undefined;

function nothingLeft(key: 'all' | 'any'): Told {
  const found = `every part of \`${key}\` hangs on a condition: where none holds, nobody could approve`;
  return { found, fix: key === 'any' ? 'Add a group without `when`' : 'Leave one part without `when`, or move the parts one level up' };
}

function validateAuto({ entry, inner, tell }: RuleAt, parent: 'all' | 'any' | null): readonly Problem[] {
  const fix = 'Say what makes it low-risk, such as `when: { onlyFiles: ["docs/**"] }`';
  if (entry.when === undefined) return [tell([...inner, 'auto'], { found: '`auto` stands without `when`: it would approve everything', fix })];
  if (parent === 'any') return [];
  return [
    tell([...inner, 'auto'], {
      found: '`auto` asks for nobody, so that it means something inside `any` only',
      fix: 'Put it beside the groups of an `any`',
    }),
  ];
}

function validateCondition({ entry, inner, draft, tell }: RuleAt): readonly Problem[] {
  const { when } = entry;
  if (when === undefined) return [];
  const at = [...inner, 'when'];
  const said = Object.values(when).filter((part) => part !== undefined);
  if (said.length === 0 || (when.size !== undefined && Object.values(when.size).every((bound) => bound === undefined)))
    return [tell(at, { found: '`when` says nothing', fix: 'Write what must hold, such as `files: ["db/**"]`' })];
  const globs = (['files', 'onlyFiles'] as const).flatMap((key) =>
    (when[key] ?? []).flatMap((glob, place) => {
      const wildcards = glob.split(/[*?]+/).length - 1;
      if (wildcards > WILDCARDS_MAX)
        return [tell([...at, key, place], { found: `${quote(glob)} has ${wildcards} wildcards`, fix: `Use at most ${WILDCARDS_MAX}` })];
      return /(?:^|\/)\.{1,2}(?:\/|$)|\/$/.test(glob)
        ? [
            tell([...at, key, place], {
              found: `${quote(glob)} matches no file`,
              fix: 'Write it from the top of the repository; what is in a folder is `folder/**`',
            }),
          ]
        : [];
    }),
  );
  const known = [...draft.written.people, ...draft.written.groups];
  const authors = (when.author ?? []).flatMap((name, place) =>
    known.includes(name)
      ? []
      : [tell([...at, 'author', place], { found: `${quote(name)} is neither a person nor a group`, fix: suggest(name, known) })],
  );
  return [...globs, ...authors];
}
