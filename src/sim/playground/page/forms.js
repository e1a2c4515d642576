// The boxes one types in, and the hints that fill them.
import { showTab } from './tabs.js';

const by = (id) => document.getElementById(id);

/** `act(act)` does it and answers whether it was sent; `become(person)` changes who you are. */
export function hearForms({ act, channel, become }) {
  hearBox(by('slash'), by('slash-text'), (text) => act({ do: 'slash', channel: channel(), text }));
  hearBox(by('comment'), by('comment-text'), (text) => act({ do: 'comment', text }));
  for (const button of reviewButtons()) {
    button.addEventListener('click', () => {
      act({ do: 'review', text: by('comment-text').value, state: button.dataset.review });
      by('comment-text').value = '';
    });
  }
  by('push').addEventListener('click', () => act({ do: 'push' }));
  for (const button of document.querySelectorAll('#hints button')) {
    button.addEventListener('click', () => {
      const { as, box, text } = button.dataset;
      if (as !== undefined) become(as);
      const place = { comment: 'pull', slack: 'slack', backstage: 'backstage' }[box];
      showTab(place);
      if (text === undefined) return by(`${place}-flow`).focus();
      by('comment-text').value = text;
      by('comment-text').focus();
    });
  }
}

function hearBox(form, field, send) {
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = field.value;
    if (text.trim() === '') return;
    field.value = '';
    send(text);
  });
  // Enter sends, Shift+Enter makes a new line.
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

function reviewButtons() {
  return by('comment').querySelectorAll('[data-review]');
}

export function showForms({ noComment }) {
  by('no-comment').hidden = noComment === null;
  by('no-comment').textContent = noComment ?? '';
  for (const control of [by('comment-text'), by('comment').querySelector('button'), ...reviewButtons(), by('push')])
    control.disabled = noComment !== null;
}
