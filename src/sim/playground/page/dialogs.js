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
const TYPED = 'textarea, input';

/** Shows the modal that is open in Slack, or none. `onSubmit(view, values)`, `onFill(view, field, value)` and `onDismiss(view)` tell what the person does. */
export function showModal(view) {
  if (view === null) {
    shown = null;
    if (modal.open) modal.close();
    return;
  }
  const isOther = shown?.view !== view.view;
  // Filled in by the app, it is the same modal with everything that was typed.
  const isNew = isOther || shown.hash !== view.hash;
  shown = view;
  by('modal-title').textContent = view.title;
  draw(by('modal-body'), view.body);
  by('modal-close').textContent = view.close;
  by('modal-submit').textContent = view.submit ?? '';
  by('modal-submit').hidden = view.submit === null;
  if (isNew) {
    by('modal-errors').textContent = '';
  }
  if (!modal.open) modal.showModal();
  if (isOther) {
    for (const field of modal.querySelectorAll(TYPED)) field.value = field.getAttribute('value') ?? '';
    modal.querySelector(`${TYPED}, select`)?.focus();
  }
}

export function showErrors(errors) {
  by('modal-errors').textContent = Object.values(errors).join(' ');
}

/** Of several chosen options each is a line. */
function valueOf(field) {
  return field.multiple ? [...field.selectedOptions].map(({ value }) => value).join('\n') : field.value;
}

export function hearModal({ onSubmit, onFill, onDismiss }) {
  modal.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault();
    const fields = [...modal.querySelectorAll(`${TYPED}, select`)].filter(({ localName, value }) => localName !== 'select' || value !== '');
    const values = Object.fromEntries(fields.map((field) => [field.name, valueOf(field)]));
    if (shown !== null) onSubmit(shown.view, values);
  });
  modal.addEventListener('change', ({ target }) => {
    if (shown !== null && target.localName === 'select' && (target.multiple || target.value !== '')) onFill(shown.view, target.name, valueOf(target));
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
