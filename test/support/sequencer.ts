import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Stories in which real time-outs of half a minute and more run out. */
const WAITS = /\/scenarios\/survival-/;

/** The order of the test files: what waits begins first, so that others have something to do meanwhile, and nobody waits for it at the end. */
export default class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const waits = ({ moduleId }: TestSpecification): boolean => WAITS.test(moduleId);
    return [...sorted.filter(waits), ...sorted.filter((file) => !waits(file))];
  }
}
