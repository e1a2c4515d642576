// A build that nobody asked Countersign for, as one read shows it.
import type { BuildAddress } from '../../workflows/build-vocabulary.ts';
import type { OutsideBuild } from '../../workflows/outside-contract.ts';
import { parseDeployCode } from '../ids.ts';
import { asRead, authorOf, DEPLOY_ID_KEY, factsOf } from './build-facts.ts';
import { decoded, type Call } from './call.ts';
import { buildPath } from './paths.ts';
import { Build } from './schema.ts';

const CODE_KEY = 'countersign:code';
const CODE_VARIABLE = 'COUNTERSIGN_CODE';
const NAME_MAX = 100;

export async function readOutside(call: Call, at: BuildAddress): Promise<OutsideBuild> {
  const doing = 'reading the build';
  const path = `${buildPath(at)}?exclude_jobs=true&exclude_pipeline=true`;
  const build = decoded(Build, await call(doing, { lane: 'status', method: 'GET', path }), doing);
  const facts = factsOf(build, at.pipeline);
  return {
    ...asRead(build, facts),
    startedBy: (build.creator?.name ?? authorOf(build.author)?.name)?.slice(0, NAME_MAX) ?? null,
    rebuiltFrom: facts.rebuiltFrom ?? null,
    code: codeIn(build.meta_data?.[CODE_KEY]) ?? codeIn(build.env?.[CODE_VARIABLE]),
    isMarked: typeof build.meta_data?.[DEPLOY_ID_KEY] === 'string',
    ...(facts.target === null ? {} : { onTarget: facts }),
  };
}

/** Anybody may write anything there: only what can be a code is one. */
const codeIn = (value: unknown): string | null => (typeof value === 'string' ? parseDeployCode(value) : null);
