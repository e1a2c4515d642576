// A build that nobody asked Countersign for, as one read shows it.
import type { BuildAddress } from '../../workflows/block-vocabulary.ts';
import { endOf } from '../../workflows/build-facts.ts';
import type { OutsideBuild } from '../../workflows/outside-contract.ts';
import { DEPLOY_ID_KEY, factsOf } from './build-facts.ts';
import { decoded, type Call } from './call.ts';
import { Build } from './schema.ts';

const CODE_KEY = 'countersign:code';
const CODE_VARIABLE = 'COUNTERSIGN_CODE';
const CODE = /^[0-9A-Z]{4}-[0-9A-Z]{2}$/;
const NAME_MAX = 100;

export async function readOutside(call: Call, at: BuildAddress): Promise<OutsideBuild> {
  const doing = 'reading the build';
  const [organization, pipeline] = [encodeURIComponent(at.organization), encodeURIComponent(at.pipeline)];
  const path = `/v2/organizations/${organization}/pipelines/${pipeline}/builds/${at.number}?exclude_jobs=true&exclude_pipeline=true`;
  const build = decoded(Build, await call(doing, { lane: 'status', method: 'GET', path }), doing);
  const facts = factsOf(build, at.pipeline);
  const { uuid, number, url, commit, state } = facts;
  return {
    uuid,
    number,
    pipeline: at.pipeline,
    url,
    commit,
    state,
    branch: build.branch ?? '',
    source: build.source ?? '',
    startedBy: (build.creator?.name ?? nameIn(build.author))?.slice(0, NAME_MAX) ?? null,
    isOver: endOf(facts) !== null,
    rebuiltFrom: facts.rebuiltFrom ?? null,
    code: codeIn(build.meta_data?.[CODE_KEY]) ?? codeIn(build.env?.[CODE_VARIABLE]),
    isMarked: typeof build.meta_data?.[DEPLOY_ID_KEY] === 'string',
    ...(facts.target === null ? {} : { onTarget: facts }),
  };
}

/** Anybody may write anything there: only what can be a code is one. */
const codeIn = (value: unknown): string | null => (typeof value === 'string' && CODE.test(value) ? value : null);

/** Sometimes a bare string. */
function nameIn(author: unknown): string | null {
  if (typeof author === 'string') return author;
  if (typeof author !== 'object' || author === null || !('name' in author)) return null;
  return typeof author.name === 'string' ? author.name : null;
}
