// What the documents claim of the tree is checked.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const read = (file: string): string => readFileSync(fileURLToPath(new URL(`../${file}`, import.meta.url)), 'utf8');
const exists = (file: string): boolean => existsSync(fileURLToPath(new URL(`../${file}`, import.meta.url)));

interface Stop {
  readonly file: string;
  readonly name: string;
}

function journey(): readonly Stop[] {
  const section = read('ARCHITECTURE.md').split('## The journey of one command')[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\|[^|]+\|\s*`([^`]+)`\s*\|\s*`([^`]+)`\s*\|/gm)].map(([, file = '', name = '']) => ({ file, name }));
}

describe('the documents', () => {
  it('name the stops of a command’s journey', () => {
    expect(journey().length).toBeGreaterThan(12);
  });

  it.each(journey())('$file exports $name', ({ file, name }) => {
    expect(read(file)).toMatch(new RegExp(`export (?:async )?function ${name}\\b`));
  });

  it.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md'])('%s links only to files that exist', (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:|#)([^)]+)\)/g)].map(([, target = '']) => target.split('#')[0] ?? '');
    expect(links.filter((target) => !exists(target))).toEqual([]);
  });

  it.each(['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md'])('%s names only folders and files that exist', (file) => {
    const paths = [...read(file).matchAll(/`((?:src|workflows|test|docs|scripts)\/[\w./-]*)`/g)].map(([, path = '']) => path);
    expect(paths.filter((path) => !exists(path))).toEqual([]);
  });

  it('name only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = ['README.md', 'CONTRIBUTING.md', 'ARCHITECTURE.md'].flatMap((file) =>
      [...read(file).matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name),
    );
    expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
  });

  // Those of Temporal's own are told of by Temporal.
  it('tell of every variable that is read', () => {
    const sources = ['env', 'secret-rules', 'buildkite-credential'].map((name) => read(`src/config/${name}.ts`)).join('\n');
    const names = [...sources.matchAll(/['`]((?:[A-Z]+_)+[A-Z]+)(?:['`]|\$\{suffix\})/g)].flatMap(([, name = '']) =>
      name.startsWith('TEMPORAL_') ? [] : [name.replace(/_FILE$/, '')],
    );
    const told = ['go-live', 'operations', 'decision-records'].map((name) => read(`docs/${name}.md`)).join('\n');
    expect(names.length).toBeGreaterThan(20);
    expect([...new Set(names)].filter((name) => !told.includes(name))).toEqual([]);
  });

  it('keep the README short', () => {
    expect(read('README.md').split('\n').length).toBeLessThan(150);
  });
});
