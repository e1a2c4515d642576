// Checks requests and answers against GitHub's published OpenAPI description, cut down by scripts/extract-openapi.ts.
import { readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';

export interface CheckedExchange {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** undefined: none. */
  readonly requestBody: unknown;
  readonly status: number;
  readonly responseBody: unknown;
}

type Schema = Readonly<Record<string, unknown>>;
interface Operation {
  readonly query: Readonly<Record<string, Schema>>;
  readonly body: Schema | null;
  readonly responses: Readonly<Record<string, Schema | null>>;
}
interface Description {
  readonly operations: Readonly<Record<string, Operation>>;
  readonly schemas: Readonly<Record<string, Schema>>;
}

const description = JSON.parse(readFileSync(new URL('../fixtures/github-openapi.json', import.meta.url), 'utf8')) as Description;
/** The checks of formats that GitHub's description asks for. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  uri: (text) => URL.canParse(text),
  'date-time': (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(text) && !Number.isNaN(Date.parse(text)),
  email: (text) => /^[^@\s]+@[^@\s]+$/.test(text),
};

const ajv = createAjv({ coerceTypes: false });
/** Query parameters arrive as text, whatever their type. */
const queryAjv = createAjv({ coerceTypes: true });
const operations = Object.entries(description.operations)
  .map(([key, operation]) => ({ key, operation, pattern: patternOf(key), literals: key.replaceAll(/\{[^}]+\}/g, '').length }))
  .toSorted((a, b) => b.literals - a.literals);
/** The operations that the description was cut down to, such as `GET /repos/{owner}/{repo}`. */
export const OPERATIONS: readonly string[] = Object.keys(description.operations);
const compiled = new Map<Schema, ValidateFunction>();

/** What GitHub's description has against this request or its answer, one line each; empty when nothing. */
export function checkExchange(exchange: CheckedExchange): readonly string[] {
  const asked = `${exchange.method} ${exchange.path}`;
  // Redirects of renamed repositories lead to addresses by id, which the description leaves out.
  const path = exchange.path.replace(/^\/repositories\/\d+/, '/repos/owner/repo');
  const match = operations.find(({ pattern }) => pattern.test(`${exchange.method} ${path}`));
  if (match === undefined) return [`${asked}: GitHub's description knows no such operation`];
  const problems = [
    ...checkQuery(match.operation, exchange.query),
    ...checkRequestBody(match.operation, exchange.requestBody),
    ...checkResponse(match.operation, exchange),
  ];
  return problems.map((problem) => `${asked} (${match.key}) ${problem}`);
}

function checkQuery(operation: Operation, query: CheckedExchange['query']): readonly string[] {
  return Object.entries(query).flatMap(([name, value]) => {
    const schema = operation.query[name];
    if (schema === undefined) return [`has no query parameter ${name}`];
    const check = queryAjv.compile({ type: 'object', properties: { [name]: schema } });
    return check({ [name]: value }) ? [] : (check.errors ?? []).map((error) => `query ${name} ${error.message ?? ''}`);
  });
}

function checkRequestBody(operation: Operation, body: unknown): readonly string[] {
  if (operation.body === null) return body === undefined ? [] : ['takes no request body'];
  const known = Object.keys(operation.body['properties'] ?? {});
  const given = Object.keys(typeof body === 'object' && body !== null ? body : {});
  const unknown = given.filter((name) => !known.includes(name)).map((name) => `request body has no field ${name}`);
  return [...unknown, ...(body === undefined && operation.body['required'] === undefined ? [] : validate(operation.body, body, 'request body'))];
}

/** Refusals that are common to all operations are often left out of the description. */
const COMMON_REFUSALS = new Set([301, 307, 401, 403, 404, 422]);

function checkResponse(operation: Operation, { status, responseBody }: CheckedExchange): readonly string[] {
  if (Object.hasOwn(operation.responses, String(status))) {
    const schema = operation.responses[String(status)];
    return schema === null || schema === undefined ? [] : validate(schema, responseBody, `answer ${status}`);
  }
  const error = description.schemas['basic-error'];
  if (!COMMON_REFUSALS.has(status) || error === undefined) return [`does not answer ${status}`];
  return validate({ ...error, required: ['message', 'documentation_url'] }, responseBody, `answer ${status}`);
}

function validate(schema: Schema, value: unknown, what: string): readonly string[] {
  const check = compiled.get(schema) ?? ajv.compile(schema);
  compiled.set(schema, check);
  if (check(value)) return [];
  return (check.errors ?? []).map((error) => `${what}${error.instancePath} ${error.message ?? ''} ${JSON.stringify(error.params)}`);
}

function createAjv(options: { readonly coerceTypes: boolean }): Ajv {
  const ajv = new Ajv({ strict: false, allErrors: true, ...options });
  for (const [name, check] of Object.entries(FORMATS)) ajv.addFormat(name, check);
  for (const name of ['int64', 'hostname', 'timestamp']) ajv.addFormat(name, true);
  for (const [name, schema] of Object.entries(description.schemas)) ajv.addSchema(schema, name);
  return ajv;
}

function patternOf(key: string): RegExp {
  const source = key
    .replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
    // A ref may contain slashes.
    .replaceAll(/\{(?:ref|branch|basehead)\}/g, '.+')
    .replaceAll(/\{[^}]+\}/g, '[^/]+');
  return new RegExp(`^${source}$`);
}
