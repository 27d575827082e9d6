// Range statistics: rounds, and whether all modules are done with them.

import { h } from '../dom.js';
import { count, moment, plural } from '../format.js';
import { DataTable } from '../table.js';
import { badge, bar, ViewHead } from '../ui.js';

const modulesOf = (round) => (Array.isArray(round.modules) ? round.modules.length : round.modules);
const completeOf = (round) => (Array.isArray(round.complete) ? round.complete.length : typeof round.complete === 'boolean' ? (round.complete ? modulesOf(round) : 0) : round.complete);
const isDone = (round) => completeOf(round) >= modulesOf(round);

export function ranges() {
  const head = new ViewHead('Range statistics');
  const table = new DataTable({
    caption: 'Rounds', file: 'rounds', search: 'Search rounds', keyOf: (round) => `${round.from} ${round.to} ${round.round}`, empty: 'No round has been reported yet.',
    columns: [
      { key: 'round', title: 'Round', of: (round) => round.round },
      { key: 'from', title: 'From', of: (round) => round.from, size: 1.6 },
      { key: 'to', title: 'To', of: (round) => round.to, size: 1.6 },
      { key: 'state', title: 'State', of: (round) => (isDone(round) ? 'agreed' : 'held back'), cell: (cell, round) => badge(cell, isDone(round) ? 'good' : 'idle', isDone(round) ? 'agreed' : 'held back'), size: 1.4 },
      { key: 'modules', title: 'Modules', of: modulesOf, isNumber: true },
      { key: 'complete', title: 'Done', of: (round) => completeOf(round) / Math.max(1, modulesOf(round)), cell: (cell, round) => bar(cell, completeOf(round) / Math.max(1, modulesOf(round)), `Round ${round.round} done`), size: 2 },
      { key: 'at', title: 'Last report', of: (round) => round.at, show: moment, size: 1.6 },
    ],
  });

  function update(state) {
    const rounds = state.ranges?.rounds ?? [];
    table.update(rounds);
    const open = rounds.filter((round) => !isDone(round)).length;
    head.tell(open ? `${plural(open, 'round')} held back until every module is done with it.` : `${count(rounds.length)} rounds, all agreed.`);
  }

  return { root: h('div', { class: 'stack' }, head.root, h('section', { class: 'panel' }, table.root)), update };
}
