// Makes elements out of the data of src/sim/playground/tree.ts, and changes those that are there already: focus, open threads and
// half-typed answers survive a new picture. Text becomes text nodes only.

const ATTRIBUTES = [
  'class',
  'href',
  'title',
  'name',
  'value',
  'max',
  'maxlength',
  'placeholder',
  'rows',
  'multiple',
  'role',
  'scope',
  'required',
  'disabled',
  'aria-label',
  'aria-pressed',
];

/** Element → what clicking it does. */
export const acts = new WeakMap();

/** Makes the children of `parent` what `trees` say. */
export function draw(parent, trees) {
  const keyed = new Map();
  for (const child of parent.children) if (child.dataset.key !== undefined) keyed.set(child.dataset.key, child);
  let next = parent.firstChild;
  for (const tree of trees) {
    const node = nodeFor(tree, next, keyed);
    if (node === next) next = next.nextSibling;
    else parent.insertBefore(node, next);
  }
  while (next !== null) {
    const gone = next;
    next = next.nextSibling;
    gone.remove();
  }
}

/** The node that shows the tree: one that is there already, or a new one. */
function nodeFor(tree, next, keyed) {
  if (typeof tree === 'string') {
    if (next?.nodeType !== Node.TEXT_NODE) return document.createTextNode(tree);
    if (next.data !== tree) next.data = tree;
    return next;
  }
  const known = tree.key === undefined ? next : keyed.get(tree.key);
  const fits = known?.nodeType === Node.ELEMENT_NODE && known.localName === tree.tag && known.dataset.key === tree.key;
  const element = fits ? known : document.createElement(tree.tag);
  dress(element, tree);
  if (tree.tag !== 'textarea') draw(element, tree.children);
  // Once somebody has chosen, the attribute alone changes nothing; what Slack knows is what is shown.
  if (tree.tag === 'select') choose(element, tree.value.split('\n'));
  return element;
}

function choose({ options }, values) {
  for (const option of options) option.selected = values.includes(option.value);
}

function dress(element, tree) {
  for (const name of ATTRIBUTES) {
    const value = tree[name];
    if (value === undefined) element.removeAttribute(name);
    else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  if (tree.key !== undefined) element.dataset.key = tree.key;
  if (tree.tag === 'a') {
    element.target = '_blank';
    element.rel = 'noopener noreferrer';
  }
  if (tree.tag === 'button') element.type = 'button';
  if (tree.act === undefined) acts.delete(element);
  else acts.set(element, { act: tree.act, confirm: tree.confirm ?? null });
}
