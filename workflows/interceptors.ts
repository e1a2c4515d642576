// A query is answered at once, also while a local activity is under way, and its answer ends the workflow task: the activity's own answer is
// told in the next one, beside what that task brings or after it. A replay may tell it in the task before (docs/adr/0030). So whatever a task
// brings while a local activity of an earlier one is under way comes when that one, and those that follow from it, have had all their effect.
// A replay may even take both tasks for one, and bring an update beside what came before it: so updates come after all else, in every task.
import { CancellationScope, condition, type ActivateInput, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { isFromEarlierTask, isUnderWay } from './at-once.ts';
import { holdTime } from './held-time.ts';

/** More conditions than anything waits for one after the other before it waits for the world. */
const PASSES = 30;

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];

/** Temporal calls it for each workflow. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let held: readonly Job[] = [];

  function activate(input: ActivateInput, next: (input: ActivateInput) => void): void {
    const { activation } = input;
    const tell = (jobs: readonly Job[]): void => next({ ...input, activation: { ...activation, jobs: [...jobs] } });
    const jobs = activation.jobs ?? [];
    const isWaiting = held.length > 0 || isFromEarlierTask();
    const [first, later] = partition(jobs, isWaiting ? isAnswer : (job) => !isUpdate(job));
    if (jobs.every(isQuery) || jobs.some(isStart) || held.length + later.length === 0 || (!isWaiting && first.length === 0)) return next(input);
    holdTime(isWaiting && first.length === 0);
    held = [...held, ...later];
    tell(first);
    if (first.length > 0) void CancellationScope.nonCancellable(() => goOn(tell));
  }

  async function goOn(tell: (jobs: readonly Job[]) => void): Promise<void> {
    for (let passes = 0; passes < PASSES; passes += 1) await nextPass();
    if (isUnderWay()) return;
    holdTime(false);
    const jobs = held;
    held = [];
    tell(jobs);
  }

  return { internals: [{ activate }] };
};

function partition(jobs: readonly Job[], isFirst: (job: Job) => boolean): readonly [readonly Job[], readonly Job[]] {
  return [jobs.filter(isFirst), jobs.filter((job) => !isFirst(job))];
}

const isStart = ({ initializeWorkflow }: Job): boolean => initializeWorkflow != null;
const isUpdate = ({ doUpdate }: Job): boolean => doUpdate != null;
const isAnswer = ({ resolveActivity }: Job): boolean => resolveActivity?.isLocal === true;
const isQuery = ({ queryWorkflow }: Job): boolean => queryWorkflow != null;

/** After everything that can go on now has gone on, up to where it waits for a condition. */
function nextPass(): Promise<void> {
  let looks = 0;
  return condition(() => (looks += 1) > 1);
}
