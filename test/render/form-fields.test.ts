import { describe, expect, it } from 'vitest';
import { blockOf, optionKey, readForm, type FormState } from '../../src/render/form-fields.ts';
import { formView } from '../../src/render/form-slack.ts';
import { fieldsOf, stateOf } from '../../src/sim/slack/view-state.ts';
import type { SimBlock } from '../../src/sim/slack/world.ts';
import { FORMS } from '../support/slack-views.ts';
import { exampleContext } from '../support/views.ts';

const blocksOf = (name: string): readonly SimBlock[] => {
  const form = FORMS[name];
  if (form === undefined) throw new Error(`no form ${name}`);
  return formView(form, '', exampleContext).blocks as unknown as readonly SimBlock[];
};
/** What Slack sends of a form that nobody has touched. */
const sent = (name: string): FormState => stateOf({ values: {}, blocks: blocksOf(name) }) as FormState;

describe('what comes back from the form', () => {
  it('is what it was drawn with', () => {
    expect(readForm(sent('known'))).toEqual({
      service: 'api',
      environment: { of: 'api', name: 'production' },
      ref: '',
      parameters: [{ of: 'api', at: 'production', name: 'migrate', chosen: 'no' }],
    });
    expect(readForm(sent('empty'))).toEqual({ service: null, environment: null, ref: '', parameters: [] });
  });

  it('is read where names are typed instead of chosen', () => {
    expect(fieldsOf(blocksOf('many-services'))[0]?.element['type']).toBe('plain_text_input');
    expect(readForm(sent('many-services')).service).toBe('api');
  });

  it('names a value that is too long for Slack by its digest', () => {
    const [parameter] = readForm(sent('many-choices')).parameters;
    expect(parameter?.chosen).toBe(optionKey('x'.repeat(200)));
    expect(parameter?.chosen.length).toBeLessThanOrEqual(75);
    expect(optionKey('eu-1')).toBe('eu-1');
  });

  it('holds nothing else, whatever else is sent', () => {
    expect(readForm({})).toEqual({ service: null, environment: null, ref: '', parameters: [] });
    expect(readForm({ nonsense: { x: { value: 'y' } }, ref: { any: { value: '  main ' } }, service: {} })).toEqual({
      service: null,
      environment: null,
      ref: 'main',
      parameters: [],
    });
  });
});

describe('a remark', () => {
  it('stands at its field, or at the service when that field is not there', () => {
    expect(blockOf('ref', sent('known'))).toBe('ref');
    expect(blockOf('environment', sent('known'))).toBe('environment:api');
    expect(blockOf('parameter:migrate', sent('known'))).toBe('parameter:api:production:migrate');
    expect(blockOf('parameter:region', sent('known'))).toBe('service');
    expect(blockOf('environment', sent('empty'))).toBe('service');
  });
});
