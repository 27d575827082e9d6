// Making elements and changing them: nothing is built again that is already there, so that focus, selection and scroll positions stay.

const SVG = 'http://www.w3.org/2000/svg';

/** Makes an HTML element. `properties`: attributes; `on` holds listeners, `text` the text, `data` data attributes. Nulls are left out. */
export function h(tag, properties = {}, ...children) {
  return fill(document.createElement(tag), properties, children);
}

/** Makes an SVG element, like `h`. */
export function s(tag, properties = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), properties, children);
}

function fill(element, properties, children) {
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === 'on') for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
    else if (name === 'text') element.textContent = value;
    else if (name === 'data') Object.assign(element.dataset, value);
    else element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/** Sets a text, if it is another one. */
export function setText(element, text) {
  const wanted = text === null || text === undefined ? '' : String(text);
  if (element.firstChild && element.firstChild === element.lastChild && element.firstChild.nodeType === Node.TEXT_NODE) {
    if (element.firstChild.data !== wanted) element.firstChild.data = wanted;
  } else if (element.textContent !== wanted || element.firstElementChild) {
    element.textContent = wanted;
  }
  return element;
}

/** Sets an attribute, if it is another value; null takes it away. */
export function setAttribute(element, name, value) {
  if (value === null || value === undefined || value === false) {
    if (element.hasAttribute(name)) element.removeAttribute(name);
  } else {
    const wanted = value === true ? '' : String(value);
    if (element.getAttribute(name) !== wanted) element.setAttribute(name, wanted);
  }
}

/** Shows or hides. */
export function setShown(element, isShown) {
  if (element.hidden === isShown) element.hidden = !isShown;
}

/**
 * Makes the children of `parent` follow `items`: one child a key, in their order. What is there is updated in place; only what is new is made.
 * `make(item)` makes a child, `update(child, item, index)` brings it up to date. Whoever has the focus keeps it.
 */
export function keyed(parent, items, keyOf, make, update) {
  const byKey = parent.keyedChildren ?? (parent.keyedChildren = new Map());
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  const keys = items.map((item, index) => String(keyOf(item, index)));
  const wanted = new Set(keys);
  for (const [key, child] of byKey) {
    if (wanted.has(key)) continue;
    byKey.delete(key);
    child.remove();
  }
  let next = parent.firstChild;
  items.forEach((item, index) => {
    if (!wanted.delete(keys[index])) return; // a key that stands twice is shown once
    let child = byKey.get(keys[index]);
    if (!child) {
      child = make(item, index);
      byKey.set(keys[index], child);
    }
    update?.(child, item, index);
    if (child === next) next = next.nextSibling;
    else parent.insertBefore(child, next);
  });
  if (focused && focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}

let lastId = 0;

/** A new id for an element that another one names. */
export const newId = (what) => `${what}-${++lastId}`;
