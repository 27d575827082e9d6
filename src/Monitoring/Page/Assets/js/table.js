// A table of any length: only the rows that can be seen are in the document. Rows keep their elements while they stay in sight, so that an update
// changes texts and nothing else. What is printed has all rows.

import { h, keyed, newId, setAttribute, setShown, setText } from './dom.js';
import { count } from './format.js';

const ROW = 34; // pixels; what css/table.css gives a row
const SPARE = 12; // rows beyond both ends of what is seen
const MOST_PRINTED = 20000;

/**
 * A column: `{ key, title, of(row), show(value, row), isNumber, size, cell(td, row), sortable }`. `of` is what is sorted and searched by, `show` its text; `cell`
 * fills the cell itself instead. `size` is its share of the width.
 */
export class DataTable {
  /**
   * `caption` names it to all; `columns`; `keyOf(row)`; `search`: a label of a search field, or null; `empty`: the sentence for no rows; `sort`: `{ key, isDown }`;
   * `file`: the name for its download as CSV, or null; `onOrder({ search, sort })`: somebody else filters and sorts, as the rows are not all here.
   */
  constructor(options) {
    this.options = { search: null, empty: 'Nothing here.', sort: null, file: null, height: 420, ...options };
    this.columns = options.columns.map((column) => ({ size: column.isNumber ? 1.15 : 1.6, sortable: true, ...column }));
    this.sort = this.options.sort;
    this.needle = '';
    this.rows = [];
    this.seen = [];
    this.isPrinting = false;
    this.build();
  }

  build() {
    const { caption, search, file } = this.options;
    const captionId = newId('caption');
    this.heads = new Map(this.columns.map((column) => [column.key, this.head(column)]));
    this.body = h('tbody');
    this.above = h('tbody', { class: 'spacer', 'aria-hidden': 'true' }, h('tr', {}, h('td', { colspan: this.columns.length })));
    this.below = this.above.cloneNode(true);
    this.table = h('table', { class: 'data', 'aria-labelledby': captionId },
      h('colgroup', {}, this.columns.map(() => h('col'))),
      h('thead', {}, h('tr', { 'aria-rowindex': 1 }, [...this.heads.values()].map((head) => head.cell))),
      this.above, this.body, this.below);
    this.scroller = h('div', { class: 'table-scroll', role: 'region', 'aria-labelledby': captionId, tabindex: 0 }, this.table);
    this.scroller.style.maxHeight = `${this.options.height}px`;
    this.empty = h('p', { class: 'empty', text: this.options.empty });
    this.found = h('span', { class: 'found', role: 'status' });
    this.searchField = search && h('input', { type: 'search', placeholder: search, 'aria-label': search, autocomplete: 'off', spellcheck: 'false' });
    this.download = file && h('button', { type: 'button', class: 'quiet', text: 'CSV', 'aria-label': `${caption}: download as CSV` });
    this.root = h('div', { class: 'table-block' },
      h('div', { class: 'table-bar' }, h('h2', { id: captionId, text: caption }), this.found, this.searchField, this.download),
      this.scroller, this.empty);
    this.shapeColumns();
    this.listen();
    this.draw();
  }

  head(column) {
    const kind = column.isNumber ? 'number' : null;
    if (!column.sortable) return { cell: h('th', { scope: 'col', class: kind, text: column.title }) };
    const mark = h('span', { class: 'sort-mark', 'aria-hidden': 'true' });
    const button = h('button', { type: 'button', class: 'sort', on: { click: () => this.sortBy(column) } }, h('span', { text: column.title }), mark);
    return { cell: h('th', { scope: 'col', class: kind }, button), mark };
  }

  shapeColumns() {
    const sum = this.columns.reduce((total, column) => total + column.size, 0);
    this.table.querySelectorAll('col').forEach((col, index) => {
      col.style.width = `${(this.columns[index].size / sum) * 100}%`;
    });
    this.table.style.minWidth = `${Math.round(sum * 78)}px`;
  }

  listen() {
    this.scroller.addEventListener('scroll', () => this.draw(), { passive: true });
    this.searchField?.addEventListener('input', () => {
      this.needle = this.searchField.value.trim().toLowerCase();
      this.scroller.scrollTop = 0;
      this.reorder();
    });
    this.download?.addEventListener('click', () => save(`${this.options.file}.csv`, this.csv()));
    new ResizeObserver(() => this.draw()).observe(this.scroller);
    globalThis.addEventListener('beforeprint', () => this.print(true));
    globalThis.addEventListener('afterprint', () => this.print(false));
  }

  /** Shows these rows. `total`: how many there are, where `rows` is a sparse array of those that are here. */
  update(rows) {
    this.rows = rows ?? [];
    this.arrange();
    this.draw();
  }

  sortBy(column) {
    const isDown = this.sort?.key === column.key ? !this.sort.isDown : Boolean(column.isNumber);
    this.sort = { key: column.key, isDown };
    this.reorder();
  }

  reorder() {
    if (this.options.onOrder) this.options.onOrder({ search: this.needle, sort: this.sort });
    else this.arrange();
    this.draw();
  }

  arrange() {
    if (this.options.onOrder) {
      this.seen = this.rows;
      return;
    }
    const matching = this.needle ? this.rows.filter((row) => this.textOf(row).includes(this.needle)) : this.rows;
    const column = this.sort && this.columns.find((one) => one.key === this.sort.key);
    if (!column) {
      this.seen = matching;
      return;
    }
    const sign = this.sort.isDown ? -1 : 1;
    this.seen = [...matching].sort((a, b) => sign * compare(column.of(a), column.of(b), sign));
  }

  textOf(row) {
    return this.columns.map((column) => column.of?.(row) ?? '').join(' ').toLowerCase();
  }

  draw() {
    const total = this.seen.length;
    const [from, to] = this.span(total);
    const shown = [];
    for (let index = from; index < to; index++) shown.push({ index, row: this.seen[index] });
    this.options.onSpan?.(from, to);
    keyed(this.body, shown, ({ index, row }) => (row ? this.options.keyOf(row) : `blank ${index}`), () => this.makeRow(),
      (line, { index, row }) => this.fillRow(line, row, index));
    this.above.rows[0].cells[0].style.height = `${from * ROW}px`;
    this.below.rows[0].cells[0].style.height = `${(total - to) * ROW}px`;
    setShown(this.above, from > 0);
    setShown(this.below, to < total);
    setShown(this.scroller, total > 0);
    setShown(this.empty, total === 0);
    setText(this.empty, this.needle ? 'No row matches the search.' : this.options.empty);
    setAttribute(this.table, 'aria-rowcount', total + 1);
    setText(this.found, this.needle && !this.options.onOrder ? `${count(total)} of ${count(this.rows.length)}` : count(total));
    this.markSort();
  }

  span(total) {
    if (this.isPrinting) return [0, Math.min(total, MOST_PRINTED)];
    const first = Math.floor(this.scroller.scrollTop / ROW) - SPARE;
    const from = Math.max(0, Math.min(first, total - 1));
    return [from, Math.min(total, Math.max(first, 0) + Math.ceil(this.options.height / ROW) + 2 * SPARE)];
  }

  makeRow() {
    const line = h('tr');
    this.columns.forEach((column, index) => line.append(h(index === 0 ? 'th' : 'td', { scope: index === 0 ? 'row' : null, class: column.isNumber ? 'number' : null })));
    return line;
  }

  fillRow(line, row, index) {
    setAttribute(line, 'aria-rowindex', index + 2);
    this.columns.forEach((column, place) => {
      const cell = line.cells[place];
      if (!row) setText(cell, '…');
      else if (column.cell) column.cell(cell, row);
      else setText(cell, this.shown(column, row));
      if (row && !column.cell && !column.isNumber) setAttribute(cell, 'title', cell.textContent.length > 18 ? cell.textContent : null);
    });
    if (row) this.options.onRow?.(line, row);
  }

  shown(column, row) {
    const value = column.of(row);
    if (column.show) return column.show(value, row);
    return value === null || value === undefined || value === '' ? '–' : column.isNumber ? count(value) : String(value);
  }

  markSort() {
    for (const column of this.columns) {
      const head = this.heads.get(column.key);
      if (!head.mark) continue;
      const isSorted = this.sort?.key === column.key;
      setAttribute(head.cell, 'aria-sort', isSorted ? (this.sort.isDown ? 'descending' : 'ascending') : null);
      setText(head.mark, isSorted ? (this.sort.isDown ? '↓' : '↑') : '');
    }
  }

  print(isPrinting) {
    this.isPrinting = isPrinting;
    this.draw();
  }

  /** All rows that match the search, in their order, as CSV (RFC 4180). Cells that a spreadsheet would take for a formula begin with an apostrophe. */
  csv() {
    const columns = this.columns.filter((column) => column.of);
    const lines = this.seen.filter(Boolean).map((row) => columns.map((column) => quoted(column.of(row))).join(','));
    return [columns.map((column) => quoted(column.title)).join(','), ...lines].join('\r\n') + '\r\n';
  }
}

function compare(a, b, sign) {
  const [hasA, hasB] = [a !== null && a !== undefined && a !== '', b !== null && b !== undefined && b !== ''];
  if (!hasA || !hasB) return sign * (Number(hasB) - Number(hasA)); // what is not known comes last, either way
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

function quoted(value) {
  if (value === null || value === undefined) return '';
  let text = String(value);
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Lets the browser save a text as a file. */
export function save(name, text) {
  const link = h('a', { href: URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
