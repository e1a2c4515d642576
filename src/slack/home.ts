// The home tab: drawn when it is opened and after whatever is done from it. Its buttons answer in a modal, which nobody overlooks.
import type { HomeView } from '@slack/types';
import type { Account } from '../../workflows/vocabulary.ts';
import { homeUnreadView, homeView } from '../render/home-slack.ts';
import { say } from '../render/inline.ts';
import type { Reply } from '../render/reply.ts';
import { ask, settle, STILL_WORKING } from './answering.ts';
import { clickOf, type HeardClick } from './clicks.ts';
import { accountOf, askerOf, contextOf, answerInModal, drawn, openModal, type ListenerDeps, type OpenView } from './heard.ts';
import { answerModal } from './modals.ts';
import { showTo } from './response-url.ts';

/** A modal opens within the trigger's three seconds or not at all: what takes longer than this is answered in it later. */
const ANSWER_WITHIN_MS = 1_500;

/** Logs what fails; never throws: the next opening draws it anew. */
export async function publishHome(deps: ListenerDeps, by: Extract<Account, { surface: 'slack' }>): Promise<void> {
  const view = await homeOf(deps, by);
  try {
    await deps.web({ doing: 'publishing a home tab', kind: 'write' }, (client) => client.views.publish({ user_id: by.user, view }));
  } catch (error) {
    deps.log.warn({ err: error, user: by.user }, 'a home tab was not brought up to date');
  }
}

async function homeOf(deps: ListenerDeps, by: Account): Promise<HomeView> {
  const answer = await ask(async () => ({ kind: 'drawn', view: homeView(await deps.frontDoor.home(by), contextOf(deps)) }) as const, {
    what: 'command',
    log: deps.log,
  });
  switch (answer.kind) {
    case 'drawn':
      return answer.view;
    case 'unreachable':
      return homeUnreadView(say`The requests can't be read just now. Open this tab again in a minute; nothing is lost.`, contextOf(deps));
    case 'broken':
      return homeUnreadView(say`That went wrong here; it is logged under ${answer.reference}.`, contextOf(deps));
  }
}

/** As on a card. */
export async function heardOnHome(deps: ListenerDeps, heard: HeardClick, act: 'approve' | 'cancel' | 'sign'): Promise<void> {
  const reply = ask(() => deps.frontDoor.act(clickOf(deps, heard, act)), { what: 'click', log: deps.log });
  await answerOnHome(deps, heard, reply);
  await publishHome(deps, accountOf(deps, heard.click.user));
}

export async function detailsOnHome(deps: ListenerDeps, heard: HeardClick): Promise<void> {
  await answerOnHome(
    deps,
    heard,
    ask(() => deps.frontDoor.details(heard.action.deployId), { what: 'click', log: deps.log }),
  );
}

async function answerOnHome(deps: ListenerDeps, { click, ack }: HeardClick, reply: Promise<Reply>): Promise<void> {
  let open: OpenView | null = null;
  const tell = (answer: Reply): Promise<void> => showTo(askerOf(click), drawn(deps, answer), deps);
  const opening = {
    inTime: async (answer: Reply) => {
      await ack();
      if ((await openModal(deps, click.trigger_id, answerModal(drawn(deps, answer)))) === null) await tell(answer);
    },
    meanwhile: async () => {
      await ack();
      open = await openModal(deps, click.trigger_id, answerModal(STILL_WORKING));
    },
    late: async (answer: Reply) => {
      if (open === null) return tell(answer);
      await answerInModal(deps, open.id, drawn(deps, answer), askerOf(click));
    },
  };
  await settle(reply, opening, ANSWER_WITHIN_MS);
}
