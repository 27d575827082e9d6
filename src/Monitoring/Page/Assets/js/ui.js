// Small pieces that all views are made of: marks, badges, bars, tiles, dialogs.

import { h, newId, s, setAttribute, setShown, setText } from './dom.js';
import { percent } from './format.js';
import { Spark } from './chart.js';

// A shape of its own for each tone: nothing is told by colour alone.
const SHAPES = {
  good: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zm3.3 4.2L7 9.5 4.9 7.4 3.8 8.5 7 11.7l5.4-5.4z',
  warn: 'M8 1l7.5 13.5H.5zM7.2 6v4.2h1.6V6zm0 5.4V13h1.6v-1.6z',
  bad: 'M5 .9h6L15.1 5v6L11 15.1H5L.9 11V5zM5.4 4.3 4.3 5.4 6.9 8l-2.6 2.6 1.1 1.1L8 9.1l2.6 2.6 1.1-1.1L9.1 8l2.6-2.6-1.1-1.1L8 6.9z',
  idle: 'M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1zM5.2 5v6h1.9V5zm3.7 0v6h1.9V5z',
};

/** The mark of a tone: good, warn, bad, idle. */
export function mark(tone) {
  const path = s('path', { fill: 'currentColor', 'fill-rule': 'evenodd' });
  const svg = s('svg', { viewBox: '0 0 16 16', class: 'badge-mark', 'aria-hidden': 'true' }, path);
  setMark(svg, tone);
  return svg;
}

/** Changes a mark's tone. */
export const setMark = (svg, tone) => setAttribute(svg.firstChild, 'd', SHAPES[tone] ?? SHAPES.idle);

/** Puts a badge into a cell, or changes the one that is there. */
export function badge(parent, tone, text) {
  let element = parent.querySelector(':scope > .badge');
  if (!element) {
    element = h('span', { class: 'badge' }, mark(tone), h('span'));
    parent.replaceChildren(element);
  }
  setAttribute(element, 'class', `badge ${tone}`);
  setMark(element.firstChild, tone);
  setText(element.lastChild, text);
  return element;
}

/** Puts a bar with its percentage into a cell, or changes the one that is there. */
export function bar(parent, share, label) {
  let cell = parent.querySelector(':scope > .bar-cell');
  if (!cell) {
    cell = h('span', { class: 'bar-cell' },
      h('span', { class: 'bar', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100 }, h('span')), h('span', { class: 'share' }));
    parent.replaceChildren(cell);
  }
  const known = Number.isFinite(share) ? Math.min(1, Math.max(0, share)) : 0;
  const line = cell.firstChild;
  setAttribute(line, 'aria-label', label);
  setAttribute(line, 'aria-valuenow', Math.floor(known * 100));
  line.firstChild.style.width = `${known * 100}%`;
  setText(cell.lastChild, percent(share));
}

/** A tile with a name, a value, a note and, if wanted, a small line. `href` makes it a link. */
export class Tile {
  constructor(name, { href = null, hasSpark = false } = {}) {
    this.value = h('span', { class: 'value', text: '–' });
    this.note = h('span', { class: 'note' });
    this.spark = hasSpark ? new Spark() : null;
    this.root = h(href ? 'a' : 'div', { class: 'tile', href }, h('span', { class: 'name', text: name }), this.value, this.note, this.spark?.root);
  }

  update(value, note = '', history = null) {
    setText(this.value, value);
    setText(this.note, note);
    if (history) this.spark?.update(history);
  }
}

/** The head of a view: its title, a sentence that is kept up to date, and room for buttons. */
export class ViewHead {
  constructor(title) {
    this.sentence = h('p');
    this.actions = h('div', { class: 'actions' });
    this.root = h('div', { class: 'view-head' }, h('h1', { text: title }), this.sentence, this.actions);
  }

  tell(sentence) {
    setText(this.sentence, sentence);
  }
}

/** A list of names and values, kept up to date. */
export class Pairs {
  constructor() {
    this.root = h('dl', { class: 'pairs' });
    this.cells = new Map();
  }

  update(entries) {
    for (const [name, value] of entries) {
      if (!this.cells.has(name)) {
        const cell = h('dd');
        this.cells.set(name, cell);
        this.root.append(h('dt', { text: name }), cell);
      }
      setText(this.cells.get(name), value);
    }
  }
}

/** What came of something, told to all. */
export class Outcome {
  constructor() {
    this.root = h('p', { class: 'outcome', role: 'status' });
    setShown(this.root, false);
  }

  tell(tone, text) {
    setAttribute(this.root, 'class', `outcome ${tone}`);
    setText(this.root, text);
    setShown(this.root, Boolean(text));
  }
}

/**
 * Asks before something is done. Answers true when the button named `does` was pressed; Escape and Cancel answer false. The focus comes back to where it was.
 */
export function confirm({ title, text, details = [], does }) {
  return new Promise((resolve) => {
    const titleId = newId('dialog');
    const cancel = h('button', { type: 'submit', value: 'no', text: 'Cancel' });
    const act = h('button', { type: 'submit', value: 'yes', class: 'primary', text: does });
    const dialog = h('dialog', { 'aria-labelledby': titleId },
      h('form', { method: 'dialog' },
        h('h2', { id: titleId, text: title }), h('p', { text }),
        details.length ? h('ul', {}, details.map((one) => h('li', { text: one }))) : null,
        h('div', { class: 'actions' }, cancel, act)));
    const before = document.activeElement;
    dialog.addEventListener('close', () => {
      dialog.remove();
      before?.focus?.({ preventScroll: true });
      resolve(dialog.returnValue === 'yes');
    });
    document.body.append(dialog);
    dialog.showModal();
    cancel.focus();
  });
}

/** A labelled field. */
export function field(label, input) {
  const id = newId('field');
  input.id = id;
  return h('div', { class: 'field' }, h('label', { for: id, text: label }), input);
}
