import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { renderJsonSchema, renderReference } from '../../src/config/reference.ts';
import { BASE } from './base-config.ts';

// To mend the first two: `node src/cli.ts docs generate`.
test('docs/config.schema.json is what the schema says', () => {
  expect(readFileSync('docs/config.schema.json', 'utf8')).toBe(renderJsonSchema());
});

test('docs/configuration.md is what the schema says', () => {
  expect(readFileSync('docs/configuration.md', 'utf8')).toBe(renderReference());
});

test('every key of the reference page has a meaning', () => {
  const rows = renderReference()
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter((row) => /\| *\|$/.test(row))).toEqual([]);
});

test('the JSON Schema accepts what the loader accepts, and refuses an unknown key', () => {
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(JSON.parse(renderJsonSchema()) as object);
  const example = parse(readFileSync('countersign.example.yml', 'utf8')) as object;
  expect(validate(example)).toBe(true);
  expect(validate(parse(BASE))).toBe(true);
  expect(validate({ ...example, freezes: [] })).toBe(false);
});
