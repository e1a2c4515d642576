// Modals and home tabs in stories: what a person sees in them, and what they choose, type and click there.
import { expect } from 'vitest';
import { deployCode } from '../../src/ids.ts';
import { decodeActionValue } from '../../src/render/actions.ts';
import { isRecord, type SimView } from '../../src/sim/slack/world.ts';
import { fieldsOf, optionsOf, valueOf } from '../../src/sim/slack/view-state.ts';
import { PEOPLE, type PersonName } from '../../src/sim/world.ts';
import { eventually, type Acme } from './acme.ts';
import { readableSlack } from './readable.ts';
import { asksForMore, patiently } from './patience.ts';
import { RECORDED, STILL_WORKING } from './answers.ts';
import { inSight } from './sightings.ts';

const ENVIRONMENT = 'countersign:form-environment';
/** So long somebody looks before doing something about it. */
const PATIENCE_MS = 3_000;

export interface Viewer {
  /** Types `/deploy` alone; answers the id of the form. */
  opensForm(channel?: string): Promise<string>;
  /** Waits until the topmost modal says all of this; answers it as it reads. */
  sees(...words: readonly string[]): Promise<string>;
  chooses(field: string, value: string): Promise<void>;
  /** Sends the topmost modal; answers the remarks at its fields. */
  sends(values?: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>;
  /** Names of the fields of the topmost modal with what they hold, and what may be chosen. */
  fields(): Readonly<Record<string, { readonly value: string; readonly options: readonly string[] }>>;
  closes(): void;
  /** Opens the home tab. */
  opensHome(): Promise<void>;
  /** Waits until the home tab says all of this. */
  homeSays(...words: readonly string[]): Promise<string>;
  home(): string;
  /** Clicks on the home tab, at the request with this code; answers what the modal says then. */
  clicksAtHome(button: string, code?: string): Promise<string>;
}

export function viewerOf({ world: { slack } }: Pick<Acme, 'world'>, name: PersonName): Viewer {
  const user = PEOPLE[name].slack;
  const top = (): SimView | undefined => slack.views(user).at(-1);
  const told = (): readonly string[] => slack.directMessages(user).map(readableSlack);
  const read = (view: SimView | null | undefined): string => (view == null ? '' : readableSlack({ text: '', blocks: view.blocks }));
  const there = (): SimView => {
    const view = top();
    if (view === undefined) throw new Error(`no modal is open for ${name}`);
    return view;
  };
  /** `again`: what a person does who waits for it in vain. */
  const says = (what: string, look: () => string, words: readonly string[], again?: () => Promise<unknown>): Promise<string> => {
    let patientUntil = Date.now() + PATIENCE_MS;
    return inSight(
      `"${words.join('", "')}" in ${what} of ${name}`,
      async () => {
        if (words.every((word) => look().includes(word)) && look() !== '') return look();
        if (again === undefined || Date.now() < patientUntil) return undefined;
        patientUntil = Date.now() + PATIENCE_MS;
        await again();
        return undefined;
      },
      () => [look()],
    );
  };
  /** What could not be read in time is read again with every choice. */
  const choosesAgain = async (): Promise<void> => {
    const { environment } = viewer.fields();
    if (environment !== undefined && environment.value !== '') await viewer.chooses(ENVIRONMENT, environment.value);
  };
  const viewer: Viewer = {
    async opensForm(channel = 'C0DEPLOYS') {
      const before = top()?.id;
      expect(await slack.slash(user, channel, '/deploy', '')).toMatchObject({ status: 200, problem: null, answer: null });
      return eventually(`the form of ${name}`, () => (top()?.id === before ? undefined : top()?.id));
    },
    sees: (...words) => says('the modal', () => read(top()), words, choosesAgain),
    async chooses(field, value) {
      expect(await slack.fill(user, there().id, field, value)).toMatchObject({ problem: null });
    },
    async sends(values = {}) {
      const sent = await slack.submit(user, there().id, values);
      expect(sent).toMatchObject({ status: 200, problem: null });
      return sent.errors;
    },
    fields: () => {
      const view = there();
      const held = fieldsOf(view.blocks).map((field) => {
        const options = optionsOf(field.element).map((option) => String(option['value']));
        return [field.actionId.replace(/^countersign:form-/, ''), { value: valueOf(view, field), options }] as const;
      });
      return Object.fromEntries(held);
    },
    closes: () => slack.dismiss(user, there().id),
    async opensHome() {
      // The tab says so itself when something was too busy to be read, and what to do then.
      await patiently(async () => {
        const before = slack.home(user)?.hash;
        expect(await slack.openHome(user)).toMatchObject({ status: 200, problem: null });
        await eventually(`a home tab drawn for ${name}`, () => slack.home(user) !== null && slack.home(user)?.hash !== before);
        return viewer.home();
      });
    },
    homeSays: (...words) =>
      says(
        'the home tab',
        () => viewer.home(),
        words,
        () => viewer.opensHome(),
      ),
    home: () => read(slack.home(user)),
    clicksAtHome: (button, code) =>
      patiently(async () => {
        const said = await clickAtHome(button, code);
        if (asksForMore(said)) viewer.closes();
        return said;
      }),
  };
  async function clickAtHome(button: string, code?: string): Promise<string> {
    const before = top()?.id;
    const home = slack.home(user);
    if (home === null) throw new Error(`${name} has no home tab yet`);
    const action = `countersign:${button}`;
    const nth = code === undefined ? 0 : buttonsOf(home, action).findIndex((value) => value !== null && deployCode(value.deployId) === code);
    expect(nth, `a button ${button} for ${code} on the home tab of ${name}`).toBeGreaterThan(-1);
    const known = told().length;
    expect(await slack.clickInView(user, home.id, action, nth + 1)).toMatchObject({ status: 200, problem: null });
    const answer = (): string => (top()?.id === before || read(top()).includes(STILL_WORKING) ? '' : read(top()));
    const said = await says('a new modal', answer, []);
    return said.includes(RECORDED) ? says('what is told later', () => told()[known] ?? '', []) : said;
  }
  return viewer;
}

/** What the buttons with this action carry, from top to bottom. */
function buttonsOf(view: SimView, action: string): readonly ReturnType<typeof decodeActionValue>[] {
  const elements = view.blocks.flatMap((block) => (Array.isArray(block['elements']) ? block['elements'].filter(isRecord) : []));
  return elements.filter((element) => element['action_id'] === action).map((element) => decodeActionValue(String(element['value'])));
}
