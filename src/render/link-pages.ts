// The pages of linking two accounts: small, without scripts, everything shown is escaped. Pure.
import type { GithubAccount, LinkReason, SlackAccount } from '../../workflows/people-contract.ts';
import type { Millis } from '../../workflows/vocabulary.ts';
import { escapeHtml, oneLine } from './escape.ts';
import { clock } from './time.ts';

/** Where a one-time URL leads; the other pages are below it. */
export const LINK_PATH = '/github/link';

/** Why there is nothing to confirm. */
export type NoLink =
  | LinkReason
  /** The browser that came back is not the one that left, or the answer is not to its question. */
  | { readonly code: 'other-browser' }
  /** The person did not let us know who they are. */
  | { readonly code: 'declined' }
  /** GitHub refused to say who signed in. */
  | { readonly code: 'not-accepted' }
  | { readonly code: 'no-answer'; readonly from: 'GitHub' | 'Temporal' }
  | { readonly code: 'busy' };

export type LinkPage =
  | {
      readonly kind: 'confirm';
      readonly slack: SlackAccount;
      readonly github: GithubAccount;
      readonly expiresAt: Millis;
      readonly form: { readonly action: string; readonly token: string };
    }
  | { readonly kind: 'linked'; readonly slack: SlackAccount; readonly github: GithubAccount }
  | { readonly kind: 'refused'; readonly reason: NoLink };

export interface PageContext {
  readonly now: Millis;
  /** Name of the Slack workspace. */
  readonly workspace: string;
  /** The word of the slash command. */
  readonly prefix: string;
}

/** The only style; the pages' policy names its digest. */
export const LINK_STYLE = `
:root { color-scheme: light dark; --line: #8885; --soft: #8881; }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 40rem; margin: 0 auto; padding: 2rem 1rem 3rem; }
header { font-size: .85rem; letter-spacing: .02em; opacity: .75; margin-bottom: 2rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 1rem; text-wrap: balance; }
p { margin: 0 0 1rem; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(15rem, 1fr)); gap: 1rem; margin: 1.5rem 0; }
dl > div { border: 1px solid var(--line); border-radius: .6rem; padding: .9rem 1.1rem; background: var(--soft); min-width: 0; }
dt { font-size: .85rem; opacity: .75; }
dd { margin: 0; overflow-wrap: anywhere; }
dd b { font-size: 1.2rem; }
dd small, footer { font-size: .85rem; opacity: .75; }
code { font: .9em ui-monospace, monospace; background: var(--soft); border-radius: .3rem; padding: .1em .3em; }
button { font: inherit; font-weight: 600; width: 100%; max-width: 22rem; padding: .7rem 1.2rem; border: 0; border-radius: .5rem; background: #1a7f37; color: #fff; cursor: pointer; }
button:hover { background: #156a2e; }
button:focus-visible { outline: 3px solid #54aeff; outline-offset: 2px; }
footer { margin-top: 1.5rem; border-top: 1px solid var(--line); padding-top: 1rem; }
`;

export function linkPage(page: LinkPage, context: PageContext): string {
  switch (page.kind) {
    case 'confirm':
      return whole('Are both of these you?', [accounts(page, context), confirmForm(page, context)], context);
    case 'linked':
      return whole(
        'Linked',
        [
          accounts(page, context),
          `<p>What this GitHub account may do, you may now do from Slack, and the other way round. You can close this page.</p>`,
          `<footer>You were told in Slack as well. To take the link back, type <code>${shown(context.prefix)} link revoke</code> there.</footer>`,
        ],
        context,
      );
    case 'refused': {
      const { title, said, wayOut } = wordsOf(page.reason, context);
      return whole(title, [`<p>${said}</p>`, `<p>${wayOut}</p>`], context);
    }
  }
}

function whole(title: string, parts: readonly string[], { workspace }: PageContext): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex"><title>${shown(title)} · Countersign</title><style>${LINK_STYLE}</style></head>
<body>
<header>Countersign · ${shown(workspace)}</header>
<main>
<h1>${shown(title)}</h1>
${parts.join('\n')}
</main>
</body>
</html>
`;
}

function accounts({ slack, github }: { readonly slack: SlackAccount; readonly github: GithubAccount }, { workspace }: PageContext): string {
  return `<dl>
<div><dt>Slack</dt><dd><b>${shown(slack.name)}</b><br>in ${shown(workspace)}<br><small>member ${shown(slack.user)} of workspace ${shown(slack.team)}</small></dd></div>
<div><dt>GitHub</dt><dd><b>${shown(github.login)}</b><br><small>account ${github.id}</small></dd></div>
</dl>`;
}

function confirmForm({ form, expiresAt }: Extract<LinkPage, { kind: 'confirm' }>, { now, prefix }: PageContext): string {
  return `<p>Confirm only if both accounts are yours. From then on, what one may do counts for the other: whoever has the Slack account above can act with your rights on GitHub.</p>
<form method="post" action="${shown(form.action)}"><input type="hidden" name="form" value="${shown(form.token)}"><button type="submit">Both are mine: link them</button></form>
<footer>Nothing is linked yet; without your confirmation nothing will be, and this page stops working at ${shown(clock(expiresAt, now))}. If one of the two is not you, close this page. A link is taken back with <code>${shown(prefix)} link revoke</code>.</footer>`;
}

interface Words {
  readonly title: string;
  readonly said: string;
  readonly wayOut: string;
}

function wordsOf(reason: NoLink, { now, prefix }: PageContext): Words {
  const again = `Type <code>${shown(prefix)} link</code> in Slack for a new link.`;
  switch (reason.code) {
    case 'token-unknown':
      return { title: 'This link does not work', said: 'It is not complete, was replaced by a newer one, or is too old.', wayOut: again };
    case 'token-used':
      return {
        title: 'This link was used already',
        said: 'Each link works once.',
        wayOut: `<code>${shown(prefix)} link</code> in Slack shows how your accounts are linked now.`,
      };
    case 'token-expired':
      return { title: 'This link has expired', said: `It worked for ten minutes, until ${shown(clock(reason.at, now))}.`, wayOut: again };
    case 'other-session':
      return {
        title: 'Somebody signed in with this link already',
        said: 'It was in another browser, or with another GitHub account. Nothing was linked here.',
        wayOut: `If that was not you, somebody else has seen your link. ${again} The old one stops working then.`,
      };
    case 'other-browser':
      return {
        title: 'This is not where you began',
        said: 'The sign-in was begun in another browser, took longer than ten minutes, or was begun by somebody else. Nothing was linked.',
        wayOut: again,
      };
    case 'not-signed-in':
      return {
        title: 'You have not signed in yet',
        said: 'Nothing was linked.',
        wayOut: 'Open the link from Slack once more, and sign in at GitHub.',
      };
    case 'declined':
      return {
        title: 'Nothing was linked',
        said: 'You did not let GitHub say who you are.',
        wayOut: 'Open the link from Slack once more if you change your mind.',
      };
    case 'not-accepted':
      return {
        title: 'GitHub did not accept the sign-in',
        said: 'It refused to say who signed in. Nothing was linked.',
        wayOut: 'Open the link from Slack once more. If it happens again, tell whoever runs Countersign.',
      };
    case 'slack-linked':
      return {
        title: 'This Slack account is linked already',
        said: `It is linked to <b>${shown(reason.to.login)}</b> on GitHub. An account has one link.`,
        wayOut: `Take that back first: <code>${shown(prefix)} link revoke</code> in Slack.`,
      };
    case 'github-linked':
      return {
        title: 'This GitHub account is linked already',
        said: `It is linked to <b>${shown(reason.to.name)}</b> (${shown(reason.to.user)}) in Slack. An account has one link.`,
        wayOut: `Take that back first: <code>${shown(prefix)} link revoke</code>, in Slack from that account, or on a pull request from this one.`,
      };
    case 'reviewed-otherwise':
      return {
        title: 'The configuration says otherwise',
        said: `It says that this ${reason.account.surface === 'slack' ? 'Slack' : 'GitHub'} account belongs to <b>${shown(reason.name)}</b>. What was reviewed wins; nothing was linked.`,
        wayOut: 'Sign in with your own account, or have the entry under <code>people</code> changed.',
      };
    case 'no-answer':
      return { title: `${reason.from} does not answer`, said: 'Nothing was linked.', wayOut: 'Open the link from Slack once more in a minute.' };
    case 'busy':
      return { title: 'Too many people at once', said: 'Nothing was linked.', wayOut: 'Open the link from Slack once more in a minute.' };
  }
}

function shown(text: string): string {
  return escapeHtml(oneLine(text, 200));
}
