// Stores, where their partitions are, and questions to them. What they answer may concern patients, so only those may ask who may see that.

import { post } from '../api.js';
import { h, keyed, setAttribute, setShown, setText } from '../dom.js';
import { count, plural, text } from '../format.js';
import { DataTable } from '../table.js';
import { badge, field, Outcome, ViewHead } from '../ui.js';

const MOST = 100;

export function stores(context) {
  const head = new ViewHead('Stores');
  const storeTable = new DataTable({
    caption: 'Stores', file: 'stores', keyOf: (store) => store.name, empty: 'The topology has no store.', search: 'Search stores',
    columns: [
      { key: 'name', title: 'Store', of: (store) => store.name, size: 2.4 },
      { key: 'kind', title: 'Kind', of: (store) => store.kind, size: 1.4 },
      { key: 'key', title: 'Key', of: (store) => store.keyType, show: text, size: 1.4 },
      { key: 'value', title: 'Value', of: (store) => store.valueType, show: text, size: 1.8 },
      { key: 'partitions', title: 'Partitions', of: (store) => store.partitions, isNumber: true },
      { key: 'active', title: 'Active', of: (store) => (store.local ?? []).filter((one) => one.isActive).length, isNumber: true },
      { key: 'lag', title: 'Behind', of: (store) => (store.local ?? []).reduce((sum, one) => sum + (one.lag ?? 0), 0), isNumber: true },
      { key: 'state', title: 'State', of: (store) => stateOf(store)[1], cell: (cell, store) => badge(cell, ...stateOf(store)), size: 1.6 },
    ],
  });

  const storePicker = h('select', { required: true });
  const modePicker = h('select', { on: { change: () => shape() } }, h('option', { value: 'key', text: 'one key' }), h('option', { value: 'range', text: 'a range of keys' }), h('option', { value: 'prefix', text: 'keys that begin with' }));
  const key = h('input', { autocomplete: 'off', spellcheck: 'false' });
  const to = h('input', { autocomplete: 'off', spellcheck: 'false' });
  const stale = h('input', { type: 'checkbox' });
  const keyField = field('Key', key);
  const toField = field('To key', to);
  const ask = h('button', { class: 'primary', text: 'Ask' });
  const form = h('form', { class: 'form', on: { submit: (event) => question(event) } },
    field('Store', storePicker), field('Ask for', modePicker), keyField, toField,
    h('label', { class: 'check' }, stale, h('span', { text: 'standbys may answer' })), ask);
  const outcome = new Outcome();
  const answer = h('pre', { tabindex: 0, role: 'region', 'aria-label': 'Answer', hidden: true });
  const more = h('button', { type: 'button', text: 'Next page', hidden: true, on: { click: () => run(next) } });
  const masked = h('p', { class: 'empty', text: 'Stores may hold what concerns patients. Your account does not show that, so it cannot ask them.' });
  let next = null;

  function shape() {
    const mode = modePicker.value;
    setText(keyField.firstChild, { key: 'Key', range: 'From key', prefix: 'Begins with' }[mode]);
    setShown(toField, mode === 'range');
  }

  function question(event) {
    event.preventDefault();
    run(null);
  }

  function body(after) {
    const asked = { stale: stale.checked || undefined };
    if (modePicker.value === 'key') return { ...asked, key: typed(key.value) };
    if (modePicker.value === 'prefix') return { ...asked, prefix: key.value, limit: MOST, after };
    return { ...asked, from: key.value === '' ? undefined : typed(key.value), to: to.value === '' ? undefined : typed(to.value), limit: MOST, after };
  }

  async function run(after) {
    ask.disabled = true;
    try {
      const found = await post(`/api/query/${encodeURIComponent(storePicker.value)}`, body(after ?? undefined));
      next = found.next ?? null;
      const isPage = Array.isArray(found.entries);
      setText(answer, isPage ? found.entries.map((entry) => JSON.stringify(entry)).join('\n') : JSON.stringify(found, null, 2));
      setShown(answer, !isPage || found.entries.length > 0);
      outcome.tell('good', isPage ? `${plural(found.entries.length, 'entry', 'entries')}${next ? ', and more' : ''}.` : `Partition ${text(found.partition)}, ${found.active === false ? 'from a standby' : 'from its owner'}.`);
    } catch (error) {
      next = null;
      setShown(answer, false);
      outcome.tell('bad', error.message);
    } finally {
      ask.disabled = false;
      setShown(more, next !== null);
    }
  }

  /** A key as JSON, where it is no text in the store that is chosen. */
  function typed(value) {
    const store = (context.state.stores ?? []).find((one) => one.name === storePicker.value);
    if (!store || /string/i.test(store.keyType ?? 'string')) return value;
    try {
      return JSON.parse(value);
    } catch {
      return value;
    }
  }

  function update(state) {
    const all = state.stores ?? [];
    storeTable.update(all);
    keyed(storePicker, all, (store) => store.name, () => h('option'), (option, store) => {
      setAttribute(option, 'value', store.name);
      setText(option, store.name);
    });
    setShown(form, context.me.patientData);
    setShown(masked, !context.me.patientData);
    head.tell(`${plural(all.length, 'store')} in ${count(all.reduce((sum, store) => sum + (store.partitions ?? 0), 0))} partitions.`);
  }

  shape();
  const root = h('div', { class: 'stack' }, head.root, h('section', { class: 'panel' }, storeTable.root),
    h('section', { class: 'panel stack' }, h('h2', { text: 'Ask a store' }), masked, form, outcome.root, answer, more));
  return { root, update };
}

function stateOf(store) {
  const local = store.local ?? [];
  if (local.length === 0) return ['idle', 'elsewhere'];
  const behind = local.some((one) => one.isActive && one.lag > 0);
  return behind ? ['warn', 'restoring'] : ['good', 'up to date'];
}
