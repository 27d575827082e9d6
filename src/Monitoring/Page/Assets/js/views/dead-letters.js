// Dead letters: what could not be processed and why, and another try for those that are chosen.

import { address, get, post } from '../api.js';
import { h, keyed, setAttribute, setShown, setText } from '../dom.js';
import { bytes, count, moment, plural, text } from '../format.js';
import { DataTable } from '../table.js';
import { confirm, field, Outcome, Pairs, ViewHead } from '../ui.js';

const PAGE = 200;
const MOST_AT_ONCE = 1000; // what the server replays in one call
const keyOf = (letter) => `${letter.partition}@${letter.offset}`;

export function deadLetters(context) {
  const head = new ViewHead('Dead letters');
  const outcome = new Outcome();
  const picker = h('select', { on: { change: () => load(true) } });
  const chosen = new Map();
  const replay = h('button', { type: 'button', class: 'primary', disabled: true, text: 'Replay chosen', on: { click: () => replayChosen() } });
  const allOfThem = h('button', { type: 'button', text: 'Choose all shown', on: { click: () => chooseAll() } });
  const refresh = h('button', { type: 'button', text: 'Read again', on: { click: () => load(true) } });
  const more = h('button', { type: 'button', text: 'Older ones', on: { click: () => load(false) } });
  const pairs = new Pairs();
  const detail = h('section', { class: 'panel stack', hidden: true }, h('h2', { text: 'Letter' }), pairs.root);
  const masked = h('p', { class: 'soft', hidden: true, text: 'Keys and values are masked: your account does not show what concerns patients.' });
  const topicTable = new DataTable({
    caption: 'Topics', file: 'dead-letter-topics', keyOf: (topic) => topic.topic, empty: 'No topic of dead letters.', height: 220,
    columns: [
      { key: 'topic', title: 'Topic', of: (topic) => topic.topic, size: 3 },
      { key: 'count', title: 'Letters', of: (topic) => topic.count, isNumber: true },
      { key: 'partitions', title: 'Partitions', of: (topic) => topic.partitions, isNumber: true },
    ],
  });
  const table = new DataTable({
    caption: 'Letters', search: 'Search letters', file: 'dead-letters', keyOf, height: 440, empty: 'No dead letter here.',
    onRow: (line, letter) => setAttribute(line, 'aria-selected', chosen.has(keyOf(letter)) ? 'true' : null),
    columns: [
      { key: 'place', title: 'Place', of: (letter) => `${letter.partition}@${letter.offset}`, cell: (cell, letter) => placeCell(cell, letter), size: 1.7 },
      { key: 'at', title: 'Time', of: (letter) => letter.timestamp, show: moment, size: 2 },
      { key: 'error', title: 'Error', of: (letter) => letter.error, show: (value) => text(value?.split('.').at(-1)), size: 1.8 },
      { key: 'message', title: 'What happened', of: (letter) => letter.message, show: text, size: 2.8 },
      { key: 'source', title: 'Came from', of: (letter) => (letter.sourceTopic ? `${letter.sourceTopic} ${letter.sourcePartition}@${letter.sourceOffset}` : ''), show: text, size: 2 },
      { key: 'size', title: 'Size', of: (letter) => (letter.keyBytes ?? 0) + (letter.valueBytes ?? 0), show: bytes, isNumber: true },
    ],
  });
  let letters = [];
  let next = null;
  let loaded = null;
  let isShown = false;

  function placeCell(cell, letter) {
    let box = cell.querySelector('input');
    if (!box) {
      box = h('input', { type: 'checkbox' });
      const open = h('button', { type: 'button', class: 'quiet' });
      cell.replaceChildren(h('span', { class: 'place' }, box, open));
      box.addEventListener('change', () => toggle(cell.letter, box.checked));
      open.addEventListener('click', () => describe(cell.letter));
    }
    cell.letter = letter;
    setShown(box, context.isOperator);
    setAttribute(box, 'aria-label', `Choose ${keyOf(letter)}`);
    if (box.checked !== chosen.has(keyOf(letter))) box.checked = chosen.has(keyOf(letter));
    setText(cell.querySelector('button'), keyOf(letter));
    setAttribute(cell.querySelector('button'), 'aria-label', `Show ${keyOf(letter)}`);
  }

  function toggle(letter, isChosen) {
    if (isChosen) chosen.set(keyOf(letter), letter);
    else chosen.delete(keyOf(letter));
    tellChosen();
    table.draw();
  }

  function chooseAll() {
    const isAll = table.seen.every((letter) => chosen.has(keyOf(letter)));
    table.seen.slice(0, MOST_AT_ONCE).forEach((letter) => (isAll ? chosen.delete(keyOf(letter)) : chosen.set(keyOf(letter), letter)));
    tellChosen();
    table.draw();
  }

  function tellChosen() {
    replay.disabled = chosen.size === 0 || chosen.size > MOST_AT_ONCE;
    setText(replay, chosen.size ? `Replay ${count(chosen.size)}` : 'Replay chosen');
  }

  function describe(letter) {
    setShown(detail, true);
    pairs.update([
      ['Place', `${picker.value} ${keyOf(letter)}`],
      ['Time', moment(letter.timestamp)],
      ['Error', text(letter.error)],
      ['What happened', text(letter.message)],
      ['Came from', letter.sourceTopic ? `${letter.sourceTopic} ${letter.sourcePartition}@${letter.sourceOffset}` : '–'],
      ['Key', letter.key ?? (context.me.patientData ? '–' : `masked, ${bytes(letter.keyBytes)}`)],
      [letter.isCut ? 'Value, its beginning' : 'Value', letter.value ?? (context.me.patientData ? '–' : `masked, ${bytes(letter.valueBytes)}`)],
    ]);
    detail.scrollIntoView({ block: 'nearest' });
  }

  async function load(isAnew) {
    if (!picker.value) return;
    const topic = picker.value;
    if (isAnew) {
      chosen.clear();
      tellChosen();
      setShown(detail, false);
    }
    loaded = topic;
    try {
      const page = await get(address(`/api/dead-letters/${encodeURIComponent(topic)}`, { from: isAnew ? null : next, count: PAGE }));
      letters = isAnew ? page.letters : [...letters, ...page.letters];
      next = page.next ?? null;
      setShown(masked, page.isMasked === true);
      setShown(more, next !== null);
      table.update(letters);
      if (isAnew) outcome.tell('idle', '');
    } catch (error) {
      outcome.tell('bad', error.message);
    }
  }

  async function replayChosen() {
    const places = [...chosen.values()].map(({ partition, offset }) => ({ partition, offset }));
    const isSure = await confirm({
      title: `Replay ${plural(places.length, 'dead letter')}?`,
      text: `They are written again to the topics they came from, as they were. Who did it and when goes to the audit. Letters stay in ${picker.value}.`,
      does: 'Replay',
    });
    if (!isSure) return;
    replay.disabled = true;
    try {
      tellReplayed(await post(`/api/dead-letters/${encodeURIComponent(picker.value)}/replay`, places));
    } catch (error) {
      if (error.body?.refused) tellReplayed(error.body);
      else outcome.tell('bad', error.message);
    }
    tellChosen();
  }

  function tellReplayed({ replayed, refused = [] }) {
    const places = refused.slice(0, 10).map((one) => `${one.partition}@${one.offset} (${one.reason})`).join(', ');
    outcome.tell(refused.length ? 'bad' : 'good', `${plural(replayed, 'letter')} replayed.${refused.length ? ` ${plural(refused.length, 'was', 'were')} refused: ${places}` : ''}`);
    chosen.clear();
    table.draw();
  }

  function update(state) {
    const topics = state.deadLetters?.topics ?? [];
    topicTable.update(topics);
    keyed(picker, topics, (topic) => topic.topic, () => h('option'), (option, topic) => {
      setAttribute(option, 'value', topic.topic);
      setText(option, `${topic.topic} (${count(topic.count)})`);
    });
    const total = topics.reduce((sum, topic) => sum + (topic.count ?? 0), 0);
    head.tell(total ? `${plural(total, 'letter')} in ${plural(topics.length, 'topic')}.` : 'None.');
    setShown(replay, context.isOperator);
    setShown(allOfThem, context.isOperator);
    if (isShown && picker.value && loaded !== picker.value) load(true);
  }

  function enter([topic]) {
    isShown = true;
    if (topic) picker.value = topic;
    if (picker.value) load(true);
  }

  const root = h('div', { class: 'stack' }, head.root, h('section', { class: 'panel' }, topicTable.root),
    h('section', { class: 'panel stack' }, h('div', { class: 'form choose' }, field('Topic', picker), refresh, allOfThem, replay), outcome.root, masked, table.root, more), detail);
  return {
    root, update, enter,
    leave: () => {
      isShown = false;
    },
  };
}
