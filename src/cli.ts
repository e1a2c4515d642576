#!/usr/bin/env node
// One-shot commands beside the product.
//   countersign config check [FILE]
//   countersign config explain [FILE] SERVICE ENVIRONMENT
//   countersign policy test [--explain] [FILE…]
//   countersign docs generate
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeExplained, explainConfig } from './config/explain.ts';
import { configPathOf, homeZone } from './config/env.ts';
import { EXAMPLES_PATTERN, findExampleFiles, loadExamples, type PlacedExample } from './config/examples.ts';
import { loadConfig } from './config/load.ts';
import { describeProblem, type Problem } from './config/problem.ts';
import { readFile } from './config/read-file.ts';
import { renderJsonSchema, renderReference } from './config/reference.ts';
import { judgeExample } from './policy/example.ts';
import { differences } from './policy/example-expectation.ts';
import { reportExample, reportTotals, type ExampleResult } from './render/example-report.ts';

const USAGE = `countersign config check [FILE]                         is this configuration right?
countersign config explain [FILE] SERVICE ENVIRONMENT   what applies, and where each value was written
countersign policy test [--explain] [FILE…]             does it decide example requests as expected (policy-tests/*.yml)?
countersign docs generate                               write docs/configuration.md and docs/config.schema.json`;

/** Runs one command and answers the exit code. */
function run(args: readonly string[]): number {
  const [area, verb, ...rest] = args;
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
  console.log(`${path} is right: ${services.length} services, ${environments} environments, ${people.length} people.`);
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

process.exit(run(process.argv.slice(2)));
