// Cuts the operations that Countersign uses out of GitHub's published OpenAPI description (the package `@octokit/openapi`,
// 13 MB) into a fixture that tests can load in no time. Run it after an upgrade of that package: `node scripts/extract-openapi.ts`.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
type JsonObject = { readonly [key: string]: Json };

const OPERATIONS = [
  'GET /app',
  'GET /app/hook/deliveries',
  'GET /app/hook/deliveries/{delivery_id}',
  'POST /app/hook/deliveries/{delivery_id}/attempts',
  'GET /app/installations/{installation_id}',
  'POST /app/installations/{installation_id}/access_tokens',
  'GET /meta',
  'GET /orgs/{org}/installation',
  'GET /orgs/{org}/teams/{team_slug}/members',
  'GET /orgs/{org}/teams/{team_slug}/memberships/{username}',
  'GET /repos/{owner}/{repo}',
  'GET /repos/{owner}/{repo}/activity',
  'GET /repos/{owner}/{repo}/branches/{branch}',
  'POST /repos/{owner}/{repo}/check-runs',
  'PATCH /repos/{owner}/{repo}/check-runs/{check_run_id}',
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission',
  'GET /repos/{owner}/{repo}/commits/{commit_sha}/pulls',
  'GET /repos/{owner}/{repo}/commits/{ref}',
  'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
  'GET /repos/{owner}/{repo}/commits/{ref}/status',
  'GET /repos/{owner}/{repo}/compare/{basehead}',
  'GET /repos/{owner}/{repo}/deployments',
  'POST /repos/{owner}/{repo}/deployments',
  'GET /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  'POST /repos/{owner}/{repo}/deployments/{deployment_id}/statuses',
  'GET /repos/{owner}/{repo}/git/matching-refs/{ref}',
  'GET /repos/{owner}/{repo}/git/ref/{ref}',
  'GET /repos/{owner}/{repo}/git/tags/{tag_sha}',
  'GET /repos/{owner}/{repo}/installation',
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
  'GET /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
  'POST /repos/{owner}/{repo}/issues/comments/{comment_id}/reactions',
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'POST /repos/{owner}/{repo}/issues/{issue_number}/comments',
  'GET /repos/{owner}/{repo}/pulls',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}',
  'POST /repos/{owner}/{repo}/pulls/comments/{comment_id}/reactions',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/comments',
  'POST /repos/{owner}/{repo}/pulls/{pull_number}/comments/{comment_id}/replies',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews/{review_id}',
  'GET /user/{account_id}',
  'GET /users/{username}',
] as const;

/** Keywords that say nothing about validity. */
const DROPPED = new Set(['description', 'title', 'example', 'examples', 'externalDocs', 'deprecated', 'discriminator', 'readOnly', 'default']);

const source = fileURLToPath(import.meta.resolve('@octokit/openapi')).replace(/[^/]+$/, '');
const description = object(JSON.parse(readFileSync(`${source}generated/api.github.com.json`, 'utf8')) as Json);
const schemas: Record<string, Json> = {};

const operations = Object.fromEntries(OPERATIONS.map((operation) => [operation, extract(operation)]));
for (const name of ['pull-request', 'pull-request-simple']) schemas[name] = withDeletedForks(schemas[name] ?? null);
schemas['deployment-status'] = withEmptyAddresses(schemas['deployment-status'] ?? null);
const fixture = {
  about: `Cut from GitHub's OpenAPI description ${JSON.stringify(at('info', 'version'))} by scripts/extract-openapi.ts`,
  operations,
  schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
};
const target = fileURLToPath(new URL('../test/fixtures/github-openapi.json', import.meta.url));
writeFileSync(target, `${JSON.stringify(fixture)}\n`);
console.log(`${OPERATIONS.length} operations, ${Object.keys(schemas).length} schemas → ${target}`);

function extract(operation: string): Json {
  const [method = '', path = ''] = operation.split(' ');
  const found = object(at('paths', path, method.toLowerCase()));
  const parameters = array(found['parameters']).map((parameter) => object(deref(parameter)));
  const inQuery = parameters.filter((parameter) => parameter['in'] === 'query');
  const responses = Object.entries(object(found['responses'] ?? {})).map(
    ([status, response]) => [status, schemaOf(object(deref(response)))] as const,
  );
  return {
    query: Object.fromEntries(inQuery.map((parameter) => [text(parameter['name']), convert(parameter['schema'] ?? {})])),
    body: found['requestBody'] === undefined ? null : schemaOf(object(deref(found['requestBody']))),
    responses: Object.fromEntries(responses),
  };
}

/** The JSON schema of a request body or an answer; null: it has none. */
function schemaOf(holder: JsonObject): Json {
  const schema = object(object(holder['content'] ?? {})['application/json'] ?? {})['schema'];
  return schema === undefined ? null : convert(schema);
}

/** OpenAPI 3.0 → JSON schema: without prose, with `nullable` spelled out, references by name. */
function convert(schema: Json): Json {
  const given = object(schema);
  if (typeof given['$ref'] === 'string') return { $ref: collect(given['$ref']) };
  const kept: Record<string, Json> = {};
  for (const [key, value] of Object.entries(given)) {
    if (DROPPED.has(key) || key.startsWith('x-') || key === 'nullable') continue;
    if (key === 'properties') kept[key] = Object.fromEntries(Object.entries(object(value)).map(([name, inner]) => [name, convert(inner)]));
    else if (key === 'anyOf' || key === 'oneOf' || key === 'allOf') kept[key] = array(value).map((inner) => convert(inner));
    else if ((key === 'items' || key === 'additionalProperties') && typeof value === 'object') kept[key] = convert(value);
    else kept[key] = value;
  }
  return given['nullable'] === true ? { anyOf: [kept, { type: 'null' }] } : kept;
}

/** The one place where the description is known to be wrong: `head.repo` is null once the fork is deleted. */
function withDeletedForks(schema: Json): Json {
  const pull = object(schema);
  const properties = object(pull['properties'] ?? null);
  const head = object(properties['head'] ?? null);
  const ofHead = object(head['properties'] ?? null);
  const repo = { anyOf: [ofHead['repo'] ?? null, { type: 'null' }] };
  return { ...pull, properties: { ...properties, head: { ...head, properties: { ...ofHead, repo } } } };
}

/** An address that was not given is answered as "", which the description documents as the default of a `uri`. */
function withEmptyAddresses(schema: Json): Json {
  const status = object(schema);
  const properties = object(status['properties'] ?? null);
  const address = { type: 'string' };
  return { ...status, properties: { ...properties, target_url: address, environment_url: address, log_url: address } };
}

/** Remembers a schema for the fixture and returns its name there. */
function collect(reference: string): string {
  const name = reference.split('/').at(-1) ?? '';
  if (!Object.hasOwn(schemas, name)) {
    schemas[name] = {};
    schemas[name] = convert(at('components', 'schemas', name));
  }
  return name;
}

function deref(value: Json): Json {
  const reference = object(value)['$ref'];
  return typeof reference === 'string' ? at(...reference.replace('#/', '').split('/')) : value;
}

function at(...path: readonly string[]): Json {
  let value: Json = description;
  for (const step of path) {
    const next: Json | undefined = object(value)[step];
    if (next === undefined) throw new Error(`the description has no ${path.join(' ')}`);
    value = next;
  }
  return value;
}

function object(value: Json): JsonObject {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`not an object: ${JSON.stringify(value)}`);
  return value as JsonObject;
}

function array(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function text(value: Json | undefined): string {
  if (typeof value !== 'string') throw new Error(`not a text: ${JSON.stringify(value)}`);
  return value;
}
