// A query is answered at once, also while a local activity is under way, and its answer ends the workflow task: the activity comes to
// its end in the next one. What that task brings is told by itself before; in a replay it is told together with the activity's answer,
// and at that later time (docs/adr/0030). So it is held back until the answer is there, and comes after it: as in every replay.
import { patched, type ActivateInput, type WorkflowInterceptorsFactory } from '@temporalio/workflow';
import { isFromEarlierTask } from './at-once.ts';
import { holdTime } from './held-time.ts';

/** Histories from before were told of things as they came. */
const PATCH = 'answers-first';

type Job = NonNullable<ActivateInput['activation']['jobs']>[number];

/** Temporal calls it for each workflow. */
export const interceptors: WorkflowInterceptorsFactory = () => {
  let held: readonly Job[] = [];

  function activate(input: ActivateInput, next: (input: ActivateInput) => void): void {
    const { activation } = input;
    const jobs = activation.jobs ?? [];
    const answers = jobs.filter(isAnswer);
    const others = [...held, ...jobs.filter((job) => !isAnswer(job))];
    if (!isFromEarlierTask() || jobs.every(isQuery) || others.length === 0 || !patched(PATCH)) return next(input);
    const isOver = answers.length > 0;
    held = isOver ? [] : others;
    holdTime(!isOver);
    next({ ...input, activation: { ...activation, jobs: isOver ? [...answers, ...others] : [] } });
  }

  return { internals: [{ activate }] };
};

const isAnswer = ({ resolveActivity }: Job): boolean => resolveActivity?.isLocal === true;
const isQuery = ({ queryWorkflow }: Job): boolean => queryWorkflow != null;
