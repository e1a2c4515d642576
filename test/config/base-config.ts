// A small good configuration, and a way to break it.
import type { Config } from '../../src/config/config.ts';
import { loadConfig, type Loaded } from '../../src/config/load.ts';
import type { Problem } from '../../src/config/problem.ts';
import type { FileReader } from '../../src/config/source.ts';

export const BASE = `version: 1
slack: { team: T01ACME, channel: C0DEPLOYS }
people:
  - { name: Ann, github: { id: 1001, login: ann }, slack: U01ANN }
  - { name: Bea, github: { id: 1002, login: bea }, slack: U02BEA }
  - { name: Carl, github: { id: 1003, login: carl }, slack: U03CARL }
groups:
  sre: { people: [Bea, Carl] }
  owners: { people: [Ann] }
zones:
  default: { temporal: { namespace: main }, buildkite: { organization: acme } }
  eu: { temporal: { namespace: europe }, buildkite: { organization: acme-eu } }
services:
  api:
    repo: acme/api
    aliases: [backend]
    environments:
      staging: { pipeline: api-deploy, approvals: none }
      production:
        pipeline: api-deploy
        gates: { after: { staging: 30m } }
        approvals: { all: [{ group: sre }, { group: owners }] }
`;

/** Files in memory; the configuration is `countersign.yml`. */
export function filesOf(files: Readonly<Record<string, string>>): FileReader {
  return {
    readText: (path) => {
      const text = files[path];
      if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return text;
    },
    glob: (pattern) => Object.keys(files).filter((path) => new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(path)),
  };
}

export function loadText(text: string, more: Readonly<Record<string, string>> = {}): Loaded {
  return loadConfig({ path: 'countersign.yml', read: filesOf({ 'countersign.yml': text, ...more }), home: null });
}

export function configOf(text: string, more: Readonly<Record<string, string>> = {}): Config {
  const loaded = loadText(text, more);
  if (loaded.kind === 'problems') throw new Error(JSON.stringify(loaded.problems, null, 2));
  return loaded.config;
}

export function problemsOf(text: string, more: Readonly<Record<string, string>> = {}): readonly Problem[] {
  const loaded = loadText(text, more);
  return loaded.kind === 'problems' ? loaded.problems : [];
}

/** `BASE` with one part replaced; fails when the part is not there, so that no case tests nothing. */
export function broken(part: string, by: string): string {
  if (!BASE.includes(part)) throw new Error(`BASE does not contain ${part}`);
  return BASE.replace(part, by);
}
