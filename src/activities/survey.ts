// Who is still missing, read now: for reminders and for the moment of escalation.
import type { Survey, SurveyInput } from '../../workflows/activities.ts';
import type { Person } from '../../workflows/vocabulary.ts';
import { effectivePlan } from '../policy/escalation.ts';
import { excludedFrom, tallyPlan } from '../policy/judge.ts';
import { areMembers, hasKey, membersOf } from '../policy/people.ts';
import { groupsOfRule, peopleMissing } from '../policy/rule.ts';
import type { FactsDeps } from './gather-facts.ts';
import { CLICK_AGE_MS, readGroupsSoon, soon, withStandInsSoon } from './soon.ts';

/** People whose account is known to be inactive are left out; one that can't be read just now is called all the same. */
export async function surveyWaiting(deps: FactsDeps, { plan: frozen, votes, escalated }: SurveyInput): Promise<Survey | null> {
  const plan = effectivePlan(frozen, escalated);
  const to = escalated ? plan.rule.escalate?.to : undefined;
  const asked = groupsOfRule(plan.rule.tree);
  const reading = soon(deps.known.read(CLICK_AGE_MS));
  const [membership, links] = await Promise.all([readGroupsSoon(deps, to === undefined ? asked : [...asked, to], reading), reading]);
  const voters = votes.map(({ by }) => by);
  const { standing, doubt } = await withStandInsSoon(deps, { repo: plan.repo, links, membership, voters });
  const { groups, unread } = standing;
  if (doubt !== null && !areMembers(voters, groups, asked)) return null;
  // Half a group would take votes away that stand, and leave out whoever should be called.
  if (Object.keys(unread).some((name) => name === to || asked.includes(name))) return null;
  const tally = tallyPlan({ plan, votes, ...standing });
  const excluded = [...excludedFrom(plan, groups)];
  const group = to === undefined ? [] : membersOf(groups, to);
  // Whoever asked for the deploy need not be called to it.
  const called = group.filter((person) => !excluded.some((key) => hasKey(person, key)));
  const [missing, callable] = await Promise.all([active(deps, plan.repo, peopleMissing(tally.tree)), active(deps, plan.repo, called)]);
  return { tally, missing, called: callable };
}

async function active(deps: FactsDeps, repo: SurveyInput['plan']['repo'], people: readonly Person[]): Promise<readonly Person[]> {
  const states = await Promise.all(people.map((person) => soon(deps.people.stateOf(repo, person, CLICK_AGE_MS))));
  return people.filter((_, at) => {
    const state = states[at];
    return state === undefined || !state.known || state.value.active;
  });
}
