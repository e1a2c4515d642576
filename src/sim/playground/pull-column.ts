// The pull request column: title, head, checks, and the conversation.
import type { CheckView } from '../github/check-view.ts';
import { isRecord } from '../slack/world.ts';
import { PEOPLE, REPOSITORY, type World } from '../world.ts';
import { markdown } from './markdown.ts';
import { el, type Tree } from './tree.ts';

type Comment = ReturnType<World['github']['comments']>[number];

const SHOWN_MAX = 60;
const REACTION: Readonly<Record<string, string>> = {
  '+1': '👍',
  '-1': '👎',
  laugh: '😄',
  hooray: '🎉',
  confused: '😕',
  heart: '❤️',
  rocket: '🚀',
  eyes: '👀',
};

export function pullColumn(world: World): readonly Tree[] {
  return [pullHead(world), el('div', { class: 'comments', key: 'comments' }, conversation(world))];
}

function pullHead(world: World): Tree {
  const pull = world.github.pullRequest(REPOSITORY, world.pullRequest);
  const head = isRecord(pull['head']) ? pull['head'] : {};
  const base = isRecord(pull['base']) ? pull['base'] : {};
  const sha = String(head['sha']);
  const checks = world.github.checks(REPOSITORY, sha);
  return el('div', { class: 'pull', key: 'pull' }, [
    el('h3', {}, String(pull['title']), ' ', el('span', { class: 'number' }, `#${world.pullRequest}`)),
    el(
      'p',
      { class: 'facts' },
      el('span', { class: `state ${String(pull['state'])}` }, pull['merged'] === true ? 'merged' : String(pull['state'])),
      ` ${String(pull['commits'])} commit${pull['commits'] === 1 ? '' : 's'} from `,
      el('code', {}, String(head['ref'])),
      ' into ',
      el('code', {}, String(base['ref'])),
      ' · head ',
      el('code', { title: sha }, sha.slice(0, 7)),
    ),
    el(
      'ul',
      { class: 'checks', 'aria-label': 'Checks' },
      checks.map((check) => drawCheck(check)),
    ),
  ]);
}

const SIGN: Readonly<Record<string, string>> = { success: '✅', failure: '❌', error: '❌' };

function drawCheck({ name, result }: CheckView): Tree {
  const flip = result === 'success' ? 'failure' : 'success';
  // The status of the pipeline that builds the pull request is left alone.
  const button = name.includes('/')
    ? null
    : el(
        'button',
        { class: 'small', key: 'flip', act: { do: 'check', name, result: flip } },
        flip === 'failure' ? `Make ${name} fail` : `Make ${name} pass`,
      );
  return el('li', { key: name }, `${SIGN[result] ?? '⏳'} ${name} `, el('span', { class: 'note' }, result), ' ', button);
}

function conversation(world: World): readonly Tree[] {
  const comments = world.github.comments(REPOSITORY, world.pullRequest);
  if (comments.length === 0) return [el('p', { class: 'empty' }, 'No comments yet.')];
  return comments.slice(-SHOWN_MAX).map(drawComment);
}

function drawComment(comment: Comment): Tree {
  const name = comment.viaApp ? comment.login.replace('[bot]', '') : comment.login;
  const known = Object.values<{ name: string; github: { login: string } | null; role: string }>(PEOPLE).find(
    ({ github }) => github?.login === comment.login,
  );
  const at = new Date(comment.createdAt);
  const isEdited = comment.updatedAt > comment.createdAt;
  return el('article', { class: `comment${comment.viaApp ? ' by-bot' : ''}`, key: String(comment.id), 'aria-label': `Comment by ${name}` }, [
    el(
      'p',
      { class: 'byline' },
      el('strong', {}, name),
      comment.viaApp ? el('span', { class: 'badge' }, 'bot') : known === undefined ? null : el('span', { class: 'note' }, known.role),
      el('time', { title: at.toISOString() }, at.toLocaleTimeString('en-GB')),
      isEdited ? el('span', { class: 'note' }, 'edited') : null,
    ),
    el('div', { class: 'content markdown' }, markdown(comment.body)),
    ...(comment.reactions.length === 0 ? [] : [reactions(comment)]),
  ]);
}

function reactions({ reactions }: Comment): Tree {
  const words = reactions.map(({ login, content }) => `${login} reacted ${content}`).join(', ');
  return el(
    'p',
    { class: 'reactions', role: 'img', 'aria-label': words, title: words },
    reactions.map(({ content }, i) => el('span', { key: `${content}${i}` }, REACTION[content] ?? content)),
  );
}
