// Increments per product as they come, and forecasts with the band in which a count is expected.

import { Chart } from '../chart.js';
import { h, keyed, setShown, setText } from '../dom.js';
import { count, moment, plural, rate, short, timeOfDay } from '../format.js';
import { DataTable } from '../table.js';
import { badge, ViewHead } from '../ui.js';

const MOST = 600;

export function increments() {
  const head = new ViewHead('Increments');
  const past = new Map();
  let last = null;
  const table = new DataTable({
    caption: 'Products', file: 'increments', search: 'Search products', keyOf: (one) => one.product, empty: 'No product has counted anything yet.', sort: { key: 'rate', isDown: true },
    columns: [
      { key: 'product', title: 'Product', of: (one) => one.product, size: 2 },
      { key: 'bucket', title: 'Newest window', of: (one) => one.bucket, show: moment, size: 1.6 },
      { key: 'count', title: 'In the window', of: (one) => one.count, isNumber: true, size: 1.2 },
      { key: 'total', title: 'Since the start', of: (one) => one.total ?? null, isNumber: true, size: 1.2 },
      { key: 'rate', title: 'Events/s', of: (one) => one.rate, show: rate, isNumber: true, size: 1.2 },
    ],
  });
  const chart = new Chart({
    title: 'Events per second of all products, while this page is open', show: (value) => rate(value), lines: [{ name: 'all products', of: (point) => point.sum }],
  });
  const charts = h('div', { class: 'columns' });
  const forecastTitle = h('h2', { text: 'Forecasts' });

  function note(part) {
    const at = Date.parse(part.at ?? '');
    if (!Number.isFinite(at) || at === last) return;
    last = at;
    past.set(at, { at, sum: part.products.reduce((sum, one) => sum + (one.rate ?? 0), 0) });
    if (past.size > MOST) past.delete(past.keys().next().value);
  }

  function makeForecast(series) {
    const made = new Chart({
      title: series.name, height: 200, at: (point) => Date.parse(point.at), show: short,
      lines: [{ name: 'counted', of: (point) => point.value ?? NaN }, { name: 'expected', of: (point) => point.expected ?? NaN, isDashed: true }],
      band: { name: 'band', low: (point) => point.low ?? NaN, high: (point) => point.high ?? NaN },
      alarm: (point) => Number.isFinite(point.value) && (point.value < point.low || point.value > point.high),
    });
    const state = h('p');
    const panel = h('section', { class: 'panel stack' }, state, made.root);
    panel.chart = made;
    panel.state = state;
    return panel;
  }

  function fillForecast(panel, series) {
    badge(panel.state, series.isAlarm ? 'bad' : 'good', series.isAlarm ? `outside of the band since ${timeOfDay(series.since)}` : 'within the band');
    panel.chart.update(series.points);
  }

  function update(state) {
    const part = state.increments ?? { products: [] };
    note(part);
    table.update(part.products);
    chart.update([...past.values()]);
    const series = state.forecasts?.series ?? [];
    keyed(charts, series, (one) => one.name, makeForecast, fillForecast);
    setShown(forecastTitle, series.length > 0);
    const alarms = series.filter((one) => one.isAlarm).length;
    head.tell(`${count(part.products.reduce((sum, one) => sum + (one.count ?? 0), 0))} events in the newest windows; ${plural(part.products.length, 'product')}${alarms ? `; ${plural(alarms, 'alarm')}` : ''}.`);
    setText(forecastTitle, alarms ? `Forecasts: ${plural(alarms, 'alarm')}` : 'Forecasts');
  }

  return { root: h('div', { class: 'stack' }, head.root, h('section', { class: 'panel' }, table.root), h('section', { class: 'panel' }, chart.root), forecastTitle, charts), update };
}
