// The pull request column: title, head, checks, deployments, and the conversation.
import type { CheckView, DeploymentView } from '../github/check-view.ts';
import type { ReviewView } from '../github/views.ts';
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
    ...deployments(world),
  ]);
}

const SIGN: Readonly<Record<string, string>> = {
  success: '✅',
  failure: '❌',
  error: '❌',
  cancelled: '✖️',
  timed_out: '⌛',
  neutral: '⏭️',
  inactive: '⚪',
};
const DEPLOYMENTS_MAX = 4;

/** The newest of the repository. */
function deployments(world: World): readonly Tree[] {
  const shown = world.github.deployments(REPOSITORY).slice(-DEPLOYMENTS_MAX).toReversed();
  return shown.length === 0 ? [] : [el('ul', { class: 'checks', key: 'deployments', 'aria-label': 'Deployments' }, shown.map(drawDeployment))];
}

function drawDeployment({ id, environment, sha, state, description }: DeploymentView): Tree {
  return el('li', { key: String(id) }, [
    `${SIGN[state] ?? '🚚'} ${environment} `,
    el('code', { title: sha }, sha.slice(0, 7)),
    ' ',
    el('span', { class: 'note', title: description }, state.replaceAll('_', ' ')),
  ]);
}

function drawCheck({ name, result, title }: CheckView): Tree {
  const flip = result === 'success' ? 'failure' : 'success';
  // The status of the pipeline that builds the pull request is left alone.
  const button = name.includes('/')
    ? null
    : el(
        'button',
        { class: 'small', key: 'flip', act: { do: 'check', name, result: flip } },
        flip === 'failure' ? `Make ${name} fail` : `Make ${name} pass`,
      );
  return el('li', { key: name }, `${SIGN[result] ?? '⏳'} ${name} `, el('span', { class: 'note' }, title ?? result), ' ', button);
}

function conversation(world: World): readonly Tree[] {
  const comments = world.github.comments(REPOSITORY, world.pullRequest);
  const reviews = world.github.reviews(REPOSITORY, world.pullRequest);
  const said = [
    ...comments.map((comment) => ({ at: comment.createdAt, tree: drawComment(comment) })),
    ...reviews.map((review) => ({ at: review.at, tree: drawReview(review) })),
  ].toSorted((one, other) => one.at - other.at);
  if (said.length === 0) return [el('p', { class: 'empty' }, 'No comments yet.')];
  return said.slice(-SHOWN_MAX).map(({ tree }) => tree);
}

const OPINION: Readonly<Record<ReviewView['state'], string>> = {
  APPROVED: '✅ approved the code',
  CHANGES_REQUESTED: '🛑 asked for changes of the code',
  COMMENTED: '👁 reviewed the code',
  DISMISSED: 'had reviewed the code',
};

function drawReview({ id, login, state, body, at: when }: ReviewView): Tree {
  const at = new Date(when);
  return el('article', { class: 'comment', key: `review-${id}`, 'aria-label': `Review by ${login}` }, [
    el(
      'p',
      { class: 'byline' },
      el('strong', {}, login),
      el('span', { class: 'note' }, OPINION[state]),
      el('time', { title: at.toISOString() }, at.toLocaleTimeString('en-GB')),
    ),
    ...(body === '' ? [] : [el('div', { class: 'content markdown' }, markdown(body))]),
  ]);
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
