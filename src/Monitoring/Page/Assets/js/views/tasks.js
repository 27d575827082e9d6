// Tasks and who has them, instances, and restores with what is left.

import { h, setShown } from '../dom.js';
import { count, duration, plural, rate, text } from '../format.js';
import { DataTable } from '../table.js';
import { badge, bar, ViewHead } from '../ui.js';

const TONES = { running: 'good', following: 'good', elsewhere: 'idle' }; // other states are reasons for a standstill

const shareOf = (one) => (one.end > one.from ? (one.position - one.from) / (one.end - one.from) : 1);

export function tasks() {
  const head = new ViewHead('Tasks and restore');
  const taskTable = new DataTable({
    caption: 'Tasks', search: 'Search tasks', file: 'tasks', keyOf: (task) => `${task.task} ${task.role} ${task.owner ?? task.thread ?? ''}`, empty: 'No tasks yet: the group gives them out.',
    sort: { key: 'task', isDown: false },
    columns: [
      { key: 'task', title: 'Task', of: (task) => task.task, size: 1 },
      { key: 'role', title: 'Role', of: (task) => task.role, size: 1 },
      { key: 'state', title: 'State', of: (task) => task.state, cell: (cell, task) => badge(cell, TONES[task.state] ?? 'warn', text(task.state)), size: 1.5 },
      { key: 'owner', title: 'Owner', of: (task) => task.owner, show: text, size: 2 },
      { key: 'thread', title: 'Thread', of: (task) => task.thread, show: text, size: 2 },
      { key: 'inputs', title: 'Reads', of: (task) => (task.inputs ?? []).map((input) => `${input.topic}-${input.partition}`).join(', '), show: text, size: 2 },
      { key: 'lag', title: 'Behind', of: (task) => task.lag ?? null, isNumber: true },
      { key: 'restore', title: 'To restore', of: (task) => task.restore?.recordsLeft ?? null, isNumber: true },
    ],
  });
  const instanceTable = new DataTable({
    caption: 'Instances', file: 'instances', keyOf: (one) => one.host, empty: 'No instance is known: Streams:ApplicationServer is not set.',
    columns: [
      { key: 'host', title: 'Instance', of: (one) => one.host, show: (value, one) => (one.isSelf ? `${value} (this one)` : value), size: 2 },
      { key: 'active', title: 'Active tasks', of: (one) => one.active, isNumber: true },
      { key: 'standby', title: 'Standbys', of: (one) => one.standby, isNumber: true },
      { key: 'stores', title: 'Stores', of: (one) => (one.stores ?? []).join(', '), show: text, size: 3 },
    ],
  });
  const restoreTable = new DataTable({
    caption: 'Restores', file: 'restores', keyOf: (one) => `${one.topic} ${one.partition} ${one.store}`, empty: 'Nothing is being restored.',
    columns: [
      { key: 'store', title: 'Store', of: (one) => one.store, size: 2 },
      { key: 'partition', title: 'Partition', of: (one) => one.partition, isNumber: true },
      { key: 'share', title: 'Done', of: shareOf, cell: (cell, one) => bar(cell, shareOf(one), `${one.store} ${one.partition} restored`), size: 2 },
      { key: 'left', title: 'Records left', of: (one) => one.end - one.position, isNumber: true },
      { key: 'rate', title: 'Speed', of: (one) => one.rate, show: rate, isNumber: true },
      { key: 'time', title: 'Time left', of: (one) => one.secondsLeft ?? null, show: (value) => (value === null ? '–' : duration(value)), isNumber: true },
    ],
  });
  const restorePanel = h('section', { class: 'panel' }, restoreTable.root);

  function update(state) {
    const all = state.tasks ?? [];
    taskTable.update(all);
    instanceTable.update(state.instances ?? []);
    restoreTable.update(state.restore ?? []);
    const active = all.filter((task) => task.role === 'active');
    const behind = active.reduce((sum, task) => sum + (task.lag ?? 0), 0);
    const restores = state.restore?.length ?? 0;
    head.tell(`${plural(active.length, 'active task')}, ${count(behind)} records behind; ${restores ? `${plural(restores, 'partition')} being restored.` : 'nothing is being restored.'}`);
    setShown(restorePanel, true);
  }

  const root = h('div', { class: 'stack' }, head.root, restorePanel, h('section', { class: 'panel' }, taskTable.root), h('section', { class: 'panel' }, instanceTable.root));
  return { root, update };
}
