// Calling the people whose approval is still missing, or others instead of them. Pure.
import type { Reminder } from '../../workflows/activities.ts';
import type { DeployStatus } from '../../workflows/status.ts';
import { linesComment } from './card-github.ts';
import type { RenderContext } from './context.ts';
import { called, code, listed, link, say, strong, time, until } from './inline.ts';
import type { Inline } from './inline.ts';
import type { SlackMessage } from './message.ts';
import { cardMarker } from './marker.ts';
import { missingWords } from './rule-words.ts';
import { route } from './view.ts';
import type { Surface } from './view.ts';
import { linesMessage } from './card-slack.ts';

/** A group can be large; whoever is beyond this is named on the card. */
const CALLED_MAX = 20;

/** In the thread of the card. */
export function reminderMessage(status: DeployStatus, reminder: Reminder, context: RenderContext): SlackMessage {
  return linesMessage(reminderLines(status, reminder, 'slack'), context);
}

/** The one comment on the pull request; later reminders replace its words, which calls whoever is new in them. */
export function reminderMarkdown(status: DeployStatus, reminder: Reminder, context: RenderContext): string {
  const { githubUrl } = context.cards;
  const card = githubUrl === null ? [] : [say`What is signed: ${link(`the card of ${status.request.code}`, githubUrl)}.`];
  const lines = [...reminderLines(status, reminder, 'github'), ...card];
  const words = linesComment(lines, context);
  return `${words}\n\n${reminderMarker(status.workflowId)}`;
}

/** By which the comment is found again. */
export function reminderMarker(workflowId: string): string {
  return cardMarker(workflowId).replace('countersign:', 'countersign-reminder:');
}

function reminderLines(status: DeployStatus, { kind, people, at }: Reminder, surface: Surface): readonly Inline[] {
  const { request, plan, tally, phase, escalated } = status;
  const missing = missingWords((tally ?? plan?.tally)?.tree ?? null, kind === 'reminder' ? 'groups' : 'name');
  const call = listed(people.map(called), CALLED_MAX, ' ');
  const expires = phase.kind === 'waiting' ? say` It expires at ${[until(phase.expiresAt)]}.` : [];
  const what = say`${route(status)}, code ${code(request.code)}`;
  const how =
    surface === 'github' ? say` Approve with ${code('/approve')}, refuse with ${code('/reject why')}.` : say` The buttons are on the card above.`;
  if (kind === 'reminder') {
    return [say`⏰ ${call}: ${what} still waits for your approval.`, say`Needed at ${time(at)}: ${missing}.${expires}${how}`];
  }
  const may = escalated?.may === 'approve';
  const act = may ? say`One of you may fill one missing place.${how}` : say`Please find them: only they can approve it.`;
  return [
    say`📣 ${call}: ${what} waits since ${time(status.request.askedAt)}, and nobody has answered. ${strong(escalated?.group ?? 'You')} is called next.`,
    say`Needed at ${time(at)}: ${missing}.${expires} ${act}`,
  ];
}
