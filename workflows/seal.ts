// The seal: what the build of a request carries in its meta-data, and what nobody else can know before that build exists. The id, the
// commit and the target of a request can be read by many, and be written into any build.
import type { BuildFacts } from './build-vocabulary.ts';

/** A request as its builds name it. `seal`: absent where it began with an older version, of which the id alone tells. */
export interface Sealed {
  readonly deployId: string | null;
  readonly seal?: string;
}

export const bearsSeal = ({ seal }: Pick<Sealed, 'seal'>, build: BuildFacts): boolean => seal === undefined || build.seal === seal;

/** Whether the build is of this request, and not only says so. */
export function isOf(request: Sealed, build: BuildFacts): boolean {
  return build.deployId !== null && build.deployId === request.deployId && bearsSeal(request, build);
}

/** To be spread into what is handed on: a request without a seal says nothing of one. */
export const sealIn = (seal: string | null | undefined): { readonly seal?: string } => (seal == null ? {} : { seal });
