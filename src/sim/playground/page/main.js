// The page: asks for a picture whenever the server says that something changed, draws it, and sends what is clicked and typed.
import { confirmed, hearModal, showErrors, showModal } from './dialogs.js';
import { acts, draw } from './draw.js';
import { hearForms, showForms } from './forms.js';
import { hearLinks } from './links.js';
import { showConversations, showPeople } from './people.js';

const by = (id) => document.getElementById(id);
const COLUMNS = ['slack', 'pull', 'backstage'];
const TOLD_MS = 6_000;

let person = new URLSearchParams(location.search).get('as') ?? 'ann';
let conversation = 'pay';
let conversations = [];
let asking = null;
let askAgain = false;
/** Another person, another channel: begin at the end again. */
let jump = true;

// ---- looking -------------------------------------------------------------------------------------------------------

/** One request at a time; what changed meanwhile is asked for after it. Resolves when the newest picture is shown. */
function look() {
  askAgain = true;
  asking ??= ask().finally(() => {
    asking = null;
    if (askAgain) void look();
  });
  return asking;
}

async function ask() {
  try {
    while (askAgain) {
      askAgain = false;
      const response = await fetch(`/state?${new URLSearchParams({ as: person, conversation })}`);
      if (response.ok) show(await response.json());
    }
  } catch {
    tell('The demo has ended, or can’t be reached.');
  }
}

function show(snapshot) {
  conversations = snapshot.conversations;
  showPeople(snapshot.people, person, become);
  showConversations(conversations, conversation, (id) => void converse(id));
  by('title-pull').textContent = `Pull request #${snapshot.pullRequest}`;
  showForms(snapshot);
  for (const column of COLUMNS)
    showColumn(by(`${column}-flow`), snapshot[column], column !== 'backstage' && (column !== 'slack' || conversation !== 'home'));
  jump = false;
  showModal(snapshot.modal);
}

/** A conversation stays at its end if that is what one looks at. */
function showColumn(flow, trees, sticks) {
  const wasAtEnd = jump || flow.scrollHeight - flow.scrollTop - flow.clientHeight < 40;
  draw(flow, trees);
  if (sticks && wasAtEnd) flow.scrollTop = flow.scrollHeight;
}

function converse(id) {
  conversation = id;
  jump = true;
  return id === 'home' ? act({ do: 'home' }) : look();
}

function become(id) {
  person = id;
  void converse(conversation);
}

// ---- acting --------------------------------------------------------------------------------------------------------

async function act(wish) {
  const response = await fetch('/act', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ as: person, act: wish }),
  }).catch(() => null);
  const { told, errors } = response === null ? { told: 'The demo has ended, or can’t be reached.', errors: {} } : await response.json();
  if (told !== null) tell(told);
  showErrors(errors);
  await look();
}

async function pressed(element) {
  const wish = acts.get(element);
  if (wish === undefined || element.disabled) return;
  if (wish.confirm !== null && !(await confirmed(wish.confirm))) return;
  element.classList.add('busy');
  await act(wish.act);
  element.classList.remove('busy');
}

let quiet = 0;

function tell(text) {
  by('told').textContent = text;
  clearTimeout(quiet);
  quiet = setTimeout(() => (by('told').textContent = ''), TOLD_MS);
}

document.addEventListener('click', (event) => {
  const button = event.target instanceof Element ? event.target.closest('button') : null;
  if (button !== null) void pressed(button);
});
hearModal({
  onSubmit: (view, values) => void act({ do: 'submit', view, values }),
  onFill: (view, action, value) => void act({ do: 'fill', view, action, value }),
  onDismiss: (view) => void act({ do: 'dismiss', view }),
});
hearForms({ act: (wish) => void act(wish), become, channel: () => conversations.find(({ id }) => id === conversation)?.channel ?? '' });
hearLinks({ tell, open: (channel) => converse(conversations.find((each) => each.channel === channel)?.id ?? conversation) });

new EventSource('/events').addEventListener('changed', () => void look());
void look();
