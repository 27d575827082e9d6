// Reservations: what waits for its other half, and how many are in which state.

import { h } from '../dom.js';
import { count, duration, plural } from '../format.js';
import { DataTable } from '../table.js';
import { badge, ViewHead } from '../ui.js';

const LONG = 3600; // seconds after which waiting is worth a look

export function reservations() {
  const head = new ViewHead('Reservations');
  const waiting = new DataTable({
    caption: 'Waiting', file: 'waiting', keyOf: (one) => one.kind, empty: 'Nothing waits.',
    columns: [
      { key: 'kind', title: 'What waits', of: (one) => one.kind, size: 3 },
      { key: 'count', title: 'How many', of: (one) => one.count, isNumber: true },
      { key: 'oldest', title: 'Oldest for', of: (one) => one.oldestSeconds ?? null, show: (value) => (value === null ? '–' : duration(value)), isNumber: true, size: 1.4 },
      { key: 'state', title: 'State', of: (one) => (one.oldestSeconds > LONG ? 'long' : 'usual'), cell: (cell, one) => badge(cell, one.oldestSeconds > LONG ? 'warn' : 'good', one.oldestSeconds > LONG ? 'waits long' : 'usual'), size: 1.4 },
    ],
  });
  const states = new DataTable({
    caption: 'States', file: 'reservation-states', keyOf: (one) => one.state, empty: 'No reservation has come yet.', sort: { key: 'count', isDown: true },
    columns: [{ key: 'state', title: 'State', of: (one) => one.state, size: 3 }, { key: 'count', title: 'Reservations', of: (one) => one.count, isNumber: true }],
  });

  function update(state) {
    const part = state.reservations ?? {};
    const all = part.waiting ?? [];
    waiting.update(all);
    states.update(Object.entries(part.states ?? {}).map(([name, number]) => ({ state: name, count: number })));
    const sum = all.reduce((total, one) => total + (one.count ?? 0), 0);
    head.tell(sum ? `${plural(sum, 'message')} wait for what belongs to them.` : `Nothing waits; ${count(Object.values(part.states ?? {}).reduce((a, b) => a + b, 0))} reservations.`);
  }

  return { root: h('div', { class: 'stack' }, head.root, h('div', { class: 'columns' }, h('section', { class: 'panel' }, waiting.root), h('section', { class: 'panel' }, states.root))), update };
}
