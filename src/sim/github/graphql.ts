// `POST /graphql` for one shape: repository(owner, name) { pullRequest(number) { … } }. Anything else is GitHub's error.
import { parseSelection } from './graphql-query.ts';
import { nodeId } from './payloads.ts';
import { isPull, reviewDecision } from './pulls.ts';
import { ApiError, ok } from './responses.ts';
import { isInScope, requirePermission } from './router.ts';
import { repositoryBySlug, slugOf } from './lookup.ts';
import type { Field } from './graphql-query.ts';
import type { Call, RouteTable } from './router.ts';
import type { GithubState, SimPullRequest, SimRepository, SimToken } from './state.ts';
import type { SimResponse } from '../http.ts';

/** Thrown inside: becomes an entry of `errors`, beside whatever data there is. */
class GraphqlError extends Error {
  override readonly name = 'GraphqlError';
  readonly more: Readonly<Record<string, unknown>>;
  constructor(message: string, more: Readonly<Record<string, unknown>>) {
    super(message);
    this.more = more;
  }
}

export const graphqlRoutes: RouteTable = {
  'POST /graphql': { kind: 'token', needs: null, handle: answerQuery },
};

function answerQuery(call: Call & { readonly token: SimToken }): SimResponse {
  const { query, variables } = call.body;
  if (typeof query !== 'string') throw new ApiError(400, 'A query attribute must be specified and must be a string.');
  const parsed = parseSelection(query, typeof variables === 'object' && variables !== null ? { ...variables } : {});
  if (parsed.kind === 'error') return ok({ errors: [{ message: parsed.message, locations: [{ line: 1, column: 1 }] }] });
  const errors: unknown[] = [];
  const data: Record<string, unknown> = {};
  for (const field of parsed.fields) {
    try {
      data[field.alias] = readRoot(call, field, errors);
    } catch (error) {
      if (!(error instanceof GraphqlError)) throw error;
      data[field.alias] = null;
      errors.push({ ...error.more, message: error.message });
    }
  }
  const isInvalid = errors.some((error) => typeof error === 'object' && error !== null && 'extensions' in error);
  return ok({ ...(isInvalid ? {} : { data }), ...(errors.length === 0 ? {} : { errors }) });
}

function readRoot(call: Call & { readonly token: SimToken }, field: Field, errors: unknown[]): unknown {
  if (field.name !== 'repository') throw undefinedField('Query', field.name);
  const slug = `${String(field.args['owner'])}/${String(field.args['name'])}`;
  const repository = repositoryBySlug(call.state, slug);
  if (repository === null || !isInScope(call.state, call.token, repository))
    throw new GraphqlError(`Could not resolve to a Repository with the name '${slug}'.`, { type: 'NOT_FOUND', path: [field.alias] });
  return readFields(field, (child) => {
    if (child.name === 'nameWithOwner') return slugOf(call.state, repository);
    if (child.name === 'id') return nodeId('R', repository.id);
    if (child.name === 'databaseId') return repository.id;
    if (child.name !== 'pullRequest') throw undefinedField('Repository', child.name);
    return readPullRequest(call, { repository, field: child, path: [field.alias, child.alias], errors });
  });
}

/** A pull request that is not there is null beside an error; the rest of the answer stands. */
function readPullRequest(
  call: Call & { readonly token: SimToken },
  at: { repository: SimRepository; field: Field; path: readonly string[]; errors: unknown[] },
): unknown {
  const { repository, field, path, errors } = at;
  try {
    requirePermission(call.state, call.token, [{ permission: 'pull_requests', level: 'read' }]);
  } catch {
    errors.push({ type: 'FORBIDDEN', path, message: 'Resource not accessible by integration' });
    return null;
  }
  const issue = repository.issues.get(Number(field.args['number']));
  if (issue !== undefined && isPull(issue)) return readFields(field, (child) => pullField(call.state, repository, { issue, name: child.name }));
  const message = `Could not resolve to a PullRequest with the number of ${String(field.args['number'])}.`;
  errors.push({ type: 'NOT_FOUND', path, message });
  return null;
}

function pullField(state: GithubState, repository: SimRepository, of: { issue: SimPullRequest; name: string }): unknown {
  const { issue } = of;
  const fields: Readonly<Record<string, unknown>> = {
    id: nodeId('PR', issue.pull.id),
    number: issue.number,
    title: issue.title,
    state: issue.pull.merged !== null ? 'MERGED' : issue.closedAt === null ? 'OPEN' : 'CLOSED',
    isDraft: issue.pull.draft,
    merged: issue.pull.merged !== null,
    isCrossRepository: issue.pull.headRepository !== repository.id,
    headRefName: issue.pull.headRef,
    headRefOid: issue.pull.headSha,
    baseRefName: issue.pull.baseRef,
    baseRefOid: issue.pull.baseSha,
    reviewDecision: reviewDecision(state, repository, issue),
  };
  if (!Object.hasOwn(fields, of.name)) throw undefinedField('PullRequest', of.name);
  return fields[of.name];
}

function readFields(field: Field, read: (child: Field) => unknown): unknown {
  return Object.fromEntries(field.selection.map((child) => [child.alias, read(child)]));
}

function undefinedField(type: string, name: string): GraphqlError {
  return new GraphqlError(`Field '${name}' doesn't exist on type '${type}'`, {
    extensions: { code: 'undefinedField', typeName: type, fieldName: name },
  });
}
