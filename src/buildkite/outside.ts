// A build that nobody asked Countersign for, as one read shows it.
import type { BuildAddress, BuildFacts } from '../../workflows/build-vocabulary.ts';
import type { OutsideBuild, OutsideClaim } from '../../workflows/outside-contract.ts';
import { sealIn } from '../../workflows/seal.ts';
import { deployCode, parseDeployCode } from '../ids.ts';
import { asRead, authorOf, factsOf } from './build-facts.ts';
import { decodedBuild, type Call } from './call.ts';
import { buildPath } from './paths.ts';

const CODE_KEY = 'countersign:code';
const CODE_VARIABLE = 'COUNTERSIGN_CODE';
const NAME_MAX = 100;

export async function readOutside(call: Call, at: BuildAddress): Promise<OutsideBuild> {
  const doing = 'reading the build';
  const path = `${buildPath(at)}?exclude_jobs=true&exclude_pipeline=true`;
  const build = decodedBuild(await call(doing, { lane: 'status', method: 'GET', path }), doing);
  const facts = factsOf(build, at.pipeline);
  const claim = claimOf(facts);
  return {
    ...asRead(build, facts),
    startedBy: (build.creator?.name ?? authorOf(build.author)?.name)?.slice(0, NAME_MAX) ?? null,
    rebuiltFrom: facts.rebuiltFrom ?? null,
    code: codeIn(build.meta_data?.[CODE_KEY]) ?? codeIn(build.env?.[CODE_VARIABLE]),
    // A rebuild is no request's, whatever it carries.
    isMarked: claim !== null,
    ...(claim === null ? {} : { claim }),
    ...(facts.target === null ? {} : { onTarget: facts }),
  };
}

/** The request that the build names as the one that asked for it; null: none. */
export function claimOf({ deployId, target, commit, seal }: BuildFacts): OutsideClaim | null {
  if (deployId === null) return null;
  return { deployId, code: deployCode(deployId), commit, target, ...sealIn(seal) };
}

/** Anybody may write anything there: only what can be a code is one. */
const codeIn = (value: unknown): string | null => (typeof value === 'string' ? parseDeployCode(value) : null);
