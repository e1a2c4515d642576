#!/usr/bin/env node
// One-shot commands beside the product.
//   countersign config check [FILE]
//   countersign config explain [FILE] SERVICE ENVIRONMENT
//   countersign policy test [--explain] [FILE…]
//   countersign docs generate
//   countersign export CODE [--zone ZONE]
//   countersign verify FILE --key PUBLIC.pem
import type { KeyObject } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeExplained, explainConfig } from './config/explain.ts';
import { configPathOf, homeZone } from './config/env.ts';
import { EXAMPLES_PATTERN, findExampleFiles, loadExamples, type PlacedExample } from './config/examples.ts';
import { loadConfig } from './config/load.ts';
import { describeProblem, type Problem } from './config/problem.ts';
import { readFile } from './config/read-file.ts';
import { renderJsonSchema, renderReference } from './config/reference.ts';
import { judgeExample } from './policy/example.ts';
import { differences } from './policy/example-expectation.ts';
import { verifyRecord } from './record/check.ts';
import { keyId, readPublicKeys } from './record/dsse.ts';
import { recordWords } from './record/words.ts';
import { plural } from './render/facts.ts';
import { reportExample, reportTotals, type ExampleResult } from './render/example-report.ts';

const USAGE = `countersign config check [FILE]                         is this configuration right?
countersign config explain [FILE] SERVICE ENVIRONMENT   what applies, and where each value was written
countersign policy test [--explain] [FILE…]             does it decide example requests as expected (policy-tests/*.yml)?
countersign docs generate                               write docs/configuration.md and docs/config.schema.json
countersign export CODE|WORKFLOW-ID [--zone ZONE]       write the signed record of a request that has ended
countersign verify FILE --key PUBLIC.pem [--key …]      is such a record genuine, and does it agree with itself? (offline)`;

/** Runs one command and answers the exit code. */
async function run(args: readonly string[]): Promise<number> {
  const [area, verb, ...rest] = args;
  if (area === 'export' && verb !== undefined && rest.length === 0) return exportTo(verb);
  if (area === 'export' && verb !== undefined && rest.length === 2 && rest[0] === '--zone') return exportTo(verb, rest[1]);
  if (area === 'verify' && verb !== undefined) return verify(args.slice(1));
  if (area === 'config' && verb === 'check' && rest.length <= 1) return check(rest[0]);
  if (area === 'config' && verb === 'explain' && (rest.length === 2 || rest.length === 3)) return explain(rest);
  if (area === 'policy' && verb === 'test') return testPolicy(rest);
  if (area === 'docs' && verb === 'generate' && rest.length === 0) return generate();
  console.error(USAGE);
  return 2;
}

function check(file: string | undefined): number {
  const path = file ?? configPathOf(process.env);
  const loaded = loadConfig({ path, read: readFile, home: homeZone(process.env) });
  if (loaded.kind === 'problems') return tell(loaded.problems);
  const { services, people } = loaded.config;
  const environments = services.reduce((sum, service) => sum + service.order.length, 0);
  const all = [plural(services.length, 'service'), plural(environments, 'environment'), plural(people.length, 'person', 'people')];
  console.log(`${path} is right: ${all.join(', ')}.`);
  return 0;
}

function explain(rest: readonly string[]): number {
  const [service = '', environment = ''] = rest.slice(-2);
  const path = rest.length === 3 ? (rest[0] ?? '') : configPathOf(process.env);
  const explained = explainConfig({ loading: { path, read: readFile, home: homeZone(process.env) }, service, environment });
  switch (explained.kind) {
    case 'explained':
      console.log(describeExplained(explained.values));
      return 0;
    case 'unknown':
      console.error(`${explained.found}. ${explained.fix}`);
      return 1;
    case 'problems':
      return tell(explained.problems);
  }
}

function testPolicy(rest: readonly string[]): number {
  const path = configPathOf(process.env);
  const loaded = loadConfig({ path, read: readFile, home: homeZone(process.env) });
  if (loaded.kind === 'problems') return tell(loaded.problems);
  const named = rest.filter((word) => word !== '--explain');
  const files = named.length > 0 ? named : findExampleFiles(path, readFile);
  const { examples, problems } = loadExamples(files, loaded.config, readFile);
  if (problems.length > 0) return tell(problems);
  if (examples.length === 0) {
    console.error(`there are no examples: write ${EXAMPLES_PATTERN} beside ${path}, or name files`);
    return 1;
  }
  const results = examples.map(judgePlaced);
  for (const result of results) console.log(reportExample(result, rest.includes('--explain')));
  console.log(reportTotals(results));
  return results.every(({ differences: found }) => found.length === 0) ? 0 : 1;
}

function judgePlaced({ file, line, policy, example, groups, expect }: PlacedExample): ExampleResult {
  const verdict = judgeExample(policy, example, groups);
  return { name: example.name, place: `${file}:${line}`, verdict, differences: differences(expect, verdict) };
}

/** The record goes to the standard output, and nothing else does. */
async function exportTo(named: string, zone?: string): Promise<number> {
  // The client of Temporal takes a second to load: only who needs it waits.
  const { exportRecord } = await import('./compose/export-record.ts');
  const exported = await exportRecord(named, process.env, zone);
  if (exported.kind === 'record') process.stdout.write(exported.json);
  else console.error(`not exported: ${exported.why.replace(/\.$/, '')}.`);
  return exported.kind === 'record' ? 0 : 1;
}

/** 0: genuine. 1: not to be believed. 2: there is nothing to verify, or nothing to verify it with. */
async function verify(args: readonly string[]): Promise<number> {
  const given = readVerifyWish(args);
  if (typeof given === 'string') {
    console.error(given);
    return 2;
  }
  const verified = verifyRecord(given.file, given.keys);
  if (verified.kind === 'unknown') {
    console.error(`✗ not to be believed: ${verified.why}`);
    return 1;
  }
  console.log(recordWords(verified.decision, { signer: await keyId(verified.key), checks: verified.checks }));
  return verified.isGood ? 0 : 1;
}

/** The file and the keys, or what is wrong with the command. */
function readVerifyWish(args: readonly string[]): { readonly file: Uint8Array; readonly keys: readonly KeyObject[] } | string {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { key: { type: 'string', multiple: true } },
    allowPositionals: true,
    strict: false,
  });
  const paths = (values.key ?? []).filter((path) => typeof path === 'string');
  const [path] = positionals;
  if (path === undefined || positionals.length > 1) return USAGE;
  if (paths.length === 0) return 'Name the public keys to trust: --key public.pem (`openssl pkey -in signing.pem -pubout -out public.pem`)';
  try {
    const keys = paths.map((file) => readPublicKeys(readFileSync(file, 'utf8')));
    const empty = paths.find((_, at) => keys[at]?.length === 0);
    if (empty !== undefined) return `${empty} holds no public key of the kinds ed25519 and P-256`;
    return { file: readFileSync(path), keys: keys.flat() };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function generate(): number {
  const docs = new URL('../docs/', import.meta.url);
  writeFileSync(fileURLToPath(new URL('config.schema.json', docs)), renderJsonSchema());
  writeFileSync(fileURLToPath(new URL('configuration.md', docs)), renderReference());
  return 0;
}

function tell(problems: readonly Problem[]): number {
  console.error(problems.map((problem) => `- ${describeProblem(problem)}`).join('\n'));
  return 1;
}

process.exit(await run(process.argv.slice(2)));
