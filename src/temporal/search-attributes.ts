// What a request is found by from its first moment, before any worker has touched it. Display and addressing only, never a decision.
import { defineSearchAttributeKey, SearchAttributeType, type SearchAttributePair } from '@temporalio/common';
import type { DeployRequest } from '../../workflows/vocabulary.ts';

const keyword = (name: string): ReturnType<typeof defineSearchAttributeKey<'KEYWORD'>> => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD);

export const CODE_ATTRIBUTE = keyword('DeployCode');

/** `DeployPr` is `<repository id>#<number>`. */
export function startAttributes(request: DeployRequest): SearchAttributePair[] {
  const { origin, requester } = request;
  const pairs: SearchAttributePair[] = [
    { key: keyword('DeployService'), value: request.service },
    { key: keyword('DeployEnvironment'), value: request.environment },
    { key: CODE_ATTRIBUTE, value: request.code },
    { key: keyword('DeployState'), value: 'planning' },
    {
      key: keyword('DeployRequester'),
      value: requester.surface === 'github' ? `github:${requester.id}` : `slack:${requester.team}:${requester.user}`,
    },
  ];
  if (origin.surface === 'github') pairs.push({ key: keyword('DeployPr'), value: `${origin.repo.id}#${origin.issue}` });
  return pairs;
}
