// Who may import whom, and how large things may get. Every repository rule is a test.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** What a layer may import. `types`: only with `import type`. Packages are named as imported; a trailing `/` admits everything below. */
interface Layer {
  readonly path: string;
  readonly may: readonly string[];
  readonly types?: readonly string[];
}

const PURE = [
  'workflows/',
  'src/ids.ts',
  'src/trouble.ts',
  'src/scrub.ts',
  'src/parse-json.ts',
  'src/secret-compare.ts',
  'src/one-time-secret.ts',
  'src/command/',
  'src/policy/',
  'src/render/',
];
const ADAPTER = [...PURE, 'src/ingress.ts', 'src/in-time.ts', 'node:', 'zod', 'pino'];

// The first layer whose path is a prefix applies.
const LAYERS: readonly Layer[] = [
  { path: 'workflows/', may: ['workflows/', '@temporalio/workflow'] },
  { path: 'src/ids.ts', may: ['node:crypto'], types: ['workflows/'] },
  { path: 'src/trouble.ts', may: [] },
  { path: 'src/scrub.ts', may: [] },
  { path: 'src/parse-json.ts', may: [] },
  { path: 'src/in-time.ts', may: [] },
  { path: 'src/free-port.ts', may: ['node:'] },
  { path: 'src/secret-compare.ts', may: ['node:'] },
  { path: 'src/one-time-secret.ts', may: ['node:crypto'] },
  { path: 'src/ingress.ts', may: [], types: ['node:'] },
  { path: 'src/command/', may: ['src/command/', 'src/ids.ts', 'src/trouble.ts'], types: ['workflows/'] },
  { path: 'src/policy/', may: ['src/policy/', 'src/ids.ts', 'src/trouble.ts', 'src/secret-compare.ts'], types: ['workflows/', 'src/command/'] },
  { path: 'src/render/', may: ['src/render/', 'src/command/', 'src/policy/', 'src/ids.ts', 'src/trouble.ts'], types: ['workflows/', '@slack/types'] },
  { path: 'src/record/', may: [...PURE, 'src/record/', 'node:crypto', 'zod', 'jose'] },
  { path: 'src/github/', may: [...ADAPTER, 'src/github/', 'probot', '@octokit/'], types: ['src/bot/'] },
  { path: 'src/slack/', may: [...ADAPTER, 'src/slack/', '@slack/', 'bottleneck'], types: ['src/bot/'] },
  { path: 'src/buildkite/', may: [...ADAPTER, 'src/buildkite/', 'bottleneck', 'ioredis', 'jose', 'yaml'], types: ['src/bot/'] },
  { path: 'src/temporal/', may: [...ADAPTER, 'src/free-port.ts', 'src/temporal/', '@temporalio/'], types: [] },
  { path: 'src/config/', may: [...ADAPTER, 'src/config/', 'yaml'] },
  { path: 'src/ops/', may: [...ADAPTER, 'src/ops/', 'prom-client'] },
  {
    path: 'src/activities/',
    may: [...PURE, 'src/activities/', 'src/config/config.ts', 'src/config/outside.ts', '@temporalio/common', '@temporalio/activity'],
    types: ['src/github/', 'src/slack/', 'src/buildkite/', 'src/temporal/', 'pino'],
  },
  { path: 'src/linking/', may: [...ADAPTER, 'src/linking/'], types: ['src/github/', 'src/temporal/'] },
  { path: 'src/bot/', may: [...PURE, 'src/bot/', 'src/config/config.ts', 'src/config/outside.ts'], types: ['src/temporal/', 'src/ops/', 'pino'] },
  // The demo starts a dev server for the product, and shows the examples of the renderers; simulators know nothing of the product.
  { path: 'src/sim/demo', may: ['src/', 'node:', 'workflows/', '@temporalio/'] },
  { path: 'src/sim/story', may: ['src/sim/'], types: ['@temporalio/'] },
  { path: 'src/sim/playground/', may: ['src/', 'node:', 'workflows/', '@temporalio/'] },
  { path: 'src/sim/', may: ['src/sim/', 'src/free-port.ts', 'node:'], types: ['workflows/'] },
  { path: 'src/', may: ['src/', 'node:', 'workflows/', '@temporalio/', 'pino'] },
];

interface Import {
  readonly target: string;
  readonly typeOnly: boolean;
}

const IMPORT = /^\s*(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s+)?['"]([^'"]+)['"]/gm;

function importsOf(file: string, source: string): readonly Import[] {
  return [...source.matchAll(IMPORT)].map(([, type, specifier = '']) => ({
    target: specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier,
    typeOnly: type !== undefined,
  }));
}

function violations(file: string, source: string): readonly string[] {
  const layer = LAYERS.find(({ path }) => file.startsWith(path));
  if (layer === undefined) return [`${file}: no layer`];
  const admits = (rules: readonly string[], target: string): boolean =>
    rules.some((rule) => target === rule || target.startsWith(`${rule}/`) || ((rule.endsWith('/') || rule.endsWith(':')) && target.startsWith(rule)));
  return importsOf(file, source)
    .filter(({ target, typeOnly }) => !admits(layer.may, target) && !(typeOnly && admits(layer.types ?? [], target)))
    .map(({ target }) => `${file} imports ${target}; ${layer.path} may import ${layer.may.join(', ') || 'nothing'}`);
}

function filesUnder(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((name) => name.endsWith('.ts') && statSync(join(ROOT, name)).isFile());
}

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const SOURCES = [...filesUnder('src'), ...filesUnder('workflows')];
const TESTS = filesUnder('test');

describe('the architecture', () => {
  it('finds the sources', () => {
    expect(SOURCES.length).toBeGreaterThan(40);
  });

  it.each(SOURCES)('%s imports only what its layer may', (file) => {
    expect(violations(file, read(file))).toEqual([]);
  });

  it('finds a planted violation', () => {
    const planted = `import { readChecks } from '../src/github/checks.ts';\nimport { readFile } from 'node:fs';\n`;
    expect(violations('workflows/planted.ts', planted)).toHaveLength(2);
    expect(violations('src/activities/planted.ts', `import { createSlack } from '../slack/client.ts';`)).toHaveLength(1);
    expect(violations('src/activities/planted.ts', `import type { SlackApi } from '../slack/api.ts';`)).toEqual([]);
  });

  it.each(SOURCES)('%s is within its budget of lines', (file) => {
    expect(read(file).split('\n').length - 1).toBeLessThanOrEqual(300);
  });

  it.each(TESTS)('%s is within its budget of lines', (file) => {
    expect(read(file).split('\n').length - 1).toBeLessThanOrEqual(450);
  });

  it('reads the environment of the process in the entry points only', () => {
    const readers = SOURCES.filter((file) => /process\.env/.test(read(file).replaceAll(/\/\/.*|\/\*[\s\S]*?\*\//g, '')));
    expect(readers.toSorted()).toEqual(['src/cli.ts', 'src/main.ts', 'src/sim/demo.ts'].filter((file) => SOURCES.includes(file)));
  });

  it('asks by local activities in one place, which sees to it that what they lead to can be replayed', () => {
    const users = SOURCES.filter((file) => read(file).includes('proxyLocalActivities'));
    expect(users).toEqual(['workflows/at-once.ts']);
  });

  it('keeps zod in schemas and configuration', () => {
    const users = SOURCES.filter((file) => importsOf(file, read(file)).some(({ target, typeOnly }) => target === 'zod' && !typeOnly));
    expect(users.filter((file) => !/\/(schema|env)\.ts$/.test(file) && !file.startsWith('src/config/'))).toEqual([]);
  });

  it('has no default exports, no barrels but the one the worker bundles, no drawers', () => {
    expect(SOURCES.filter((file) => /^export default/m.test(read(file)))).toEqual([]);
    expect(SOURCES.filter((file) => file.endsWith('/index.ts'))).toEqual(['workflows/index.ts'].filter((file) => SOURCES.includes(file)));
    expect(SOURCES.filter((file) => /\b(utils?|helpers?|manager|misc)\b/.test(file))).toEqual([]);
  });

  it('pins every dependency exactly, but the one that must be shared', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version));
    expect(loose).toEqual([['protobufjs', '^8.7.1']]);
  });

  it('names every source in a language people can find: kebab-case', () => {
    expect(SOURCES.filter((file) => !/^[a-z0-9-]+\.ts$/.test(relative(dirname(file), file)))).toEqual([]);
  });
});
