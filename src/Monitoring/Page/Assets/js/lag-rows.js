// All partitions of a choice of groups and topics, read a page after the other and again every few seconds while somebody looks.

import { address, get } from './api.js';

const PAGE = 1000; // what the server gives at most
const MOST = 50000;
const AGAIN = 5000; // milliseconds between two readings, or twenty times what one took

export class LagRows {
  /** `onRows(rows, total)`: after each page of the first reading, then after each whole one; `onError(error)`. */
  constructor(onRows, onError) {
    this.onRows = onRows;
    this.onError = onError;
    this.filter = {};
    this.isWanted = false;
  }

  /** Begins to read, or reads what another choice says. */
  start(filter) {
    this.stop();
    this.filter = filter;
    this.isWanted = true;
    this.isFirst = true;
    this.read();
  }

  stop() {
    this.isWanted = false;
    this.abort?.abort();
    clearTimeout(this.timer);
  }

  async read() {
    const abort = new AbortController();
    this.abort = abort;
    const began = performance.now();
    try {
      const rows = [];
      let total = 0;
      do {
        const page = await get(address('/api/lag', { ...this.filter, from: rows.length, count: PAGE }), abort.signal);
        rows.push(...page.rows);
        total = page.total;
        if (page.rows.length === 0) break;
        if (this.isFirst && rows.length < total) this.onRows(rows, total);
      } while (rows.length < Math.min(total, MOST));
      this.isFirst = false;
      this.onRows(rows, total);
      this.onError(null);
    } catch (error) {
      if (abort.signal.aborted) return;
      this.onError(error);
    }
    if (this.isWanted && this.abort === abort) this.timer = setTimeout(() => this.read(), Math.max(AGAIN, 20 * (performance.now() - began)));
  }
}
