// Lag: groups, the trend of the chosen one, and every partition, however many there are.

import { Chart } from '../chart.js';
import { h, keyed, setAttribute, setText } from '../dom.js';
import { count, duration, plural, text } from '../format.js';
import { LagRows } from '../lag-rows.js';
import { LagTrend } from '../lag-trend.js';
import { DataTable } from '../table.js';
import { badge, field, Outcome, ViewHead } from '../ui.js';

const TONES = { ok: 'good', warn: 'warn', err: 'bad', stop: 'bad', stall: 'bad', rewind: 'bad' };
const WORDS = { ok: 'ok', warn: 'falls behind', err: 'in trouble', stop: 'stopped', stall: 'stalled', rewind: 'went back' };
const seconds = (value) => (Number.isFinite(value) ? duration(value) : '–');
const keyOfGroup = (group) => `${group.cluster} ${group.group}`;
const statusCell = (cell, row) => badge(cell, TONES[row.status] ?? 'idle', WORDS[row.status] ?? row.status);

export function lag(context) {
  const head = new ViewHead('Lag');
  const outcome = new Outcome();
  const picker = h('select', { on: { change: () => choose(picker.value) } });
  const statusPicker = h('select', { on: { change: () => restart() } },
    [['', 'all'], ['warn', 'falls behind'], ['stop', 'stopped'], ['stall', 'stalled'], ['rewind', 'went back'], ['ok', 'ok']].map(([value, name]) => h('option', { value, text: name })));
  const chart = new Chart({ title: 'Records behind', show: (value) => count(value), height: 220, at: (point) => point.at, lines: [{ name: 'lag', of: (point) => point.lag }] });
  const groupTable = new DataTable({
    caption: 'Groups', search: 'Search groups', file: 'lag-groups', keyOf: keyOfGroup, height: 300, empty: 'No group has committed anything yet.', sort: { key: 'lag', isDown: true },
    columns: [
      { key: 'group', title: 'Group', of: (group) => group.group, cell: (cell, group) => groupLink(cell, group), size: 2.6 },
      { key: 'cluster', title: 'Cluster', of: (group) => group.cluster },
      { key: 'status', title: 'Status', of: (group) => group.status, cell: statusCell, size: 1.6 },
      { key: 'lag', title: 'Behind', of: (group) => group.lag, isNumber: true },
      { key: 'seconds', title: 'Oldest waits', of: (group) => group.seconds ?? null, show: seconds, isNumber: true, size: 1.2 },
      { key: 'members', title: 'Members', of: (group) => group.members, isNumber: true },
      { key: 'partitions', title: 'Partitions', of: (group) => group.partitions, isNumber: true },
    ],
  });
  const partitionTable = new DataTable({
    caption: 'Partitions', search: 'Search partitions', file: 'lag-partitions', keyOf: (row) => `${row.cluster} ${row.group} ${row.topic} ${row.partition}`, height: 560,
    empty: 'No partition is known.', sort: { key: 'lag', isDown: true },
    columns: [
      { key: 'group', title: 'Group', of: (row) => row.group, size: 1.8 },
      { key: 'topic', title: 'Topic', of: (row) => row.topic, size: 1.8 },
      { key: 'partition', title: 'Partition', of: (row) => row.partition, isNumber: true, size: 1.15 },
      { key: 'status', title: 'Status', of: (row) => row.status, cell: statusCell, size: 1.6 },
      { key: 'lag', title: 'Behind', of: (row) => row.lag ?? null, isNumber: true },
      { key: 'seconds', title: 'Waits', of: (row) => row.seconds ?? null, show: seconds, isNumber: true, size: 1.2 },
      { key: 'committed', title: 'Committed', of: (row) => row.committed ?? null, isNumber: true, size: 1.3 },
      { key: 'end', title: 'End', of: (row) => row.end ?? null, isNumber: true, size: 1.2 },
      { key: 'owner', title: 'Owner', of: (row) => row.owner, show: text, size: 1.6 },
    ],
  });
  const rows = new LagRows(
    (all, total) => {
      if (context.isPaused) return;
      partitionTable.update(all);
      if (all.length < total) outcome.tell('idle', `${count(all.length)} of ${plural(total, 'partition')} are here.`);
      else outcome.tell('idle', '');
    },
    (error) => error && outcome.tell('bad', error.message));

  const trend = new LagTrend();
  let chosen = '';
  let trendOf = null;
  let isShown = false;

  function groupLink(cell, group) {
    let link = cell.querySelector('a');
    if (!link) {
      link = h('a');
      cell.replaceChildren(link);
    }
    setText(link, group.group);
    setAttribute(link, 'href', `#lag/${encodeURIComponent(group.group)}/${encodeURIComponent(group.cluster)}`);
  }

  function choose(key) {
    const group = (context.state.lag?.groups ?? []).find((one) => keyOfGroup(one) === key);
    location.hash = group ? `#lag/${encodeURIComponent(group.group)}/${encodeURIComponent(group.cluster)}` : '#lag';
  }

  function filter() {
    const [cluster, group] = chosen ? [chosen.slice(0, chosen.indexOf(' ')), chosen.slice(chosen.indexOf(' ') + 1)] : [];
    return { cluster, group, status: statusPicker.value };
  }

  function restart() {
    rows.start(filter());
  }

  async function loadTrend() {
    const { cluster, group } = filter();
    trendOf = chosen;
    try {
      await trend.load(group ? { cluster, group } : null);
      chart.update(trend.points);
    } catch (error) {
      outcome.tell('bad', error.message);
    }
  }

  function update(state) {
    const groups = state.lag?.groups ?? [];
    groupTable.update(groups);
    keyed(picker, [null, ...groups], (group) => (group ? keyOfGroup(group) : ''), () => h('option'), (option, group) => {
      setAttribute(option, 'value', group ? keyOfGroup(group) : '');
      setText(option, group ? group.group : 'all groups');
    });
    if (picker.value !== chosen && groups.some((group) => keyOfGroup(group) === chosen)) picker.value = chosen;
    trend.add(state);
    chart.update(trend.points);
    const counts = state.lag?.counts ?? {};
    head.tell(state.lag ? `${plural(state.lag.lag, 'record')} behind in ${plural(state.lag.partitions, 'partition')}; groups: ${count(counts.ok ?? 0)} ok, ${count(counts.warn ?? 0)} fall behind, ${count(counts.err ?? 0)} in trouble.` : '');
  }

  function enter([group, cluster]) {
    const groups = context.state.lag?.groups ?? [];
    const known = groups.find((one) => one.group === group && (!cluster || one.cluster === cluster));
    const wanted = known ? keyOfGroup(known) : group && cluster ? `${cluster} ${group}` : '';
    const isOther = wanted !== chosen;
    chosen = wanted;
    picker.value = chosen;
    if (isOther || !isShown || trendOf !== chosen) loadTrend();
    isShown = true;
    restart();
  }

  function leave() {
    isShown = false;
    rows.stop();
  }

  const root = h('div', { class: 'stack' }, head.root,
    h('section', { class: 'panel' }, groupTable.root),
    h('section', { class: 'panel stack' }, h('div', { class: 'form choose' }, field('Group', picker), field('Status of partitions', statusPicker)), chart.root),
    h('section', { class: 'panel' }, outcome.root, partitionTable.root));
  return { root, update, enter, leave };
}
