// Where links lead: to the pages that exist here (the simulated Buildkite, Temporal), and to the other column instead of the real GitHub and Slack.
import { showTab } from './tabs.js';

const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** `tell(text)` says where a link leads outside the demo; `open(channel)` shows a Slack channel and resolves when it is there. */
export function hearLinks({ tell, open }) {
  document.addEventListener('click', (event) => {
    const link = event.target instanceof Element ? event.target.closest('a[href]') : null;
    if (link === null) return;
    const url = new URL(link.href);
    if (LOOPBACK.includes(url.hostname)) return;
    event.preventDefault();
    void follow(url, open).then((found) => {
      if (!found) tell(`Outside the demo this leads to ${url.href}`);
    });
  });
}

/** Whether this page has what the link is about. */
async function follow(url, open) {
  const comment = /^#issuecomment-(\d+)$/.exec(url.hash);
  if (comment !== null) return show('pull', comment[1]);
  if (/\/pull\/\d+$/.test(url.pathname)) return show('pull', 'pull');
  const message = /^\/archives\/(\w+)\/p(\d+)(\d{6})$/.exec(url.pathname);
  if (message === null) return false;
  await open(message[1]);
  return show('slack', `${message[2]}.${message[3]}`);
}

function show(column, key) {
  showTab(column);
  const element = document.querySelector(`#${column}-flow [data-key="${key}"]`);
  if (element === null) return false;
  element.scrollIntoView({ block: 'start' });
  // No class: a new picture would take it away. Asking for the layout makes the browser notice that the mark was gone.
  delete element.dataset.found;
  void element.offsetWidth;
  element.dataset.found = '';
  return true;
}
