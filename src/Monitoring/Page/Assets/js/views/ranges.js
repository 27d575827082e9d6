// Range statistics: ranges that wait until all their modules are done with a round.

import { h } from '../dom.js';
import { count, moment, plural, text } from '../format.js';
import { DataTable } from '../table.js';
import { badge, bar, ViewHead } from '../ui.js';

const named = (modules) => (modules ?? []).join(', ');
const shareOf = (round) => (round.modules?.length ? (round.complete ?? []).length / round.modules.length : null);
const isDone = (round) => !round.pending?.length;

export function ranges() {
  const head = new ViewHead('Range statistics');
  const table = new DataTable({
    caption: 'Ranges', file: 'ranges', search: 'Search ranges', keyOf: (round) => round.from, empty: 'No range has been reported yet.',
    columns: [
      { key: 'range', title: 'Range', of: (round) => round.from, size: 2 },
      { key: 'round', title: 'Round', of: (round) => round.round, isNumber: true },
      { key: 'state', title: 'State', of: (round) => (isDone(round) ? 'agreed' : 'held back'), cell: (cell, round) => badge(cell, isDone(round) ? 'good' : 'idle', isDone(round) ? 'agreed' : 'held back'), size: 1.4 },
      { key: 'done', title: 'Modules done', of: shareOf, cell: (cell, round) => bar(cell, shareOf(round), `Modules of ${round.from} that are done`), size: 2 },
      { key: 'pending', title: 'Waits for', of: (round) => named(round.pending), show: text, size: 2 },
      { key: 'failed', title: 'Without', of: (round) => named(round.failed), show: text, size: 1.6 },
      { key: 'at', title: 'Last change', of: (round) => round.at, show: moment, size: 1.8 },
    ],
  });

  function update(state) {
    const rounds = state.ranges?.rounds ?? [];
    table.update(rounds);
    const waiting = rounds.filter((round) => !isDone(round)).length;
    const all = count(state.ranges?.ranges ?? rounds.length);
    head.tell(waiting ? `${plural(waiting, 'range')} of ${all} held back until every module is done with the round.` : `${all} ranges, all agreed.`);
  }

  return { root: h('div', { class: 'stack' }, head.root, h('section', { class: 'panel' }, table.root)), update };
}
