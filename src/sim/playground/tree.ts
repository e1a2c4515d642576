// What the page shows, as data: the server says which elements, the browser makes them. Text is always text: there is no way to pass markup on.
import type { Act } from './acts.ts';

export type Tag =
  | 'a'
  | 'article'
  | 'blockquote'
  | 'br'
  | 'button'
  | 'code'
  | 'dd'
  | 'del'
  | 'details'
  | 'div'
  | 'dl'
  | 'dt'
  | 'em'
  | 'h3'
  | 'h4'
  | 'label'
  | 'input'
  | 'li'
  | 'meter'
  | 'ol'
  | 'option'
  | 'p'
  | 'pre'
  | 'section'
  | 'select'
  | 'span'
  | 'strong'
  | 'sub'
  | 'summary'
  | 'table'
  | 'tbody'
  | 'td'
  | 'textarea'
  | 'th'
  | 'thead'
  | 'time'
  | 'tr'
  | 'ul';

/** A question before the act, as Block Kit's confirm object. */
export interface Confirm {
  readonly title: string;
  readonly text: readonly Tree[];
  readonly yes: string;
  readonly no: string;
  readonly danger: boolean;
}

export interface Props {
  /** Keeps the element, with focus and open state, from one picture to the next. */
  readonly key?: string;
  readonly class?: string;
  readonly href?: string;
  readonly title?: string;
  readonly name?: string;
  readonly value?: string;
  readonly max?: string;
  readonly maxlength?: string;
  readonly placeholder?: string;
  readonly rows?: string;
  readonly multiple?: string;
  readonly role?: string;
  readonly scope?: string;
  readonly open?: string;
  readonly required?: string;
  readonly disabled?: string;
  readonly 'aria-label'?: string;
  readonly 'aria-pressed'?: string;
  readonly act?: Act;
  readonly confirm?: Confirm;
}
export interface Element extends Props {
  readonly tag: Tag;
  readonly children: readonly Tree[];
}
export type Tree = string | Element;

/** An element. Children that are null are left out. */
export function el(tag: Tag, props: Props, ...children: readonly (Tree | readonly Tree[] | null)[]): Element {
  return { tag, ...props, children: children.flatMap((child) => (child === null ? [] : child)) };
}

/** Links lead to the web or nowhere: anything else is shown as its text. */
export function linkTo(url: string, children: readonly Tree[]): Element {
  if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) return el('span', {}, children);
  return el('a', { href: url }, children);
}

/** The text alone, for tests and accessible names. */
export function textOf(trees: readonly Tree[]): string {
  return trees.map((tree) => (typeof tree === 'string' ? tree : tree.tag === 'br' ? '\n' : textOf(tree.children))).join('');
}
