// What a build receives (design §4): a contract that pipelines are written against. Pure.
import type { BuildOrder } from '../../workflows/build-vocabulary.ts';

/** The body of `POST …/builds`. Never `pull_request_id`: it would change what is checked out. */
export interface CreateRequest {
  readonly commit: string;
  readonly branch: string;
  readonly message: string;
  readonly env: Readonly<Record<string, string>>;
  readonly meta_data: Readonly<Record<string, string>>;
  readonly ignore_pipeline_branch_filters: true;
}
export type Ordered = { readonly kind: 'request'; readonly body: CreateRequest } | { readonly kind: 'refused'; readonly answer: string };

export const SAFE_VALUE = /^[A-Za-z0-9._/@:+-]{1,200}$/;
const VALUE_MAX = 200;
export const SEAL = /^[0-9a-f]{64}$/;
const SHA = /^[0-9a-f]{40}$/;
const PARAMETER_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

/**
 * The create request of an order. Refused: an id, name or parameter outside the allow-list `[A-Za-z0-9._/@:+-]{1,200}`;
 * what is only shown (branch, ref, names of people) has other characters replaced.
 */
export function createRequestOf(order: BuildOrder): Ordered {
  const problem = problemIn(order);
  if (problem !== null) return { kind: 'refused', answer: problem };
  const values = valuesOf(order);
  return {
    kind: 'request',
    body: {
      commit: order.sha,
      branch: shown(order.branch),
      message: `Deploy ${order.service} to ${order.environment} (${order.code}, asked by ${shown(order.requester)})`,
      env: Object.fromEntries(values.map(([name, value]) => [`COUNTERSIGN_${name.toUpperCase().replaceAll('-', '_')}`, value])),
      meta_data: Object.fromEntries([...values, ...onlyMetaData(order)].map(([name, value]) => [`countersign:${name}`, value])),
      // Pipelines for deploys usually have their triggers switched off; without this they answer 422.
      ignore_pipeline_branch_filters: true,
    },
  };
}

/** What no step needs: variables are printed by jobs and copied into rebuilds, so the seal is none. */
function onlyMetaData({ contract, seal }: BuildOrder): (readonly [string, string])[] {
  return [['contract', contract], ...(seal === undefined ? [] : [['seal', seal] as const])];
}

/** Names as in the meta-data; the environment has the same ones in capitals. Absent is left out, never empty. */
function valuesOf(order: BuildOrder): (readonly [string, string])[] {
  const values: readonly (readonly [string, string | null])[] = [
    ['deploy-id', order.deployId],
    ['code', order.code],
    ['service', order.service],
    ['environment', order.environment],
    ['target', order.target],
    ['sha', order.sha],
    ['ref', shown(order.ref)],
    ['pr', order.pullRequest === null ? null : String(order.pullRequest)],
    ['requester', shown(order.requester)],
    ['approvers', peopleList(order.approvers)],
    ['previous-sha', order.previousSha],
    ...Object.entries(order.parameters).map(([name, value]) => [`param-${name.toLowerCase().replaceAll('_', '-')}`, value] as const),
  ];
  return values.filter((entry): entry is readonly [string, string] => entry[1] !== null);
}

function problemIn(order: BuildOrder): string | null {
  const exact = { deployId: order.deployId, code: order.code, service: order.service, environment: order.environment, target: order.target };
  for (const [name, value] of Object.entries(exact)) {
    if (!SAFE_VALUE.test(value)) return `not asked: ${name} has characters that no build may receive`;
  }
  if (order.seal !== undefined && !SEAL.test(order.seal)) return 'not asked: the seal is none';
  if (!SHA.test(order.sha)) return 'not asked: the commit is no full SHA';
  if (order.previousSha !== null && !SHA.test(order.previousSha)) return 'not asked: the previous commit is no full SHA';
  if (order.pullRequest !== null && !(Number.isSafeInteger(order.pullRequest) && order.pullRequest > 0)) return 'not asked: no pull request number';
  const seen = new Set<string>();
  for (const [name, value] of Object.entries(order.parameters)) {
    if (!PARAMETER_NAME.test(name)) return 'not asked: a parameter has a name that no build may receive';
    if (!SAFE_VALUE.test(value)) return `not asked: parameter ${name} has characters that no build may receive`;
    const variable = name.toUpperCase().replaceAll('-', '_');
    if (seen.has(variable)) return `not asked: two parameters would both be COUNTERSIGN_PARAM_${variable}`;
    seen.add(variable);
  }
  return null;
}

/** For people to read: accents dropped, everything outside the allow-list an underscore. */
function shown(text: string): string {
  const plain = text.normalize('NFKD').replaceAll(/\p{M}/gu, '').trim();
  const safe = plain.replaceAll(/[^A-Za-z0-9._/@:+-]+/g, '_').slice(0, VALUE_MAX);
  return safe === '' ? '_' : safe;
}

/** `Bea:Dan`, as many whole names as fit. A colon inside a name would look like two people. */
function peopleList(names: readonly string[]): string | null {
  let list = '';
  for (const name of names.map((text) => shown(text).replaceAll(':', '_'))) {
    const longer = list === '' ? name : `${list}:${name}`;
    if (longer.length > VALUE_MAX) break;
    list = longer;
  }
  return list === '' ? null : list;
}
