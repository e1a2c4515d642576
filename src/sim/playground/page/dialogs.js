// The two dialogs: Block Kit's question before an act, and Slack's modals.
import { draw } from './draw.js';

const by = (id) => document.getElementById(id);
const question = by('confirm');
const modal = by('modal');

/** Asks, and answers whether the person said yes. */
export function confirmed(confirm) {
  by('confirm-title').textContent = confirm.title;
  draw(by('confirm-text'), confirm.text);
  by('confirm-yes').textContent = confirm.yes;
  by('confirm-yes').className = confirm.danger ? 'danger' : 'primary';
  by('confirm-no').textContent = confirm.no;
  question.returnValue = 'no';
  question.showModal();
  return new Promise((resolve) => {
    question.addEventListener('close', () => resolve(question.returnValue === 'yes'), { once: true });
  });
}

let shown = null;

/** Shows the modal that is open in Slack, or none. `onSubmit(view, values)` and `onDismiss(view)` tell what the person does. */
export function showModal(view) {
  if (view === null) {
    shown = null;
    if (modal.open) modal.close();
    return;
  }
  const isNew = shown?.view !== view.view || shown.hash !== view.hash;
  shown = view;
  by('modal-title').textContent = view.title;
  draw(by('modal-body'), view.body);
  by('modal-close').textContent = view.close;
  by('modal-submit').textContent = view.submit ?? '';
  by('modal-submit').hidden = view.submit === null;
  if (isNew) {
    by('modal-errors').textContent = '';
    for (const field of modal.querySelectorAll('textarea')) field.value = '';
  }
  if (!modal.open) modal.showModal();
  if (isNew) modal.querySelector('textarea')?.focus();
}

export function showErrors(errors) {
  by('modal-errors').textContent = Object.values(errors).join(' ');
}

export function hearModal({ onSubmit, onDismiss }) {
  modal.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault();
    const values = Object.fromEntries([...modal.querySelectorAll('textarea')].map((field) => [field.name, field.value]));
    if (shown !== null) onSubmit(shown.view, values);
  });
  const dismiss = () => {
    if (shown !== null) onDismiss(shown.view);
  };
  by('modal-close').addEventListener('click', dismiss);
  modal.addEventListener('cancel', (event) => {
    event.preventDefault();
    dismiss();
  });
}
