// Migrations: how far each run is, what failed and why, and the words of operators.

import { post } from '../api.js';
import { h, keyed, setAttribute, setShown, setText } from '../dom.js';
import { bytes, count, duration, moment, plural, rate, text } from '../format.js';
import { DataTable } from '../table.js';
import { badge, bar, confirm, Outcome, Pairs, ViewHead } from '../ui.js';

const STATES = { open: 'under way', paused: 'paused', finished: 'finished' };

const WORDS = {
  pause: { title: 'Pause this migration?', text: 'Studies on their way come to their end; no further one begins until it is resumed.', does: 'Pause', done: 'It is paused.' },
  resume: { title: 'Resume this migration?', text: 'Further studies are taken from the old archive.', does: 'Resume', done: 'It goes on.' },
  retry: { title: 'Retry the failed studies?', text: 'All failed studies of this run become pending again. Is the cause mended?', does: 'Retry', done: 'The failed studies are pending again.' },
};

export function migration(context) {
  const head = new ViewHead('Migration');
  const outcome = new Outcome();
  const runs = h('div', { class: 'stack' });
  const empty = h('p', { class: 'empty', text: 'No migration has been started.' });

  async function act(run, verb) {
    const words = WORDS[verb];
    if (!(await confirm({ title: words.title, text: words.text, details: [`Run ${run.run}: ${text(run.from)} to ${text(run.to)}`], does: words.does }))) return;
    try {
      const answer = await post(`/api/migration/${encodeURIComponent(run.run)}/${verb}`);
      outcome.tell('good', `Run ${run.run}: ${answer?.retried !== undefined ? `${plural(answer.retried, 'study', 'studies')} pending again.` : words.done}`);
    } catch (error) {
      outcome.tell('bad', error.message);
    }
  }

  function make(run) {
    const parts = {
      title: h('h2'), state: h('span'), progress: h('div'), data: h('div'), pairs: new Pairs(), amounts: new Pairs(),
      failures: new DataTable({
        caption: `Run ${run.run}: why studies failed`, file: `failures-${run.run}`, keyOf: (one) => one.reason, empty: 'No study failed.', height: 240, sort: { key: 'count', isDown: true },
        columns: [{ key: 'reason', title: 'Reason', of: (one) => one.reason, size: 4 }, { key: 'count', title: 'Studies', of: (one) => one.count, isNumber: true }],
      }),
      buttons: Object.fromEntries(['pause', 'resume', 'retry'].map((verb) => [verb, h('button', { type: 'button', text: WORDS[verb].does, on: { click: () => act(panel.run, verb) } })])),
    };
    const panel = h('section', { class: 'panel stack' },
      h('div', { class: 'view-head' }, parts.title, parts.state, h('div', { class: 'actions' }, Object.values(parts.buttons))),
      h('div', { class: 'columns' },
        h('div', { class: 'stack' }, h('h3', { text: 'Studies' }), parts.progress, parts.amounts.root),
        h('div', { class: 'stack' }, h('h3', { text: 'Objects' }), parts.data, parts.pairs.root)),
      parts.failures.root);
    panel.parts = parts;
    return panel;
  }

  function fill(panel, run) {
    panel.run = run;
    const { parts } = panel;
    const done = (run.migrated ?? 0) + (run.skipped ?? 0);
    setText(parts.title, `Run ${run.run}: ${text(run.from)} to ${text(run.to)}`);
    badge(parts.state, run.isPaused || run.failed > 0 ? 'warn' : 'good', STATES[run.state] ?? text(run.state));
    bar(parts.progress, run.studies > 0 ? done / run.studies : null, `Studies of run ${run.run}`);
    bar(parts.data, run.expectedObjects > 0 ? run.objects / run.expectedObjects : null, `Objects of run ${run.run}`);
    parts.amounts.update([
      ['Migrated', count(run.migrated)], ['Running', count(run.running)], ['Pending', count(run.pending)], ['Failed', count(run.failed)], ['Skipped', count(run.skipped)],
      ['Known so far', count(run.studies)], ['Windows of days asked for', `${count(run.windowsDone)} of ${count(run.windows)}`],
    ]);
    parts.pairs.update([
      ['Moved', `${count(run.objects)} of ${count(run.expectedObjects)}`], ['Data', bytes(run.bytes)], ['Alerts', count(run.alerts)],
      ['Speed', `${rate(run.objectsPerSecond)} objects, ${bytes(run.bytesPerSecond)}/s`],
      ['Time left', Number.isFinite(run.secondsLeft) ? `about ${duration(run.secondsLeft)}` : '–'], ['Started', moment(run.startedAt)],
    ]);
    parts.failures.update(run.failures ?? []);
    setShown(parts.failures.root, (run.failures ?? []).length > 0);
    setShown(parts.buttons.pause, context.isOperator && !run.isPaused);
    setShown(parts.buttons.resume, context.isOperator && run.isPaused === true);
    setShown(parts.buttons.retry, context.isOperator);
    parts.buttons.retry.disabled = !(run.failed > 0);
    setAttribute(parts.buttons.pause, 'aria-label', `Pause run ${run.run}`);
    setAttribute(parts.buttons.resume, 'aria-label', `Resume run ${run.run}`);
    setAttribute(parts.buttons.retry, 'aria-label', `Retry failed studies of run ${run.run}`);
  }

  function update(state) {
    const all = state.migration?.runs ?? [];
    keyed(runs, all, (run) => run.run, make, fill);
    setShown(empty, all.length === 0);
    const failed = all.reduce((sum, run) => sum + (run.failed ?? 0), 0);
    head.tell(all.length ? `${plural(all.length, 'run')}; ${failed ? `${plural(failed, 'study', 'studies')} failed.` : 'no study failed.'}` : '');
  }

  return { root: h('div', { class: 'stack' }, head.root, outcome.root, empty, runs), update };
}
