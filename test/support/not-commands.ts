// What looks like a command and is none (S-07): texts for the conversation and for reviews, and deliveries that are not a person's new words.

export interface NotCommand {
  readonly text: string;
  /** What whoever wrote it is told; null: it was not meant for us, and nobody is told anything. */
  readonly told: string | null;
}

const silent = (text: string): NotCommand => ({ text, told: null });

export const NOT_COMMANDS: Readonly<Record<string, NotCommand>> = {
  'a quote': silent('> /deploy api to production'),
  'a quote without a space': silent('>/approve'),
  'a quote in a quote': silent('>> /approve'),
  'a quote, and a command below it': silent('> What about production?\n\n/deploy api to production'),
  'a fenced block': silent('```\n/deploy api to production\n```'),
  'a fenced block of tildes': silent('~~~\n/approve\n~~~'),
  'a fenced block with a language': silent('```sh\n/deploy api to production\n```'),
  'a suggested change': silent('```suggestion\n/approve\n```'),
  'code by indentation': silent('    /deploy api to production'),
  'code by a tab': silent('\t/approve'),
  'code in a line': silent('`/deploy api to production`'),
  'code in a line with two ticks': silent('``/approve``'),
  'a hidden comment': silent('<!-- /deploy api to production -->'),
  'a hidden comment of several lines': silent('<!--\n/deploy api to production\n-->'),
  'something hidden before a command': silent('<!-- x --> /approve'),
  'folded away': silent('<details><summary>/deploy api to production</summary></details>'),
  'a quote in HTML': silent('<blockquote>/approve</blockquote>'),
  'an invisible letter before it': silent('\u200b/approve'),
  'letters that run backwards': silent('\u202e/approve'),
  'letters of another alphabet': silent('/\u0430pprove'),
  'an entity for its slash': silent('&#47;approve'),
  'an escaped slash': silent('\\/approve'),
  'a list': silent('- /approve'),
  'a numbered list': silent('1. /approve'),
  'a list of things to do': silent('- [ ] /deploy api to production'),
  'a heading': silent('# /approve'),
  'a table': silent('| /approve | /reject |\n|---|---|'),
  'a link': silent('[/approve](https://example.test)'),
  'an image': silent('![/approve](https://example.test/x.png)'),
  'bold text': silent('**/deploy api to production**'),
  'a rule above it': silent('---\n/approve'),
  'the second line': silent('Looks good to me.\n/approve'),
  'the middle of a sentence': silent('I would /approve it if I could'),
  'the end of a sentence': silent('To start, write /deploy api to production'),
  'addressed to somebody': silent('@countersign /approve'),
  'a reply by e-mail': silent('On Mon, 23 Nov 2026 at 13:58, Ann wrote:\n> /deploy api to production\n'),
  'a reply by e-mail with headers': silent('From: Ann\nSubject: Re: [acme/api] Fix\n\n/deploy api to production'),
  'a forwarded mail': silent('-------- Forwarded message --------\n/approve'),
  'another word that begins like one': silent('/approved by everybody'),
  'another command that begins like one': silent('/deployment status'),
  'two slashes': silent('//deploy api to production'),
  'no space after it': silent('/deploy:api'),
  'a path': silent('/deploy/production.yml is wrong'),
  'nothing but space': silent(' \n\t\n'),
  'full-width letters': { text: '\uff0fapprove', told: 'Type `/approve` in plain letters.' },
  'a name that is nearly right': { text: '/deploy api to prodution', told: 'Did you mean `/deploy api to production`?' },
  'a service that is nearly right': { text: '/deploy apy to production', told: 'Did you mean `/deploy api to production`?' },
  'a line without end': { text: `/deploy api to production ${'x'.repeat(1_200)}`, told: 'a command has at most 1000' },
  'two commands in one line': { text: '/deploy api to production /approve', told: '/deploy help deploy' },
};

const ANN = { id: 1, login: 'ann', type: 'User' };
const AT = '2026-11-23T13:58:00Z';
const REPOSITORY = { id: 7, full_name: 'acme/api' };
const AROUND = { repository: REPOSITORY, sender: { id: 1, login: 'ann' }, installation: { id: 99 } };

type Change = Readonly<Record<string, unknown>>;

export function commentDelivery(text: string, comment: Change = {}, around: Change = {}): object {
  const written = { id: 1001, body: text, created_at: AT, updated_at: AT, user: ANN, performed_via_github_app: null, ...comment };
  return { action: 'created', issue: { number: 42, pull_request: { url: 'x' } }, comment: written, ...AROUND, ...around };
}

export function reviewDelivery(text: string | null, review: Change = {}, around: Change = {}): object {
  const written = { id: 1001, body: text, state: 'commented', commit_id: 'a'.repeat(40), submitted_at: AT, user: ANN, ...review };
  return { action: 'submitted', review: written, pull_request: { number: 42 }, ...AROUND, ...around };
}

export function threadDelivery(text: string, comment: Change = {}, around: Change = {}): object {
  const written = { id: 1001, body: text, created_at: AT, updated_at: AT, user: ANN, ...comment };
  return { action: 'created', comment: written, pull_request: { number: 42 }, ...AROUND, ...around };
}

interface NotWords {
  readonly event: string;
  readonly payload: object;
}

const ASKED = '/deploy api to production';
const BOT = { id: 2, login: 'helper[bot]', type: 'Bot' };
/** A fork is a repository of its own; the app may be installed there, too, by whoever made it. */
const FORK = { repository: { id: 8, full_name: 'mallory/api' } };
const comment = (...given: Parameters<typeof commentDelivery>): NotWords => ({ event: 'issue_comment', payload: commentDelivery(...given) });
const review = (...given: Parameters<typeof reviewDelivery>): NotWords => ({ event: 'pull_request_review', payload: reviewDelivery(...given) });
const thread = (...given: Parameters<typeof threadDelivery>): NotWords => ({
  event: 'pull_request_review_comment',
  payload: threadDelivery(...given),
});

/** Deliveries with good words that count for nothing, and are answered by nothing. */
export const NOT_WORDS: Readonly<Record<string, NotWords>> = {
  'a comment that was edited before it arrived': comment(ASKED, { updated_at: '2026-11-23T13:58:09Z' }),
  'the edit of a comment': comment(ASKED, {}, { action: 'edited', changes: { body: { from: 'Hm' } } }),
  'the end of a comment': comment(ASKED, {}, { action: 'deleted' }),
  'a comment by a bot': comment(ASKED, { user: BOT }, { sender: BOT }),
  'a comment by an app for somebody': comment(ASKED, { performed_via_github_app: { id: 5 } }),
  'a comment delivered for somebody else': comment(ASKED, { user: { ...ANN, id: 3 } }),
  'a comment by an account that is gone': comment(ASKED, { user: null }),
  'a comment on an issue': comment(ASKED, {}, { issue: { number: 42 } }),
  'a comment in a fork': comment(ASKED, {}, FORK),
  'the edit of a review': review(ASKED, {}, { action: 'edited', changes: { body: { from: 'Hm' } } }),
  'the end of a review': review(ASKED, { state: 'dismissed' }, { action: 'dismissed' }),
  'a review by a bot': review(ASKED, { user: BOT }, { sender: BOT }),
  'a review by an app for somebody': review(ASKED, { performed_via_github_app: { id: 5 } }),
  'a review delivered for somebody else': review(ASKED, { user: { ...ANN, id: 3 } }),
  'a review by an account that is gone': review(ASKED, { user: null }),
  'a review without words': review(null),
  'a review in a fork': review(ASKED, {}, FORK),
  'a quote at a line': thread('> /approve'),
  'a suggested change at a line': thread('```suggestion\n/approve\n```'),
  'a bot at a line': thread('/approve', { user: BOT }, { sender: BOT }),
  'the edit of a comment at a line': thread('/approve', {}, { action: 'edited', changes: { body: { from: 'Hm' } } }),
  'a command at a line in a fork': thread('/approve', {}, FORK),
};
