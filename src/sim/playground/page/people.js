// Who you are, and where in Slack: two pickers.
const by = (id) => document.getElementById(id);

/** Radio buttons, made once. */
export function showPeople(people, chosen, onChoose) {
  const fieldset = by('people');
  if (fieldset.querySelector('input') === null) {
    for (const { id, name, role } of people) {
      const label = document.createElement('label');
      const input = Object.assign(document.createElement('input'), { type: 'radio', name: 'person', value: id });
      input.addEventListener('change', () => onChoose(id));
      const who = Object.assign(document.createElement('span'), { className: 'who', textContent: name });
      const what = Object.assign(document.createElement('span'), { className: 'role', textContent: role });
      label.append(input, who, what);
      fieldset.append(label);
    }
  }
  fieldset.querySelector(`input[value="${chosen}"]`).checked = true;
  const me = people.find(({ id }) => id === chosen)?.name ?? chosen;
  for (const place of document.querySelectorAll('[data-me]')) place.textContent = me;
}

export function showConversations(conversations, chosen, onChoose) {
  const group = by('conversations');
  if (group.childElementCount === 0) {
    for (const { id, name } of conversations) {
      const button = Object.assign(document.createElement('button'), { type: 'button', className: 'small', textContent: name });
      button.dataset.conversation = id;
      button.addEventListener('click', () => onChoose(id));
      group.append(button);
    }
  }
  for (const button of group.children) button.setAttribute('aria-pressed', String(button.dataset.conversation === chosen));
  const here = conversations.find(({ id }) => id === chosen);
  by('here').textContent = here?.name ?? '';
  // Commands are typed in channels here.
  by('slash').hidden = here?.channel === null;
}
