// What a request is found by from its first moment, before any worker has touched it. Display and addressing only, never a decision.
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import type { DeployRequest } from '../../workflows/vocabulary.ts';

const keyword = (name: string): ReturnType<typeof defineSearchAttributeKey<'KEYWORD'>> => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

export const CODE_ATTRIBUTE = keyword('DeployCode');
export const STATE_ATTRIBUTE = keyword('DeployState');
/** `pipeline#number`. */
export const BUILD_ATTRIBUTE = keyword('DeployBuild');

/** `DeployPr` is `<repository id>#<number>`. The other attributes come with the plan: each one here costs the person who waits for the answer. */
export function startAttributes(request: DeployRequest): SearchAttributePair[] {
  const { origin } = request;
  const pairs: SearchAttributePair[] = [
    { key: keyword('DeployService'), value: request.service },
    { key: keyword('DeployEnvironment'), value: request.environment },
    { key: CODE_ATTRIBUTE, value: request.code },
  ];
  if (origin.surface === 'github') pairs.push({ key: keyword('DeployPr'), value: `${origin.repo.id}#${origin.issue}` });
  return pairs;
}
