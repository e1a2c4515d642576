// The deploy form as a Slack modal: what is chosen, and below it who must approve, what is asked of it and what it would replace. Pure.
import type { InputBlock, KnownBlock, ModalView } from '@slack/types';
import type { ApprovalRule } from '../../workflows/vocabulary.ts';
import type { EnvironmentPolicy, RefRule } from '../policy/environment-policy.ts';
import { context, linesSection } from './blocks.ts';
import { choice, plain } from './choice.ts';
import { hoursWords } from './clock-facts.ts';
import type { RenderContext } from './context.ts';
import { environmentBlock, FORM_ACTIONS, FORM_MODAL, parameterAction, parameterBlock, REF_BLOCK, SERVICE_BLOCK } from './form-fields.ts';
import type { DeployForm, FormPreview } from './form.ts';
import { code, join, listed, say, strong } from './inline.ts';
import type { Inline } from './inline.ts';
import { liveWords } from './live.ts';
import { isConditional } from '../policy/conditions.ts';
import { either } from './reason-text.ts';
import { reasonSentence } from './reasons.ts';
import { ruleWords, skippedWords } from './rule-words.ts';
import { duration } from './time.ts';

/** `memory`: goes to Slack and comes back with the form. Nothing is decided on it. */
export function formView(form: DeployForm, memory: string, renderContext: RenderContext): ModalView {
  const { preview } = form;
  return {
    type: 'modal',
    callback_id: FORM_MODAL,
    private_metadata: memory,
    title: plain('Ask for a deploy', 24),
    submit: plain(preview === null ? 'Go on' : preview.policy.isProtected ? 'Ask for approval' : 'Deploy', 24),
    close: plain('Close', 24),
    blocks: [...inputs(form), ...(preview === null ? context([NOT_YET], renderContext.now) : previewBlocks(preview, renderContext))],
  };
}

const NOT_YET = say`Choose a service, and see here who must approve and what is live.`;

function inputs({ services, service, environments, environment, parameters }: DeployForm): readonly InputBlock[] {
  const blocks: InputBlock[] = [
    choice({
      block: SERVICE_BLOCK,
      action: FORM_ACTIONS.service,
      label: 'Service',
      placeholder: services.length > 100 ? 'Its name, then Enter' : 'Choose a service',
      options: services,
      chosen: service,
      isHeard: true,
    }),
  ];
  if (service === null) return blocks;
  blocks.push(
    choice({
      block: environmentBlock(service),
      action: FORM_ACTIONS.environment,
      label: 'Environment',
      placeholder: 'Choose an environment',
      options: environments,
      chosen: environment,
      isHeard: true,
    }),
    {
      type: 'input',
      block_id: REF_BLOCK,
      optional: true,
      label: plain('Branch, tag or commit', 75),
      // Who must approve may hang on it.
      dispatch_action: true,
      hint: plain('Left empty: the head of the default branch. Of a commit at least 7 digits. Press Enter to see what it would take.', 150),
      element: {
        type: 'plain_text_input',
        action_id: FORM_ACTIONS.ref,
        max_length: 200,
        placeholder: plain('the default branch', 150),
        dispatch_action_config: { trigger_actions_on: ['on_enter_pressed'] },
      },
    },
  );
  if (environment !== null) blocks.push(...parameters.map((parameter) => parameterInput(service, environment, parameter)));
  return blocks;
}

function parameterInput(service: string, environment: string, { name, choices, chosen }: DeployForm['parameters'][number]): InputBlock {
  return choice({
    block: parameterBlock(service, environment, name),
    action: parameterAction(name),
    label: name,
    placeholder: 'Choose',
    options: choices,
    chosen,
    isHeard: false,
  });
}

// ---- what it would take ----------------------------------------------------------------------------------------

function previewBlocks(preview: FormPreview, renderContext: RenderContext): readonly KnownBlock[] {
  const { policy } = preview;
  const lines: readonly Inline[] = [
    say`${code(policy.service)} → ${strong(policy.environment)}`,
    say`${strong('Needs')} ${approvalWords(preview)}`,
    say`${strong('Live there now')} ${liveNow(preview, renderContext)}`,
    say`${strong('Asked of it')} ${gateWords(policy)}`,
    ...(policy.isProtected ? [say`${strong('Expires')} ${timeWords(policy.approvals)}`] : []),
  ];
  return [{ type: 'divider' }, ...linesSection(lines, renderContext.now), ...linesSection(warnings(preview, renderContext), renderContext.now)];
}

function approvalWords({ policy, approval }: FormPreview): Inline {
  if (policy.approvals.tree === null) return say`nobody's approval`;
  if (approval === null) return say`… being looked up`;
  if ('unread' in approval) return say`❓ not known: ${approval.unread.slice(0, 200)}`;
  if (approval.tree === null) return say`nobody's approval`;
  const authors = policy.approvals.exclude.includes('commit-authors') ? ", nor the commits' authors" : '';
  const open = isConditional(policy.approvals.tree) && approval.of === null ? ' · parts of it hang on what changes: the card says which apply' : '';
  const skipped = approval.of === null ? [] : skippedWords(approval.tree).slice(0, SKIPPED_MAX);
  const twice = policy.approvals.stepUp === 'github' ? ' · an approval in Slack is confirmed on GitHub' : '';
  const rule = join([ruleWords(approval.tree, 'name'), say`never you${authors}${twice}${open}`, ...skipped], ' · ');
  return approval.of === null ? rule : say`${rule} · for ${code(approval.of.sha.slice(0, 7))} ${approval.of.title.slice(0, 80)}, as it is now`;
}

const SKIPPED_MAX = 2;

/** What the clock will do, before it runs. */
function timeWords({ expireMs, hours, escalate, undoMs }: ApprovalRule): Inline {
  const parts: Inline[] = [say`${duration(expireMs)} after it is asked for, unless approved by then`];
  if (hours !== undefined) parts.push(say`${hoursWords(hours)} (${hours.zone})`);
  if (escalate !== undefined) parts.push(say`${strong(escalate.to)} is called after ${duration(escalate.afterMs)}`);
  if (undoMs !== undefined) parts.push(say`the start can be stopped for ${duration(undoMs)} after the last approval`);
  return join(parts, ' · ');
}

function liveNow({ policy: { service, environment }, live }: FormPreview, renderContext: RenderContext): Inline {
  if (live === null) return say`… being looked up`;
  if ('unread' in live) return say`❓ not known: ${live.unread.slice(0, 200)}`;
  return liveWords({ service, environment, state: live.state }, renderContext);
}

/** What will be looked at before anybody is asked. */
function gateWords({ gates, refs }: EnvironmentPolicy): Inline {
  const parts: Inline[] = [];
  if (gates.checks === 'all') parts.push(say`every check green`);
  else if (gates.checks !== null) parts.push(say`${listed(gates.checks.map(code), 6)} green`);
  if (gates.review) parts.push(say`a review`);
  if (gates.upToDate) parts.push(say`up to date`);
  if (gates.keepsLive) parts.push(say`keeps what is live`);
  for (const { environment, soakMs } of gates.after) parts.push(say`live on ${environment}${soakMs === 0 ? '' : ` for ${duration(soakMs)}`} before`);
  return join([...parts, say`from ${either(refs.map(refWords))}`], ' · ');
}

function refWords(rule: RefRule): Inline {
  switch (rule.kind) {
    case 'default-branch':
      return say`the default branch`;
    case 'pull-request':
      return say`a pull request`;
    case 'tags':
      return say`a tag`;
    case 'branch':
      return say`branch ${code(rule.pattern)}`;
  }
}

/** Said before it is sent: nobody fills in a form that will be refused for who they are. */
function warnings({ requester, policy, approval }: FormPreview, { prefix }: RenderContext): readonly Inline[] {
  // Who somebody is has to be looked up, too.
  if (requester.mapped || approval === null) return [];
  const hints = { prefix, surface: 'slack', again: null, act: null, code: null } as const;
  return [say`⚠️ ${reasonSentence({ code: 'unmapped-requester', surface: 'slack', environment: policy.environment }, hints)}`];
}
