// Recommendations: how good they are, over all and for each pseudonym.

import { h } from '../dom.js';
import { count, moment, percent } from '../format.js';
import { DataTable } from '../table.js';
import { bar, Tile, ViewHead } from '../ui.js';

export function recommendations() {
  const head = new ViewHead('Recommendations');
  const tiles = { users: new Tile('Users'), precision: new Tile('Precision'), recall: new Tile('Recall') };
  const table = new DataTable({
    caption: 'Precision by user', file: 'precision', search: 'Search pseudonyms', keyOf: (one) => one.user, empty: 'Nothing has been measured yet.', sort: { key: 'precision', isDown: false },
    columns: [
      { key: 'user', title: 'User (pseudonym)', of: (one) => one.user, size: 2 },
      { key: 'precision', title: 'Precision', of: (one) => one.precision, cell: (cell, one) => bar(cell, one.precision, `Precision of ${one.user}`), size: 3 },
    ],
  });

  function update(state) {
    const part = state.recommendations ?? {};
    tiles.users.update(count(part.users));
    tiles.precision.update(percent(part.precision), 'of what was recommended was taken');
    tiles.recall.update(percent(part.recall), 'of what was taken was recommended');
    table.update(part.perUser ?? []);
    head.tell(part.at ? `As of ${moment(part.at)}.` : '');
  }

  return { root: h('div', { class: 'stack' }, head.root, h('div', { class: 'tiles' }, Object.values(tiles).map((tile) => tile.root)), h('section', { class: 'panel' }, table.root)), update };
}
