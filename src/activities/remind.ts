// Reminders on their way: only while they are true, one thing after the other.
import type { NotifyActivities, Reminder } from '../../workflows/activities.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import type { Person } from '../../workflows/vocabulary.ts';
import type { RenderContext } from '../render/context.ts';
import { reminderMarkdown, reminderMarker, reminderMessage } from '../render/reminder.ts';
import { isSamePerson } from '../policy/people.ts';
import { peopleMissing } from '../policy/rule.ts';
import { issueOf, repoOf } from './card-places.ts';
import type { NotifyDeps } from './notify.ts';
import type { Step } from './steps.ts';

type Reminding = Parameters<NotifyActivities['remind']>[0];

/** The reminder as it is still true: nobody whose act is no longer missing, nothing once the request has moved on. */
export function stillTrue({ status: then, reminder }: Reminding, now: DeployStatus | null): Reminder | null {
  if (now === null || now.phase.kind !== 'waiting' || now.plan?.contract !== then.plan?.contract) return null;
  const people = hasSameVotes(then, now) ? reminder.people : reminder.people.filter((person) => canStillAct(now, reminder.kind, person));
  return people.length === 0 ? null : { ...reminder, people };
}

const hasSameVotes = (one: DeployStatus, other: DeployStatus): boolean =>
  one.votes.map(({ key }) => key).join('\n') === other.votes.map(({ key }) => key).join('\n');

function canStillAct({ tally, votes }: DeployStatus, kind: Reminder['kind'], person: Person): boolean {
  if (kind === 'escalation') return !votes.some(({ by }) => isSamePerson(by, person));
  return peopleMissing(tally?.tree ?? null).some((one) => isSamePerson(one, person));
}

export interface Said {
  readonly deps: NotifyDeps;
  readonly status: DeployStatus;
  readonly cards: Reminding['cards'];
  readonly reminder: Reminder;
  readonly context: RenderContext;
}

export function reminderSteps({ deps, status, cards, reminder, context }: Said): readonly Step[] {
  const { slack, github } = cards;
  const steps: Step[] = [];
  if (slack !== null) steps.push(['thread', () => deps.slack.postInThread(slack, reminderMessage(status, reminder, context))]);
  if (github !== null) steps.push(['comment', () => putComment(deps, status, reminderMarkdown(status, reminder, context))]);
  return steps;
}

/** At most one such comment for each request: found again by its marker. */
async function putComment({ github }: NotifyDeps, status: DeployStatus, markdown: string): Promise<void> {
  const repo = repoOf(status);
  const known = await github.findComment(repo, issueOf(status), reminderMarker(status.workflowId));
  if (known === null) await github.createComment(repo, issueOf(status), markdown);
  else await github.updateComment(repo, known, markdown);
}
