// Synchronisation of cards: shards, who has them, how far they are, and operators that are not called for now.

import { h } from '../dom.js';
import { count, moment, plural, text } from '../format.js';
import { DataTable } from '../table.js';
import { badge, bar, ViewHead } from '../ui.js';

const TONES = { closed: 'good', 'half-open': 'warn', open: 'bad', done: 'good', running: 'good', pending: 'idle', waiting: 'idle', throttled: 'warn', failed: 'bad' };
const WORDS = { closed: 'calls go through', 'half-open': 'trying again', open: 'not called' };

export function sync() {
  const head = new ViewHead('Synchronisation');
  const shards = new DataTable({
    caption: 'Shards', file: 'shards', search: 'Search shards', keyOf: (one) => `${one.group ?? ''} ${one.shard}`, empty: 'No shard yet.',
    columns: [
      { key: 'shard', title: 'Shard', of: (one) => one.shard },
      { key: 'group', title: 'Enterprise', of: (one) => one.group, show: text, size: 1.6 },
      { key: 'owner', title: 'Owner', of: (one) => one.owner, show: (value) => value || 'nobody', size: 2 },
      { key: 'state', title: 'State', of: (one) => one.state, cell: (cell, one) => badge(cell, TONES[one.state] ?? 'idle', text(one.state)), size: 1.4 },
      { key: 'done', title: 'Done', of: (one) => (one.total ? one.done / one.total : null), cell: (cell, one) => bar(cell, one.total ? one.done / one.total : null, `Shard ${one.shard} done`), size: 2 },
      { key: 'cards', title: 'Cards', of: (one) => one.total, isNumber: true },
    ],
  });
  const breakers = new DataTable({
    caption: 'Operators', file: 'operators', keyOf: (one) => one.operator, empty: 'No operator has been called yet.',
    columns: [
      { key: 'operator', title: 'Operator', of: (one) => one.operator, size: 2 },
      { key: 'state', title: 'Breaker', of: (one) => one.state, cell: (cell, one) => badge(cell, TONES[one.state] ?? 'idle', WORDS[one.state] ?? text(one.state)), size: 1.8 },
      { key: 'since', title: 'Since', of: (one) => one.since, show: moment, size: 1.8 },
    ],
  });

  function update(state) {
    const part = state.sync ?? {};
    const all = part.shards ?? [];
    shards.update(all);
    breakers.update(part.breakers ?? []);
    const [done, total] = all.reduce(([a, b], one) => [a + (one.done ?? 0), b + (one.total ?? 0)], [0, 0]);
    const owners = new Set(all.map((one) => one.owner).filter(Boolean)).size;
    head.tell(`${count(done)} of ${plural(total, 'card')} in ${plural(all.length, 'shard')} of ${plural(owners, 'owner')}.`);
  }

  return { root: h('div', { class: 'stack' }, head.root, h('section', { class: 'panel' }, shards.root), h('section', { class: 'panel' }, breakers.root)), update };
}
