// Behind the scenes: what to break, the builds, the quota, and the newest request as Temporal remembers it.
import { buildWebUrl } from '../buildkite/objects.ts';
import { ATTEST_STEP } from '../attest-job.ts';
import { presentJobs, type SimBuild, type SimJob } from '../buildkite/state.ts';
import { PIPELINE, type World } from '../world.ts';
import type { Act } from './acts.ts';
import type { Histories, WorkflowRow } from './histories.ts';
import type { LimiterFacts } from './limiter.ts';
import { quotaBox } from './quota-box.ts';
import { el, linkTo, type Tree } from './tree.ts';
import type { Toggle, Troubles } from './troubles.ts';

export interface Backstage {
  readonly world: World;
  readonly troubles: Troubles;
  readonly histories: Histories;
  /** null: the product is away. */
  readonly limiter: LimiterFacts | null;
  /** Page of the namespace's workflows in Temporal's own UI; null: it has none here. */
  readonly temporalUi: string | null;
}

const BUILDS_MAX = 8;

export function backstageColumn(stage: Backstage): readonly Tree[] {
  return [
    part('Break something', trouble(stage.troubles)),
    part('Decision log of the newest request', decisions(stage)),
    part('Builds', builds(stage.world)),
    part('Buildkite’s quota', quotaBox(stage.world.buildkite.quota(), stage.limiter)),
    part('Workflows', workflows(stage)),
  ];
}

function part(title: string, content: readonly Tree[]): Tree {
  return el('section', { class: 'part', key: title, 'aria-label': title }, el('h3', {}, title), content);
}

// ---- what to break -----------------------------------------------------------------------------------------------

function trouble(troubles: Troubles): readonly Tree[] {
  const toggle = (what: Toggle, label: string, hint: string): Tree => row({ act: { do: 'toggle', what }, label, hint, pressed: troubles.isOn(what) });
  return [
    el('div', { class: 'troubles' }, [
      row({
        act: { do: 'restart' },
        label: troubles.isRestarting() ? 'Starting again …' : 'Kill Countersign',
        hint: 'It starts again at once. A request that waits or builds goes on where it was.',
        disabled: troubles.isRestarting(),
      }),
      toggle('fail-next', 'Next build fails', 'The cards show the end of the log, and what to do now.'),
      toggle('ask-first', 'Builds ask a person', 'Before they migrate production: somebody of sre fills in a form in Slack.'),
      toggle('lose-webhooks', 'Lose all webhooks', 'Of Buildkite: after a minute of silence one shared poll notices.'),
      row({
        act: { do: 'build-by-hand' },
        label: 'Start a build by hand',
        hint: 'Past Countersign: its first step is told no, and #pay hears of it.',
      }),
      row({ act: { do: 'use-up-quota' }, label: 'Use up the quota', hint: 'The next build waits for the new minute, and the card says so.' }),
    ]),
  ];
}

function row(button: { act: Act; label: string; hint: string; pressed?: boolean; disabled?: boolean }): Tree {
  const { act, label, hint, pressed, disabled } = button;
  const state = { ...(pressed === undefined ? {} : { 'aria-pressed': String(pressed) }), ...(disabled === true ? { disabled: '' } : {}) };
  return el(
    'div',
    { class: 'trouble', key: JSON.stringify(act) },
    el('button', { key: 'do', act, ...state }, label),
    el('p', { class: 'hint' }, hint),
  );
}

// ---- builds ------------------------------------------------------------------------------------------------------

function builds(world: World): readonly Tree[] {
  const all = world.buildkite.builds(PIPELINE);
  if (all.length === 0) return [el('p', { class: 'empty' }, 'Nothing was built yet.')];
  return all
    .slice(-BUILDS_MAX)
    .toReversed()
    .map((build) => drawBuild(build, world.buildkite.url));
}

const OVER = ['passed', 'failed', 'canceled', 'skipped', 'not_run'];

function drawBuild(build: Readonly<SimBuild>, base: string): Tree {
  const state = build.blocked ? 'blocked' : build.state;
  const url = buildWebUrl(build, { base, organization: 'acme' });
  const number = String(build.number);
  const isOver = OVER.includes(build.state) && !build.blocked;
  return el('article', { class: 'build', key: build.id, 'aria-label': `Build ${number}` }, [
    el(
      'p',
      { class: 'byline' },
      el('strong', {}, linkTo(url, [`#${number}`])),
      el('span', { class: `state ${state}` }, state),
      el('span', { class: 'note' }, build.message),
    ),
    el('ol', { class: 'steps' }, presentJobs(build).flatMap(drawJob)),
    ...proof(build),
    ...(build.blocked ? [el('button', { class: 'small', key: 'unblock', act: { do: 'unblock', build: number } }, 'Unblock in Buildkite')] : []),
    ...(isOver ? [] : [el('button', { class: 'small', key: 'cancel', act: { do: 'cancel-build', build: number } }, 'Cancel in Buildkite')]),
  ]);
}

const STEP: Readonly<Record<string, string>> = {
  passed: '✅',
  unblocked: '✅',
  failed: '❌',
  timed_out: '❌',
  running: '🔄',
  blocked: '⏸',
  canceled: '🚫',
};

function drawJob(job: SimJob): readonly Tree[] {
  if (job.step.type === 'wait') return [];
  return [el('li', { key: job.id }, `${STEP[job.state] ?? '⚪'} ${job.step.label} `, el('span', { class: 'note' }, job.state))];
}

/** What its first step was told. */
function proof(build: Readonly<SimBuild>): readonly Tree[] {
  const asked = presentJobs(build).find(({ step, log }) => step.type === 'command' && step.key === ATTEST_STEP && log !== '');
  const told = asked?.log.split('\n').find((line) => line.startsWith('Countersign: ') || line.startsWith('Countersign gave'));
  return told === undefined ? [] : [el('p', { class: 'note', key: 'proof' }, told)];
}

// ---- Temporal ----------------------------------------------------------------------------------------------------

function decisions({ histories, temporalUi }: Backstage): readonly Tree[] {
  const { newest, problem } = histories;
  const trouble = problem === null ? [] : [el('p', { class: 'problem' }, `Temporal can’t be read right now: ${problem}`)];
  if (newest === null) return [...trouble, el('p', { class: 'empty' }, 'No request yet.')];
  const { row, log } = newest;
  const lines = log.map(({ event, at, sign, text, detail }) =>
    el('li', { key: String(event) }, [
      el('span', { class: 'sign' }, sign),
      el(
        'div',
        {},
        el('p', {}, text),
        el('p', { class: 'note' }, `${new Date(at).toLocaleTimeString('en-GB')} · event ${event}${detail === null ? '' : ` · ${detail}`}`),
      ),
    ]),
  );
  return [
    ...trouble,
    el('p', { class: 'facts' }, `${row.events} events, ${row.status}. `, workflowLink(row, temporalUi, 'Its history in Temporal')),
    el('ol', { class: 'log' }, lines),
  ];
}

function workflows({ histories, temporalUi }: Backstage): readonly Tree[] {
  const shown = histories.workflows.filter(({ type }) => type !== 'reply').slice(0, 12);
  if (shown.length === 0) return [el('p', { class: 'empty' }, 'None yet.')];
  const head = el(
    'thead',
    {},
    el(
      'tr',
      {},
      ['Workflow', 'Status', 'Events'].map((title) => el('th', { scope: 'col' }, title)),
    ),
  );
  const rows = shown.map((each) =>
    el(
      'tr',
      { key: each.runId },
      el('td', {}, workflowLink(each, temporalUi, each.workflowId)),
      el('td', {}, each.status),
      el('td', {}, each.events === 0 ? '…' : String(each.events)),
    ),
  );
  return [el('div', { class: 'scroll' }, el('table', {}, head, el('tbody', {}, rows)))];
}

function workflowLink({ workflowId, runId }: WorkflowRow, ui: string | null, label: string): Tree {
  return ui === null ? label : linkTo(`${ui}/${encodeURIComponent(workflowId)}/${runId}/history`, [label]);
}
