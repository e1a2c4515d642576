// What is generated from the schema: the JSON Schema for editors and the reference page for people.
import { z } from 'zod';
import { ConfigFile } from './schema.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** `docs/config.schema.json` */
export function renderJsonSchema(): string {
  const schema = z.toJSONSchema(ConfigFile, { io: 'input', reused: 'inline' });
  return `${JSON.stringify({ title: 'Countersign configuration', ...schema }, null, 2)}\n`;
}

/** `docs/configuration.md` */
export function renderReference(): string {
  const schema = z.toJSONSchema(ConfigFile, { io: 'input', reused: 'inline' });
  // The only schema that holds itself.
  const rules = Object.values(schema.$defs ?? {}).flatMap((rule) => rowsOf(rule, ''));
  return `${HEAD}${table(rowsOf(schema, ''))}\n${RULE_HEAD}${table(rules)}\n`;
}

function table(rows: readonly Row[]): string {
  return rows.map(({ path, type, required, description }) => `| \`${path}\` | ${type}${required ? ', required' : ''} | ${description} |`).join('\n');
}

const HEAD = `<!-- Generated from src/config/schema.ts by \`countersign docs generate\`; do not edit. -->

# Configuration

One YAML file, \`countersign.yml\` (or what \`COUNTERSIGN_CONFIG\` names), and the files it includes. [countersign.example.yml](../countersign.example.yml)
is a commented example. It is strict: unknown keys are refused, and every problem is told at once, with its line and what to write instead.
\`countersign config check\` checks it; \`countersign config explain api production\` prints what holds in one environment and where each part was written.
\`countersign policy test\` plays example requests against it (\`policy-tests/*.yml\` beside it, see [the example](../policy-tests/example.yml)), so that a change of policy is reviewed with what it changes.
Editors check while you type, with this as the first line of the file: \`# yaml-language-server: $schema=./docs/config.schema.json\`.

\`NAME\` stands for a name of your own. Durations are written \`30m\`, \`4h\`, \`2d\`. Included files hold \`services\` only.

| key | kind | meaning |
|---|---|---|
`;

const RULE_HEAD = `
## A part of a rule

What may stand inside \`all\` and \`any\` of \`approvals\`: one of \`all\`, \`any\`, \`group\` and \`auto\`. At least one part of every list has no condition, so that
somebody can always approve.

| key | kind | meaning |
|---|---|---|
`;

interface Row {
  readonly path: string;
  readonly type: string;
  readonly required: boolean;
  readonly description: string;
}

function rowsOf(schema: JsonSchema, path: string): readonly Row[] {
  const properties = Object.entries(schema.properties ?? {});
  const named =
    typeof schema.additionalProperties === 'object' && properties.length === 0 ? rowsOf(schema.additionalProperties, join(path, 'NAME')) : [];
  const listed = typeof schema.items === 'object' && !Array.isArray(schema.items) ? rowsOf(schema.items, `${path}[]`) : [];
  const chosen = (schema.anyOf ?? []).flatMap((option) => (typeof option === 'object' ? rowsOf(option, path) : []));
  return [
    ...properties.flatMap(([key, value]) => {
      if (typeof value !== 'object') return [];
      const inner = join(path, key);
      return [
        { path: inner, type: typeOf(value), required: schema.required?.includes(key) === true, description: told(value) },
        ...below(value, inner),
      ];
    }),
    ...named,
    ...listed,
    ...chosen,
  ];
}

// Defaults have the keys of environments, which are told there.
function below(schema: JsonSchema, path: string): readonly Row[] {
  return path === 'defaults.environments' ? [] : rowsOf(schema, path);
}

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(' or ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map((option) => (typeof option === 'object' ? typeOf(option) : '')))].join(' or ');
  if (schema.$ref !== undefined) return 'rule';
  if (schema.type === 'array')
    return `list of ${typeof schema.items === 'object' && !Array.isArray(schema.items) ? typeOf(schema.items) : 'anything'}`;
  if (schema.type === 'object') return schema.properties === undefined ? 'map by name' : 'map';
  return schema.type === 'string' ? 'text' : schema.type === 'boolean' ? 'true or false' : 'whole number';
}

function told(schema: JsonSchema): string {
  return (schema.description ?? '').replaceAll('|', '\\|');
}

function join(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`;
}
