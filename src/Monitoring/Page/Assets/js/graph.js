// The topology as a graph: topics between sub-topologies, each of which is a box with its nodes. Laid out once, brought up to date in place; nodes can be
// chosen by pointer and keys, and arrows go along the edges.

import { h, s, setAttribute, setText } from './dom.js';
import { layered, smooth } from './layout.js';
import { rate } from './format.js';

const NODE_HEIGHT = 42;
const LETTER = 7;
const PAD = 14;
const HEAD = 22;
const MOST_APART = 4; // so many topics between the same nodes are drawn each by itself
const NAMES = { source: 'source', sink: 'sink', processor: 'step', external: 'target', topic: 'topic', store: 'store' };

export class TopologyGraph {
  /** `onChoose(node)`: a node was chosen; `{ id, name, kind, subtopology }`. */
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.nodes = new Map();
    this.edges = [];
    this.chosen = null;
    this.svg = s('svg', { class: 'graph', role: 'group', 'aria-label': 'Topology' });
    this.scroller = h('div', { class: 'graph-scroll', role: 'region', 'aria-label': 'Graph of the topology', tabindex: 0 }, this.svg);
    this.legend = h('p', { class: 'graph-legend', text: 'Round: topics. Square: steps. Cut corners: stores. Thick lines carry records now. Tab comes to the nodes, arrow keys go along the lines.' });
    this.root = h('div', {}, this.scroller, this.legend);
    this.svg.addEventListener('keydown', (event) => this.walk(event));
  }

  /** Draws a description: `{ subtopologies: [{ id, nodes: [{ name, kind, topics, stores, successors }] }] }`. */
  draw(description) {
    const boxes = description.subtopologies.map((sub) => innerLayout(sub));
    const topics = topicsOf(description);
    const outer = outerLayout(boxes, topics);
    this.nodes.clear();
    this.edges = [];
    const drawn = { boxes: [], edges: [], nodes: [] };
    boxes.forEach((box) => this.drawBox(box, outer.places.get(box.id), drawn));
    topics.forEach((topic) => drawn.nodes.push(this.drawNode(topic, outer.places.get(topic.id))));
    outer.edges.forEach((edge, index) => drawn.edges.push(this.drawEdge(edge.fromNode, edge.toNode, outer.routes[index])));
    this.svg.replaceChildren(arrowHead(), ...drawn.boxes, ...drawn.edges, ...drawn.nodes);
    const [width, height] = [outer.width + 2 * PAD, outer.height + 2 * PAD];
    setAttribute(this.svg, 'viewBox', `${-PAD} ${-PAD} ${width} ${height}`);
    this.svg.style.maxWidth = `${width}px`; // as large as it is at most, and not so small that nobody can read it
    this.svg.style.minWidth = `${Math.round(width * 0.8)}px`;
    const first = this.nodes.values().next().value;
    if (first) setAttribute(first.element, 'tabindex', 0);
  }

  /** Rates by node and topic: `of(node)` answers records a second, or null. */
  update(of) {
    for (const node of this.nodes.values()) {
      const now = of(node);
      node.rate = now;
      setText(node.rateText, now === null || now === undefined ? (NAMES[node.kind] ?? node.kind) : rate(now));
      setAttribute(node.element, 'class', `node ${node.kind}${now > 0 ? ' flows' : ''}${node.id === this.chosen ? ' chosen' : ''}`);
      setAttribute(node.element, 'aria-pressed', String(node.id === this.chosen));
    }
    for (const edge of this.edges) {
      const isFlowing = this.nodes.get(edge.from)?.rate > 0 && this.nodes.get(edge.to)?.rate > 0;
      const isRelated = this.chosen !== null && (edge.from === this.chosen || edge.to === this.chosen);
      setAttribute(edge.element, 'class', `edge${isFlowing ? ' flows' : ''}${isRelated ? ' related' : ''}`);
    }
  }

  /** All nodes, topics and stores that are drawn. */
  all() {
    return [...this.nodes.values()].map(({ id, name, kind, subtopology, topics, stores }) => ({ id, name, kind, subtopology, topics, stores }));
  }

  choose(id) {
    this.chosen = id;
    this.onChoose(this.nodes.get(id) ?? null);
  }

  drawBox(box, place, drawn) {
    drawn.boxes.push(s('g', {},
      s('rect', { class: 'sub-box', x: place.x, y: place.y, width: box.width, height: box.height, rx: 10 }),
      s('text', { class: 'sub-name', x: place.x + 12, y: place.y + 13, text: box.title })));
    const at = (point) => ({ x: place.x + PAD + point.x, y: place.y + HEAD + point.y });
    box.inner.forEach((node) => drawn.nodes.push(this.drawNode(node, at(box.layout.places.get(node.id)))));
    box.edges.forEach((edge, index) => drawn.edges.push(this.drawEdge(edge.from, edge.to, box.layout.routes[index].map(at))));
  }

  drawNode(node, place) {
    const rateText = s('text', { class: 'rate', x: node.width / 2, y: 29, 'text-anchor': 'middle' });
    const element = s('g', {
      class: `node ${node.kind}`, transform: `translate(${place.x} ${place.y})`, tabindex: -1, role: 'button', 'aria-description': NAMES[node.kind] ?? node.kind,
      on: { click: () => this.choose(node.id), focus: () => this.rove(node.id) },
    }, shape(node), s('text', { x: node.width / 2, y: 14, 'text-anchor': 'middle', text: node.name }), rateText);
    this.nodes.set(node.id, { ...node, element, rateText, rate: null });
    return element;
  }

  drawEdge(from, to, points) {
    const element = s('path', { class: 'edge', d: smooth(points), 'marker-end': 'url(#arrow)' });
    this.edges.push({ from, to, element });
    return element;
  }

  rove(id) {
    for (const node of this.nodes.values()) setAttribute(node.element, 'tabindex', node.id === id ? 0 : -1);
  }

  walk(event) {
    const here = [...this.nodes.values()].find((node) => node.element === document.activeElement);
    if (!here) return;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.choose(here.id);
      return;
    }
    const next = this.neighbour(here, event.key);
    if (!next) return;
    event.preventDefault();
    next.element.focus();
    next.element.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  neighbour(here, key) {
    if (key === 'ArrowRight') return this.nodes.get(this.edges.find((edge) => edge.from === here.id)?.to);
    if (key === 'ArrowLeft') return this.nodes.get(this.edges.find((edge) => edge.to === here.id)?.from);
    if (key !== 'ArrowDown' && key !== 'ArrowUp') return null;
    const all = [...this.nodes.values()].sort((a, b) => top(a) - top(b) || left(a) - left(b));
    return all[all.indexOf(here) + (key === 'ArrowDown' ? 1 : -1)];
  }
}

const top = (node) => node.element.transform.baseVal[0].matrix.f;
const left = (node) => node.element.transform.baseVal[0].matrix.e;

function shape(node) {
  const [width, height] = [node.width, NODE_HEIGHT];
  if (node.kind === 'store')
    return s('path', { class: 'node-shape', d: `M8 0H${width - 8}L${width} 8V${height - 8}L${width - 8} ${height}H8L0 ${height - 8}V8Z` });
  return s('rect', { class: 'node-shape', width, height, rx: node.kind === 'topic' ? height / 2 : 6 });
}

function arrowHead() {
  return s('defs', {}, s('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 9, markerHeight: 9, markerUnits: 'userSpaceOnUse', orient: 'auto' },
    s('path', { class: 'arrow', d: 'M0 0L8 4L0 8z' })));
}

const sized = (node) => ({ ...node, width: Math.round(Math.max(8, node.name.length) * LETTER + 26), height: NODE_HEIGHT });

/** A sub-topology's nodes and stores, laid out within their box. */
function innerLayout(sub) {
  const inner = sub.nodes.map((node) => sized({ id: `node ${node.name}`, name: node.name, kind: node.kind, subtopology: sub.id, topics: node.topics ?? [], stores: node.stores ?? [] }));
  const stores = [...new Set(sub.nodes.flatMap((node) => node.stores ?? []))].map((name) => sized({ id: `store ${sub.id} ${name}`, name, kind: 'store', subtopology: sub.id, topics: [], stores: [] }));
  const edges = sub.nodes.flatMap((node) => [
    ...(node.successors ?? []).map((name) => ({ from: `node ${node.name}`, to: `node ${name}` })),
    ...(node.stores ?? []).map((name) => ({ from: `node ${node.name}`, to: `store ${sub.id} ${name}` })),
  ]);
  const all = [...inner, ...stores];
  const layout = layered(all, edges, { layerGap: 34, nodeGap: 12 });
  return {
    id: `sub ${sub.id}`, title: `${sub.isGlobal ? 'global stores' : 'sub-topology'} ${sub.id}`, inner: all, edges, layout,
    width: Math.max(120, layout.width + 2 * PAD), height: layout.height + HEAD + PAD,
  };
}

function topicsOf(description) {
  const ends = new Map();
  for (const node of description.subtopologies.flatMap((sub) => sub.nodes))
    for (const topic of node.topics ?? []) ends.set(topic, [...(ends.get(topic) ?? []), node.name]);
  const bundles = new Map();
  for (const [topic, nodes] of ends) bundles.set(nodes.sort().join('\n'), [...(bundles.get(nodes.join('\n')) ?? []), topic]);
  return [...bundles.values()].flatMap((topics) => (topics.length > MOST_APART ? [bundleOf(topics)] : topics.map((name) => topicNode(name, [name]))));
}

const topicNode = (name, topics) => sized({ id: `topic ${name}`, name, kind: 'topic', subtopology: null, topics, stores: [] });

/** Many topics between the same nodes, as one. */
function bundleOf(topics) {
  let prefix = topics[0];
  while (!topics.every((topic) => topic.startsWith(prefix))) prefix = prefix.slice(0, -1);
  return topicNode(`${prefix}* (${topics.length} topics)`, topics);
}

/** Boxes and topics, laid out together; edges begin and end at the nodes within the boxes. */
function outerLayout(boxes, topics) {
  const edges = [];
  const idOf = new Map(topics.flatMap((node) => node.topics.map((topic) => [topic, node.id])));
  for (const box of boxes) {
    const port = (node) => HEAD + box.layout.places.get(node.id).y + NODE_HEIGHT / 2 - box.height / 2;
    for (const node of box.inner) {
      for (const topic of new Set(node.kind === 'store' ? [] : node.topics.map((name) => idOf.get(name)))) {
        if (node.kind === 'source') edges.push({ from: topic, to: box.id, toPort: port(node), fromNode: topic, toNode: node.id, node });
        else edges.push({ from: box.id, to: topic, fromPort: port(node), fromNode: node.id, toNode: topic, node });
      }
    }
  }
  const layout = layered([...boxes, ...topics], edges, { layerGap: 44, nodeGap: 20 });
  for (const box of boxes) {
    // Within its box an edge goes on to the node itself.
    const place = layout.places.get(box.id);
    edges.forEach((edge, index) => {
      if (edge.to !== box.id && edge.from !== box.id) return;
      const inner = box.layout.places.get(edge.node.id);
      const x = place.x + PAD + inner.x;
      const y = place.y + HEAD + inner.y + NODE_HEIGHT / 2;
      if (edge.to === box.id) layout.routes[index].push({ x, y });
      else layout.routes[index].unshift({ x: x + edge.node.width, y });
    });
  }
  return { ...layout, edges };
}
