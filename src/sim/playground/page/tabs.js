// On a narrow screen one column at a time; on a wide one all three, and no tabs.
const narrow = matchMedia('(max-width: 1099px)');
const tabs = [...document.querySelectorAll('[role=tab]')];
let chosen = 'slack';

function show() {
  for (const tab of tabs) {
    const id = tab.getAttribute('aria-controls');
    const isChosen = id === chosen;
    tab.setAttribute('aria-selected', String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    const column = document.getElementById(id);
    column.hidden = narrow.matches && !isChosen;
    if (narrow.matches) column.setAttribute('role', 'tabpanel');
    else column.removeAttribute('role');
  }
}

export function showTab(id) {
  const isNew = chosen !== id;
  chosen = id;
  show();
  if (!narrow.matches || !isNew || id === 'backstage') return;
  // What could not be seen could not be scrolled: a conversation begins at its end.
  const flow = document.getElementById(`${id}-flow`);
  flow.scrollTop = flow.scrollHeight;
}

for (const [i, tab] of tabs.entries()) {
  tab.addEventListener('click', () => showTab(tab.getAttribute('aria-controls')));
  tab.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const next = tabs[(i + step + tabs.length) % tabs.length];
    showTab(next.getAttribute('aria-controls'));
    next.focus();
  });
}
narrow.addEventListener('change', show);
show();
// On a phone the hints would leave little room.
if (matchMedia('(max-width: 640px)').matches) document.getElementById('hints').open = false;
