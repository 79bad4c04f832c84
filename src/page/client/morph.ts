/**
 * Makes a node equal to another one. Equal nodes stay, elements are matched by their id, and an expanded or collapsed section
 * stays expanded or collapsed.
 */
export function morph(node: Element, target: Element): void {
  for (const name of node.getAttributeNames()) {
    if (name !== 'open' && !target.hasAttribute(name)) node.removeAttribute(name);
  }
  for (const { name, value } of target.attributes) {
    if (name !== 'open' && node.getAttribute(name) !== value) node.setAttribute(name, value);
  }
  const targets = [...target.childNodes];
  for (const [index, child] of targets.entries()) {
    const present = node.childNodes[index] ?? null;
    const same = withIdOf(child, node);
    if (same) {
      if (same !== present) node.insertBefore(same, present);
      morph(same, child as Element);
    } else if (present instanceof Text && child instanceof Text) {
      if (present.data !== child.data) present.data = child.data;
    } else if (present instanceof Element && child instanceof Element && isAlike(present, child)) morph(present, child);
    else node.insertBefore(child, present);
  }
  while (node.childNodes.length > targets.length) node.lastChild?.remove();
}

function withIdOf(child: Node, parent: Element): Element | undefined {
  if (!(child instanceof Element) || child.id === '') return undefined;
  return [...parent.children].find(({ id }) => id === child.id);
}

/** An element with an id matches only the element with the same id, see `withIdOf()`. */
function isAlike(present: Element, child: Element): boolean {
  return present.tagName === child.tagName && present.id === '' && child.id === '';
}
