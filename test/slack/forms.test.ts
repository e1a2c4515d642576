// The deploy form between a person in a simulated workspace and the front door: quick choices, slow answers, remarks, trouble.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { slackDeployId } from '../../workflows/contract.ts';
import { say } from '../../src/render/inline.ts';
import type { FormAnswer, GrowingForm } from '../../src/render/form.ts';
import type { DeployForm } from '../../src/render/form.ts';
import type { FormAsk } from '../../src/bot/front-door.ts';
import { Trouble } from '../../src/trouble.ts';
import { fieldsOf } from '../../src/sim/slack/view-state.ts';
import { readableSlack } from '../support/readable.ts';
import { FORMS } from '../support/slack-views.ts';
import { eventually, startSlackApp, type SlackApp } from './slack-app.ts';

const ANN = 'U01ANN';
const SERVICE = 'countersign:form-service';
const ENVIRONMENT = 'countersign:form-environment';
const DOWN = new Trouble({ source: 'temporal', kind: 'unavailable', doing: 'starting', found: 'no answer' });

function formOf(name: string): DeployForm {
  const form = FORMS[name];
  if (form === undefined) throw new Error(`no form ${name}`);
  return form;
}
const grown = (now: DeployForm, later = now): GrowingForm => ({ now, later: Promise.resolve(later) });
/** As the bot would: the environment that was chosen, without a preview that was looked up. */
const byChoice = ({ values }: FormAsk): GrowingForm => {
  if (values.service === null) return grown(formOf('empty'));
  return grown(values.environment?.name === 'staging' ? formOf('unprotected') : formOf('known'));
};

let app: SlackApp;
beforeEach(async () => {
  app = await startSlackApp();
  app.form = byChoice;
});
afterEach(() => app.close());

const seen = (): string => readableSlack({ text: '', blocks: app.sim.views(ANN).at(-1)?.blocks ?? [] });
const seeing = (words: string): Promise<string> => eventually(() => (seen().includes(words) ? seen() : undefined));

async function openForm(): Promise<string> {
  expect(await app.sim.slash(ANN, 'C01', '/deploy', ' ')).toMatchObject({ status: 200, problem: null, answer: null });
  return (await eventually(() => app.sim.views(ANN)[0])).id;
}

describe('the deploy form', () => {
  test('opens before anything is looked up, and is filled in then', async () => {
    let found: (form: DeployForm) => void = () => undefined;
    app.form = () => ({ now: formOf('reading'), later: new Promise((resolve) => (found = resolve)) });
    await openForm();
    expect(await seeing('being looked up')).toContain('*Needs* … being looked up');
    expect(app.heard.commands).toEqual([]);
    expect(app.heard.asks[0]).toMatchObject({
      by: { surface: 'slack', user: ANN, name: 'ann' },
      from: { channel: 'C01' },
      values: { service: null },
    });
    found(formOf('known'));
    expect(await seeing('1 of *sre* (Bea, Carl)')).not.toContain('looked up');
  });

  test('follows every choice', async () => {
    const form = await openForm();
    await app.sim.fill(ANN, form, SERVICE, 'api');
    await seeing('`api` → *production*');
    await app.sim.fill(ANN, form, ENVIRONMENT, 'staging');
    expect(await seeing('`api` → *staging*')).toContain("*Needs* nobody's approval");
    expect(app.heard.asks.map(({ values }) => [values.service, values.environment?.name ?? null])).toEqual([
      [null, null],
      ['api', null],
      ['api', 'staging'],
    ]);
  });

  test('shows the later of two quick choices, whichever is drawn first', async () => {
    const form = await openForm();
    await app.sim.fill(ANN, form, SERVICE, 'api');
    await seeing('`api` → *production*');
    const looked: ((form: DeployForm) => void)[] = [];
    app.form = (ask) => ({ now: byChoice(ask).now, later: new Promise((resolve) => looked.push(() => void byChoice(ask).later.then(resolve))) });
    await Promise.all([app.sim.fill(ANN, form, ENVIRONMENT, 'staging'), app.sim.fill(ANN, form, ENVIRONMENT, 'production')]);
    await eventually(() => (looked.length === 2 ? true : undefined));
    looked[1]?.(formOf('known'));
    looked[0]?.(formOf('known'));
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(seen()).toContain('`api` → *production*');
    expect(fieldsOf(app.sim.views(ANN)[0]?.blocks ?? []).map(({ blockId }) => blockId)).toContain('parameter:api:production:migrate');
  });

  test('keeps what was typed while it changes', async () => {
    const form = await openForm();
    await app.sim.fill(ANN, form, SERVICE, 'api');
    await seeing('`api` → *production*');
    await app.sim.fill(ANN, form, 'countersign:form-ref', 'release/2');
    await app.sim.fill(ANN, form, ENVIRONMENT, 'staging');
    await seeing('`api` → *staging*');
    expect(app.heard.asks.at(-1)?.values.ref).toBe('release/2');
  });
});

describe('the form that is sent', () => {
  async function filled(): Promise<string> {
    const form = await openForm();
    await app.sim.fill(ANN, form, SERVICE, 'api');
    await seeing('`api` → *production*');
    return form;
  }
  const started: FormAnswer = {
    kind: 'answered',
    reply: { kind: 'refused', reasons: [{ code: 'service-needed', known: ['api'] }] },
  };

  test('is heard once under its own id, with what is filled in, and answered in its place', async () => {
    app.submit = () => Promise.resolve(started);
    const form = await filled();
    expect(await app.sim.submit(ANN, form)).toMatchObject({ status: 200, problem: null, errors: {} });
    expect(app.heard.submissions).toMatchObject([
      {
        key: slackDeployId(app.sim.team, form),
        by: { user: ANN },
        from: { surface: 'slack', channel: 'C01', user: ANN },
        values: { service: 'api', environment: { of: 'api', name: 'production' }, parameters: [{ name: 'migrate', chosen: 'no' }] },
      },
    ]);
    expect(seen()).toContain('Not started');
  });

  test('has its remarks at the fields they are about', async () => {
    const problems = [
      { field: 'ref', words: say`no such form` },
      { field: 'parameter:migrate', words: say`choose` },
      { field: 'parameter:gone', words: say`unknown` },
      { field: 'service', words: say`hm` },
    ] as const;
    app.submit = () => Promise.resolve({ kind: 'problems', problems });
    const form = await filled();
    expect((await app.sim.submit(ANN, form)).errors).toEqual({
      ref: 'no such form',
      'parameter:api:production:migrate': 'choose',
      service: 'unknown hm',
    });
  });

  test('goes on when something is still to be chosen', async () => {
    app.submit = () => Promise.resolve({ kind: 'more', form: grown(formOf('reading'), formOf('known')) });
    const form = await filled();
    expect(await app.sim.submit(ANN, form)).toMatchObject({ problem: null, errors: {} });
    await seeing('1 of *sre* (Bea, Carl)');
  });

  test('is answered later where it takes long, in the same place', async () => {
    let finish: (answer: FormAnswer) => void = () => undefined;
    app.submit = () => new Promise((resolve) => (finish = resolve));
    const form = await filled();
    expect(await app.sim.submit(ANN, form)).toMatchObject({ status: 200, problem: null });
    expect(seen()).toContain('Still working');
    finish({ kind: 'problems', problems: [{ field: 'ref', words: say`no such form` }] });
    expect(await seeing('no such form')).not.toContain('Still working');
  });

  test('is answered directly when the form was closed meanwhile', async () => {
    let finish: (answer: FormAnswer) => void = () => undefined;
    app.submit = () => new Promise((resolve) => (finish = resolve));
    const form = await filled();
    await app.sim.submit(ANN, form);
    app.sim.dismiss(ANN, form);
    finish(started);
    expect(await eventually(() => app.sim.ephemerals(ANN).at(-1)?.text)).toContain('Not started');
  });

  test('says that it may not have arrived when Temporal cannot be reached', async () => {
    app.submit = () => Promise.reject(DOWN);
    const form = await filled();
    await app.sim.submit(ANN, form);
    expect(seen()).toContain("I can't tell whether your command arrived");
  });
});
