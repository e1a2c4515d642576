// The form that asks for a deploy: what it shows for what is chosen, and what becomes of it when it is sent. What comes back from the form
// is a wish like any typed one: it is looked up anew, and the request's own plan judges it.
import type { Person, RefWish, TallyNode } from '../../workflows/vocabulary.ts';
import { isRef } from '../command/spelling.ts';
import { findService, placeOf, policyOf, type Service } from '../config/config.ts';
import type { EnvironmentPolicy } from '../policy/environment-policy.ts';
import { isConditional } from '../policy/conditions.ts';
import type { Foreseen } from '../policy/foreseen.ts';
import { excludedFrom } from '../policy/judge.ts';
import { resolveParameters } from '../policy/parameters.ts';
import { resolvePerson } from '../policy/people.ts';
import { groupsOfRule, tallyVotes } from '../policy/rule.ts';
import { optionKey, type FormField, type FormValues } from '../render/form-fields.ts';
import type { DeployForm, FormAnswer, FormPreview, GrowingForm } from '../render/form.ts';
import { code, say } from '../render/inline.ts';
import type { Inline } from '../render/inline.ts';
import { reasonSentence } from '../render/reasons.ts';
import { isTrouble } from '../trouble.ts';
import { start } from './answer.ts';
import type { BotDeps } from './deps.ts';
import type { FormAsk, FormSubmission } from './front-door.ts';
import { servicesHere } from './grammar.ts';

export function formFor(deps: BotDeps, ask: FormAsk): GrowingForm {
  const now = firstForm(deps, ask);
  const later = now.preview === null ? Promise.resolve(now) : filledIn(deps, now, now.preview, ask);
  later.catch(() => {}); // Whoever draws it is told; nobody waits for it before the form is open, and perhaps nobody does at all.
  return { now, later };
}

/** What the configuration says alone. */
function firstForm(deps: BotDeps, { by, from, values }: FormAsk): DeployForm {
  const here = servicesHere(deps.config, from);
  const services = [...here, ...deps.config.services.filter((service) => !here.includes(service))];
  const [only, second] = here;
  const chosen = values.service === null ? (second === undefined ? only : undefined) : (findService(deps.config, values.service) ?? undefined);
  const environment = chosen === undefined ? null : environmentOf(chosen, values);
  const policy = chosen === undefined || environment === null ? null : policyOf(deps.config, chosen.name, environment);
  return {
    services: services.map(({ name }) => name),
    service: chosen?.name ?? null,
    environments: chosen?.order ?? [],
    environment,
    parameters: policy === null ? [] : parametersOf(policy, values),
    preview: policy === null ? null : { policy, requester: resolvePerson(deps.config.people, by), approval: null, live: null },
  };
}

/** As chosen; of another service the one of the same name, if it has one; else its first. */
function environmentOf({ order }: Service, { environment }: FormValues): string | null {
  return order.find((name) => name === environment?.name) ?? order[0] ?? null;
}

function parametersOf(policy: EnvironmentPolicy, values: FormValues): DeployForm['parameters'] {
  const given = givenParameters(policy, values);
  return policy.parameters.map(({ name, choices, default: fallback }) => ({ name, choices, chosen: given[name] ?? fallback }));
}

/** Those of this very service and environment, by the values that the configuration lists. What it does not list stays as it came. */
function givenParameters(policy: EnvironmentPolicy, { parameters }: FormValues): Readonly<Record<string, string>> {
  const ours = parameters.filter(({ of, at }) => of === policy.service && at === policy.environment);
  const entries = ours.map(({ name, chosen }) => {
    const choices = policy.parameters.find((rule) => rule.name === name)?.choices ?? [];
    return [name, choices.find((value) => optionKey(value) === chosen) ?? chosen] as const;
  });
  return Object.fromEntries(entries);
}

async function filledIn(deps: BotDeps, form: DeployForm, preview: FormPreview, { by, values }: FormAsk): Promise<DeployForm> {
  const { policy } = preview;
  const [asked, state] = await Promise.all([
    soonKnown(whoMustApprove(deps, policy, { by, values })),
    soonKnown(deps.gateway.environmentState(placeOf(deps.config, policy), false)),
  ]);
  const live = 'unread' in state ? state : { state: state.value };
  if ('unread' in asked) return { ...form, preview: { ...preview, approval: asked, live } };
  const { requester, tree, of } = asked.value;
  return { ...form, preview: { ...preview, requester, approval: { tree, of }, live } };
}

interface Asked {
  readonly requester: Person;
  readonly tree: TallyNode | null;
  /** The commit that decided it. */
  readonly of: Pick<Foreseen, 'sha' | 'title'> | null;
}

const NO_CHANGE = { commits: 0, pullRequests: [], authors: [], compareUrl: null };

/** The rule with the members of its groups as they are now, without whoever asks; where it hangs on what is deployed, for the commit that is chosen. */
async function whoMustApprove(deps: BotDeps, policy: EnvironmentPolicy, { by, values }: Pick<FormAsk, 'by' | 'values'>): Promise<Asked> {
  const { approvals } = policy;
  const hangs = approvals.tree !== null && (isConditional(approvals.tree) || approvals.exclude.includes('commit-authors'));
  const [people, membership, foreseen] = await Promise.all([
    deps.directory.people(by),
    deps.directory.membership(groupsOfRule(approvals.tree)),
    hangs && refProblems(values).length === 0 ? deps.directory.foresee({ policy, ref: refOf(values), by }) : null,
  ]);
  const requester = resolvePerson(people, by);
  const { rule, change } = foreseen ?? { rule: approvals, change: NO_CHANGE };
  const excluded = excludedFrom({ rule, requester, requesters: [requester], change }, membership.groups);
  return { requester, tree: tallyVotes({ rule, votes: [], ...membership, excluded }).tree, of: foreseen };
}

async function soonKnown<T>(reading: Promise<T>): Promise<{ readonly value: T } | { readonly unread: string }> {
  try {
    return { value: await reading };
  } catch (error) {
    if (isTrouble(error)) return { unread: error.message };
    throw error;
  }
}

// ---- sent --------------------------------------------------------------------------------------------------------

export async function submitForm(deps: BotDeps, submission: FormSubmission): Promise<FormAnswer> {
  const { key, by, at, from, values } = submission;
  if (values.service === null) return problem('service', say`Choose a service.`);
  const service = findService(deps.config, values.service);
  if (service === null) {
    const known = deps.config.services.map(({ name }) => name);
    return problem('service', reasonSentence({ code: 'unknown-service', service: values.service, known }, hintsOf(deps)));
  }
  // The rest of the form was not there yet, or was another service's.
  if (values.environment?.of !== service.name) return { kind: 'more', form: formFor(deps, submission) };
  const environment = values.environment.name;
  const policy = policyOf(deps.config, service.name, environment);
  if (policy === null) {
    return problem(
      'environment',
      reasonSentence({ code: 'unknown-environment', service: service.name, environment, known: service.order }, hintsOf(deps)),
    );
  }
  // Parameters may be those of the environment that was chosen before.
  const isOther = policy.parameters.length > 0 && !values.parameters.some(({ of, at: where }) => of === service.name && where === environment);
  if (isOther) return { kind: 'more', form: formFor(deps, submission) };
  const problems = [...refProblems(values), ...parameterProblems(deps, policy, values)];
  if (problems.length > 0) return { kind: 'problems', problems };
  const wish = { service: service.name, environment, ref: refOf(values), parameters: givenParameters(policy, values), dryRun: false, retryOf: null };
  return { kind: 'answered', reply: await start(deps, { key, by, at, from }, wish) };
}

type Problem = Extract<FormAnswer, { kind: 'problems' }>['problems'][number];

const problem = (field: FormField, words: Inline): FormAnswer => ({ kind: 'problems', problems: [{ field, words }] });

const hintsOf = (deps: BotDeps): Parameters<typeof reasonSentence>[1] => ({
  prefix: deps.config.slack.command,
  surface: 'slack',
  again: null,
  act: null,
  code: null,
});

function refOf({ ref }: FormValues): RefWish {
  return ref === '' ? { kind: 'head' } : { kind: 'named', name: ref };
}

/** Whether there is such a ref is the plan's question; whether it can be one is answered here. */
function refProblems({ ref }: FormValues): readonly Problem[] {
  if (ref === '' || isRef(ref)) return [];
  return [{ field: 'ref', words: say`${code(ref.slice(0, 60))} is no name of a branch, tag or commit. Allowed are letters, digits and . _ / -` }];
}

function parameterProblems(deps: BotDeps, policy: EnvironmentPolicy, values: FormValues): readonly Problem[] {
  return resolveParameters(policy, givenParameters(policy, values)).reasons.map((reason) => ({
    field: 'name' in reason ? (`parameter:${reason.name}` as const) : 'service',
    words: reasonSentence(reason, hintsOf(deps)),
  }));
}
