// The topology: its graph with the rate of each node, what is known of the chosen one, and the same as a table.

import { post } from '../api.js';
import { h, setShown, setText } from '../dom.js';
import { count, rate, text } from '../format.js';
import { TopologyGraph } from '../graph.js';
import { flow } from '../history.js';
import { theTopology } from '../the-topology.js';
import { DataTable } from '../table.js';
import { confirm, Outcome, Pairs, ViewHead } from '../ui.js';

/** What flows through topics: what is read of each here, or else what is written to it. */
function topicFigure(topics, figures) {
  const known = topics.map((name) => figures?.[name]).filter(Boolean);
  const sum = (of) => (known.length ? known.reduce((total, topic) => total + (of(topic) ?? 0), 0) : null);
  return { rate: sum((topic) => topic.read || topic.written), total: sum((topic) => topic.readTotal || topic.writtenTotal) };
}

export function topology(context) {
  const head = new ViewHead('Topology');
  const outcome = new Outcome();
  const pairs = new Pairs();
  const chosenTitle = h('h2');
  const chosenPanel = h('section', { class: 'panel', 'aria-live': 'off' }, chosenTitle, pairs.root);
  let chosen = null;
  let isDrawn = false;
  let isAsking = false;

  const graph = new TopologyGraph((node) => {
    chosen = node;
    update(context.state);
  });

  const table = new DataTable({
    caption: 'Nodes and topics', keyOf: (node) => node.id, search: 'Search nodes', file: 'nodes',
    empty: 'The topology is not known yet.',
    columns: [
      { key: 'name', title: 'Node', of: (node) => node.name, size: 2.4 },
      { key: 'kind', title: 'Kind', of: (node) => (node.kind === 'processor' ? 'step' : node.kind) },
      { key: 'sub', title: 'Sub-topology', of: (node) => node.subtopology, show: (value) => text(value) },
      { key: 'rate', title: 'Records/s', of: (node) => node.rate, show: rate, isNumber: true },
      { key: 'total', title: 'In all', of: (node) => node.total, isNumber: true },
    ],
  });

  const pause = h('button', { type: 'button', text: 'Pause topology', on: { click: () => act('pause') } });
  const resume = h('button', { type: 'button', text: 'Resume topology', on: { click: () => act('resume') } });
  head.actions.append(pause, resume);

  async function act(verb) {
    const isPause = verb === 'pause';
    const isSure = await confirm({
      title: isPause ? 'Pause the topology?' : 'Resume the topology?',
      text: isPause ? 'All tasks of this instance stop taking records. Nothing is lost; lag grows until it is resumed.' : 'Its tasks take records again.',
      does: isPause ? 'Pause' : 'Resume',
    });
    if (!isSure) return;
    try {
      await post(`/api/topology/${verb}`);
      outcome.tell('good', isPause ? 'The topology is paused.' : 'The topology runs again.');
    } catch (error) {
      outcome.tell('bad', error.message);
    }
  }

  async function load() {
    if (isDrawn || isAsking) return;
    isAsking = true;
    try {
      graph.draw(await theTopology());
      isDrawn = true;
      update(context.state);
    } catch (error) {
      outcome.tell('bad', error.message);
    } finally {
      isAsking = false;
    }
  }

  function update(state) {
    const figures = state.nodes ?? {};
    const figureOf = (node) => (node.kind === 'topic' ? topicFigure(node.topics, figures.topics) : figures.nodes?.[node.name]);
    graph.update((node) => figureOf(node)?.rate ?? null);
    table.update(graph.all().filter((node) => node.kind !== 'store').map((node) => ({ ...node, ...figureOf(node) })));
    const { in: input, out: output } = flow(state);
    head.tell(input === null ? '' : `${rate(input)} in, ${rate(output)} out, at this instance.`);
    const isPaused = state.instance?.isPaused === true;
    setShown(pause, context.isOperator && state.instance && !isPaused);
    setShown(resume, context.isOperator && isPaused);
    describe(figureOf);
  }

  function describe(figureOf) {
    setShown(chosenPanel, chosen !== null);
    if (!chosen) return;
    const figure = figureOf(chosen);
    setText(chosenTitle, chosen.name);
    pairs.update([
      ['Kind', chosen.kind],
      ['Sub-topology', text(chosen.subtopology)],
      ['Rate', rate(figure?.rate)],
      ['In all', count(figure?.total)],
      ['Topics', text(chosen.topics.join(', '))],
      ['Stores', text(chosen.stores.join(', '))],
    ]);
  }

  const root = h('div', { class: 'stack' }, h('div', {}, head.root, outcome.root), h('section', { class: 'panel' }, graph.root), chosenPanel, h('section', { class: 'panel' }, table.root));
  return { root, update, enter: load };
}
