// Lines over time as SVG, with a band where there is one, a readout for pointer and keys, and the same numbers as a table behind it.

import { h, keyed, newId, s, setAttribute, setShown, setText } from './dom.js';
import { DataTable } from './table.js';
import { hourAndMinute, moment, short, timeOfDay } from './format.js';

const WIDTH = 720;
const MARGIN = { top: 10, bottom: 22 };

/**
 * A chart: `title`; `lines`: `[{ name, of(point), isDashed, mark }]`; `band`: `{ name, low(point), high(point) }` or null; `at(point)`: epoch milliseconds; `show(value)`;
 * `alarm(point)`: whether the point is marked. Lines differ by dash and mark, not by colour alone.
 */
export class Chart {
  constructor(options) {
    this.options = { height: 190, show: short, band: null, alarm: null, at: (point) => point.at, ...options };
    this.points = [];
    this.index = null;
    this.build();
  }

  build() {
    const { title, height, lines, band } = this.options;
    const titleId = newId('chart');
    this.grid = s('g', { class: 'grid' });
    this.times = s('g', { class: 'times' });
    this.band = band && s('path', { class: 'band' });
    this.paths = lines.map((line, index) => s('path', { class: `line line-${index + 1}${line.isDashed ? ' dashed' : ''}` }));
    this.areas = lines.length === 1 && !band ? [s('path', { class: 'area' })] : [];
    this.alarms = s('g', { class: 'alarms' });
    this.cross = s('line', { class: 'cross', y1: MARGIN.top, y2: height - MARGIN.bottom });
    this.cross.style.display = 'none';
    this.svg = s('svg', {
      viewBox: `0 0 ${WIDTH} ${height}`, class: 'chart-svg', role: 'img', 'aria-labelledby': titleId, preserveAspectRatio: 'none',
    }, this.grid, this.band, ...this.areas, ...this.paths, this.alarms, this.cross);
    this.labels = h('div', { class: 'chart-labels', 'aria-hidden': 'true' });
    this.plot = h('div', { class: 'chart-plot' }, this.svg);
    this.stage = h('div', { class: 'chart-stage' }, this.plot, this.labels);
    this.stage.style.height = `${height}px`;
    this.slider = h('input', { type: 'range', class: 'chart-slider', min: 0, max: 0, value: 0, 'aria-label': `${title}: point in time` });
    this.readout = h('output', { class: 'readout' });
    this.table = null;
    this.details = h('details', { class: 'chart-table' }, h('summary', { text: 'As a table' }));
    this.empty = h('p', { class: 'empty', text: 'No values yet.' });
    this.root = h('figure', { class: 'chart' },
      h('figcaption', {}, h('h2', { id: titleId, text: title }), this.legend()),
      this.stage, this.empty, h('div', { class: 'chart-foot' }, this.slider, this.readout), this.details);
    this.listen();
  }

  legend() {
    const entries = this.options.lines.map((line, index) => h('span', { class: 'legend-entry' }, swatch(index + 1, line.isDashed), h('span', { text: line.name })));
    if (this.options.band) entries.push(h('span', { class: 'legend-entry' }, swatch('band'), h('span', { text: this.options.band.name })));
    if (this.options.alarm) entries.push(h('span', { class: 'legend-entry' }, swatch('alarm'), h('span', { text: 'alarm' })));
    return entries.length > 1 ? h('span', { class: 'legend' }, entries) : null;
  }

  listen() {
    this.stage.addEventListener('pointermove', (event) => {
      const box = this.plot.getBoundingClientRect();
      this.point(this.nearest(((event.clientX - box.left) / box.width) * WIDTH));
    });
    this.stage.addEventListener('pointerleave', () => this.point(document.activeElement === this.slider ? this.index : null));
    this.slider.addEventListener('input', () => this.point(Number(this.slider.value)));
    this.slider.addEventListener('focus', () => this.point(Number(this.slider.value)));
    this.slider.addEventListener('blur', () => this.point(null));
    this.details.addEventListener('toggle', () => this.fillTable());
  }

  /** Draws these points, oldest first. */
  update(points) {
    this.points = points ?? [];
    const isEmpty = this.points.length < 2;
    setShown(this.empty, isEmpty);
    setShown(this.stage, !isEmpty);
    setShown(this.slider.parentElement, !isEmpty);
    if (isEmpty) return;
    const wasLast = Number(this.slider.value) >= Number(this.slider.max);
    setAttribute(this.slider, 'max', this.points.length - 1);
    if (wasLast) this.slider.value = this.points.length - 1;
    this.scale();
    this.drawAxes();
    this.drawLines();
    if (this.index !== null) this.point(Math.min(this.index, this.points.length - 1));
    else this.tellLast();
    this.fillTable();
  }

  scale() {
    const { at, lines, band, height } = this.options;
    const values = this.points.flatMap((point) => [...lines.map((line) => line.of(point)), band?.high(point)]).filter(Number.isFinite);
    const top = niceTop(Math.max(2, ...values));
    const [first, last] = [at(this.points[0]), at(this.points.at(-1))];
    this.top = top;
    this.when = last - first > 30 * 3600e3 ? moment : last - first > 45 * 60e3 ? hourAndMinute : timeOfDay;
    this.x = (time) => ((time - first) / Math.max(1, last - first)) * WIDTH;
    this.y = (value) => height - MARGIN.bottom - (Math.max(0, value) / top) * (height - MARGIN.top - MARGIN.bottom);
  }

  drawAxes() {
    const { at, height, show } = this.options;
    const steps = [0, 0.5, 1].map((share) => share * this.top);
    keyed(this.grid, steps, (_, index) => index, () => s('line', { x1: 0, x2: WIDTH }), (line, value) => {
      setAttribute(line, 'y1', this.y(value));
      setAttribute(line, 'y2', this.y(value));
    });
    const labels = steps.map((value, index) => ({ id: `y${index}`, text: show(value), left: 0, top: this.y(value) / height, kind: 'y' }));
    const shown = [0, 0.5, 1].map((share) => this.points[Math.round(share * (this.points.length - 1))]);
    shown.forEach((point, index) => labels.push({
      id: `x${index}`, text: this.when(at(point)), left: this.x(at(point)) / WIDTH, kind: ['x first', 'x', 'x last'][index],
    }));
    keyed(this.labels, labels, (label) => label.id, () => h('span'), (span, label) => {
      setAttribute(span, 'class', `label-${label.kind}`);
      setText(span, label.text);
      if (label.kind === 'y') span.style.top = `${label.top * 100}%`;
      else span.style.left = `calc(var(--plot-left) + ${label.left} * (100% - var(--plot-left) - var(--plot-right)))`;
    });
  }

  drawLines() {
    const { at, lines, band, alarm, height } = this.options;
    lines.forEach((line, index) => setAttribute(this.paths[index], 'd', this.path(line.of)));
    this.areas.forEach((area) => {
      const ends = this.points.filter((point) => Number.isFinite(lines[0].of(point)));
      setAttribute(area, 'd', ends.length > 1
        ? `${this.path(lines[0].of, true)}L${fixed(this.x(at(ends.at(-1))))} ${height - MARGIN.bottom}L${fixed(this.x(at(ends[0])))} ${height - MARGIN.bottom}Z` : null);
    });
    if (band) setAttribute(this.band, 'd', this.bandPath());
    if (!alarm) return;
    keyed(this.alarms, this.points.filter(alarm), (point) => at(point), () => s('path', { class: 'alarm-mark' }), (mark, point) => {
      const [x, y] = [this.x(at(point)), this.y(lines[0].of(point) ?? 0)];
      setAttribute(mark, 'd', `M${fixed(x)} ${fixed(y - 8)}l7 13h-14z`);
    });
  }

  path(of, isWhole = false) {
    let path = '';
    let isOpen = false;
    for (const point of this.points) {
      const value = of(point);
      if (!Number.isFinite(value)) {
        isOpen = isWhole && isOpen;
        continue;
      }
      path += `${isOpen ? 'L' : 'M'}${fixed(this.x(this.options.at(point)))} ${fixed(this.y(value))}`;
      isOpen = true;
    }
    return path || null;
  }

  bandPath() {
    const { at, band } = this.options;
    const inside = this.points.filter((point) => Number.isFinite(band.low(point)) && Number.isFinite(band.high(point)));
    if (inside.length < 2) return null;
    const there = inside.map((point) => `${fixed(this.x(at(point)))} ${fixed(this.y(band.high(point)))}`);
    const back = [...inside].reverse().map((point) => `${fixed(this.x(at(point)))} ${fixed(this.y(band.low(point)))}`);
    return `M${there.join('L')}L${back.join('L')}Z`;
  }

  nearest(x) {
    let best = 0;
    this.points.forEach((point, index) => {
      if (Math.abs(this.x(this.options.at(point)) - x) < Math.abs(this.x(this.options.at(this.points[best])) - x)) best = index;
    });
    return best;
  }

  point(index) {
    this.index = index;
    const point = index === null ? null : this.points[index];
    this.cross.style.display = point ? '' : 'none';
    if (!point) {
      this.tellLast();
      return;
    }
    const x = fixed(this.x(this.options.at(point)));
    setAttribute(this.cross, 'x1', x);
    setAttribute(this.cross, 'x2', x);
    this.tell(point);
  }

  tellLast() {
    const last = this.points.at(-1);
    if (last) this.tell(last);
  }

  tell(point) {
    const { at, lines, band, show } = this.options;
    const values = lines.filter((line) => Number.isFinite(line.of(point))).map((line) => (lines.length > 1 ? `${line.name} ${show(line.of(point))}` : show(line.of(point))));
    if (band && Number.isFinite(band.low(point))) values.push(`${band.name} ${show(band.low(point))} to ${show(band.high(point))}`);
    const words = `${this.when(at(point))}: ${values.join(', ') || 'no value'}`;
    setText(this.readout, words);
    setAttribute(this.slider, 'aria-valuetext', words);
  }

  fillTable() {
    if (!this.details.open) return;
    const { at, lines, band, show, title, alarm } = this.options;
    if (!this.table) {
      const columns = [{ key: 'at', title: 'Time', of: at, show: (value) => this.when(value), size: 1.4 }];
      lines.forEach((line, index) => columns.push({ key: `line${index}`, title: line.name, of: line.of, show, isNumber: true }));
      if (band) columns.push({ key: 'low', title: `${band.name}, from`, of: band.low, show, isNumber: true }, { key: 'high', title: `${band.name}, to`, of: band.high, show, isNumber: true });
      if (alarm) columns.push({ key: 'alarm', title: 'Alarm', of: (point) => (alarm(point) ? 'alarm' : '') });
      this.table = new DataTable({ caption: `${title}: values`, columns, keyOf: at, height: 260, sort: { key: 'at', isDown: true }, file: title.toLowerCase().replaceAll(/\W+/g, '-') });
      this.details.append(this.table.root);
    }
    this.table.update(this.points);
  }
}

function swatch(kind, isDashed = false) {
  const svg = s('svg', { viewBox: '0 0 22 10', class: 'swatch', 'aria-hidden': 'true' });
  if (kind === 'band') svg.append(s('rect', { class: 'band', x: 0, y: 0, width: 22, height: 10 }));
  else if (kind === 'alarm') svg.append(s('path', { class: 'alarm-mark', d: 'M11 0l6 10h-12z' }));
  else svg.append(s('path', { class: `line line-${kind}${isDashed ? ' dashed' : ''}`, d: 'M0 5h22' }));
  return svg;
}

/** A small line without axes, for a tile; it says nothing that does not stand beside it. */
export class Spark {
  constructor() {
    this.area = s('path', { class: 'area' });
    this.line = s('path', { class: 'line line-1' });
    this.root = s('svg', { viewBox: '0 0 120 28', class: 'spark', 'aria-hidden': 'true', preserveAspectRatio: 'none' }, this.area, this.line);
  }

  update(values) {
    const known = values.filter(Number.isFinite);
    if (known.length < 2) {
      setAttribute(this.line, 'd', null);
      setAttribute(this.area, 'd', null);
      return;
    }
    const top = Math.max(1, ...known);
    const line = known.map((value, index) => `${fixed((index / (known.length - 1)) * 120)} ${fixed(26 - (value / top) * 24)}`).join('L');
    setAttribute(this.line, 'd', `M${line}`);
    setAttribute(this.area, 'd', `M${line}L120 28L0 28Z`);
  }
}

const fixed = (value) => Math.round(value * 10) / 10;

/** The next of 1, 2, 5 times a power of ten. */
function niceTop(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].find((step) => step * power >= value) * power;
}
