// One glance: does data flow, where does it stand, what is there to do.

import { address, get } from '../api.js';
import { oldestSeconds } from '../assess.js';
import { Chart } from '../chart.js';
import { h, keyed, setAttribute, setShown, setText } from '../dom.js';
import { count, duration, percent, plural, rate } from '../format.js';
import { all, deadLetterCount, flow, history } from '../history.js';
import { LagTrend } from '../lag-trend.js';
import { mark, setMark, Tile } from '../ui.js';

export function overview(context) {
  const verdictMark = mark('idle');
  const title = h('h1', { text: 'Looking …' });
  const words = h('p');
  const verdict = h('section', { class: 'verdict', 'aria-label': 'How it stands' }, verdictMark, title, words);
  const tiles = {
    in: new Tile('Records in', { href: '#topology', hasSpark: true }),
    out: new Tile('Records out', { href: '#topology', hasSpark: true }),
    lag: new Tile('Records behind', { href: '#lag', hasSpark: true }),
    oldest: new Tile('Oldest waits', { href: '#lag' }),
    tasks: new Tile('Tasks', { href: '#tasks' }),
    dead: new Tile('Dead letters', { href: '#dead-letters' }),
    migration: new Tile('Migrated', { href: '#migration' }),
    clusters: new Tile('Kafka'),
  };
  const list = h('ul', { class: 'todo' });
  const nothing = h('p', { class: 'empty', text: 'Nothing. All is as it should be.' });
  const chart = new Chart({
    title: 'Records per second while this page is open', show: (value) => rate(value), lines: [{ name: 'in', of: (one) => one.in }, { name: 'out', of: (one) => one.out, isDashed: true }],
  });
  const lagChart = new Chart({ title: 'Records behind, all groups', show: (value) => count(value), lines: [{ name: 'lag', of: (one) => one.lag }] });
  const chartPanel = h('section', { class: 'panel' }, chart.root);
  const reports = h('ul', { class: 'reports' });
  const reportPanel = h('section', { class: 'panel', hidden: true }, h('h2', { text: 'Reports' }), reports);
  let hasReports = false;
  const trend = new LagTrend();

  function update(state) {
    const judged = context.verdict;
    setAttribute(verdict, 'class', `verdict ${judged.tone}`);
    setMark(verdictMark, judged.tone);
    setText(title, judged.title);
    setText(words, judged.text);
    updateTiles(state);
    keyed(list, judged.problems, (problem) => problem.id, makeProblem, updateProblem);
    setShown(nothing, judged.problems.length === 0);
    setShown(chartPanel, Boolean(state.nodes));
    if (state.nodes) chart.update(all());
    trend.add(state);
    lagChart.update(trend.points);
  }

  function updateTiles(state) {
    const { in: input, out: output } = flow(state);
    tiles.in.update(rate(input), '', history('in'));
    tiles.out.update(rate(output), '', history('out'));
    const groups = state.lag?.groups?.length ?? 0;
    tiles.lag.update(count(state.lag?.lag), groups ? plural(groups, 'group') : '', history('lag'));
    const oldest = oldestSeconds(state);
    tiles.oldest.update(oldest === null ? '–' : duration(oldest));
    const instance = state.instance;
    tiles.tasks.update(instance ? count(instance.activeTasks) : '–', instance ? `${instance.state}, ${plural(state.instances?.length ?? 1, 'instance')}` : '');
    const dead = deadLetterCount(state);
    tiles.dead.update(dead === null ? '–' : count(dead), dead === 0 ? 'none' : '');
    const run = state.migration?.runs?.[0];
    tiles.migration.update(run ? percent(run.studies ? (run.migrated + run.skipped) / run.studies : null) : '–', run ? `${count(run.migrated)} of ${plural(run.studies, 'study', 'studies')}` : '');
    const clusters = state.cluster ?? [];
    const away = clusters.filter((one) => !one.isReachable);
    tiles.clusters.update(clusters.length === 0 ? '–' : away.length ? 'away' : 'answers', away.length ? away.map((one) => one.name).join(', ') : clusters.length > 1 ? plural(clusters.length, 'cluster') : '');
    setShown(tiles.in.root, Boolean(state.nodes));
    setShown(tiles.out.root, Boolean(state.nodes));
    setShown(tiles.tasks.root, Boolean(instance));
    setShown(tiles.dead.root, dead !== null);
    setShown(tiles.migration.root, Boolean(run));
  }

  function makeProblem() {
    return h('li', {}, mark('idle'), h('span', { class: 'what' }), h('a', { text: 'Look' }), h('span', { class: 'cure' }));
  }

  function updateProblem(item, problem) {
    const [shape, what, link, cure] = item.children;
    setAttribute(item, 'class', problem.tone);
    setMark(shape, problem.tone);
    setText(what, problem.what);
    setText(cure, problem.cure);
    setShown(link, problem.view !== 'overview');
    setAttribute(link, 'href', problem.href ?? `#${problem.view}`);
    setAttribute(link, 'aria-label', `Look: ${problem.what}`);
  }

  function enter() {
    trend.load(null).catch(() => {}); // then it begins with what the stream says
    loadReports();
  }

  async function loadReports() {
    if (hasReports) return;
    hasReports = true;
    try {
      const known = await get('/api/reports');
      setShown(reportPanel, known.length > 0);
      keyed(reports, known, (one) => one.name, (one) => h('li', {}, h('span', { text: `${one.title}: ` }),
        h('a', { href: address(`/api/reports/${encodeURIComponent(one.name)}`, { format: 'html' }), target: '_blank', rel: 'noopener', text: 'to print', 'aria-label': `${one.title}: to print` }), ' · ',
        h('a', { href: address(`/api/reports/${encodeURIComponent(one.name)}`, { format: 'csv' }), download: '', text: 'CSV', 'aria-label': `${one.title}: CSV` })));
    } catch (error) {
      hasReports = error.status === 404; // there are none
    }
  }

  const root = h('div', { class: 'stack' },
    verdict,
    h('div', { class: 'tiles' }, Object.values(tiles).map((tile) => tile.root)),
    h('section', { class: 'panel' }, h('h2', { text: 'To look at' }), list, nothing),
    h('div', { class: 'columns' }, chartPanel, h('section', { class: 'panel' }, lagChart.root)),
    reportPanel);
  return { root, update, enter };
}

