// A layered drawing of a directed graph, left to right: layers by longest path, order within a layer by barycentres, positions by least squares
// under the order (pool adjacent violators). The steps of Sugiyama, Tagawa and Toda (1981); topologies have tens of nodes, so plain loops are enough.

/**
 * Lays out nodes `{ id, width, height }` and edges `{ from, to, fromPort?, toPort? }`; a port is how far below a node's middle an edge ends.
 * Answers `{ width, height, places: Map(id -> { x, y }), routes: [[{ x, y }, ..], ..] }`: upper left corners, and a polyline for each edge in order.
 */
export function layered(nodes, edges, { layerGap = 56, nodeGap = 18 } = {}) {
  const known = new Map(nodes.map((node) => [node.id, node]));
  const drawn = edges.filter((edge) => known.has(edge.from) && known.has(edge.to) && edge.from !== edge.to);
  const forward = withoutCycles(nodes, drawn);
  const layerOf = layersOf(nodes, forward);
  const chains = forward.map((edge, index) => chainOf(edge, index, layerOf));
  const layers = layersWithDummies(nodes, layerOf, chains);
  const links = chains.flatMap((chain) => chain.cells.slice(1).map((cell, i) => ({ from: chain.cells[i], to: cell })));
  order(layers, links);
  const place = positions(layers, links, known, chains, { layerGap, nodeGap });
  return {
    width: place.width,
    height: place.height,
    places: new Map(nodes.map((node) => [node.id, { x: place.x.get(node.id), y: place.y.get(node.id) - node.height / 2 }])),
    routes: edges.map((edge) => route(edge, chains[drawn.indexOf(edge)], known, place)),
  };
}

/** The edges, those that close a cycle turned round. */
function withoutCycles(nodes, edges) {
  const after = new Map(nodes.map((node) => [node.id, []]));
  edges.forEach((edge) => after.get(edge.from).push(edge));
  const state = new Map();
  const turned = new Set();
  const visit = (id) => {
    state.set(id, 'open');
    for (const edge of after.get(id)) {
      if (state.get(edge.to) === 'open') turned.add(edge);
      else if (!state.has(edge.to)) visit(edge.to);
    }
    state.set(id, 'done');
  };
  const hasEntry = new Set(edges.map((edge) => edge.to));
  nodes.filter((node) => !hasEntry.has(node.id)).forEach((node) => visit(node.id));
  nodes.forEach((node) => state.has(node.id) || visit(node.id));
  return edges.map((edge) =>
    turned.has(edge)
      ? { from: edge.to, to: edge.from, fromPort: edge.toPort, toPort: edge.fromPort, turned: true }
      : { ...edge, turned: false });
}

function layersOf(nodes, edges) {
  const before = new Map(nodes.map((node) => [node.id, []]));
  const after = new Map(nodes.map((node) => [node.id, []]));
  edges.forEach((edge) => {
    before.get(edge.to).push(edge.from);
    after.get(edge.from).push(edge.to);
  });
  const layer = new Map();
  const depth = (id) => {
    if (!layer.has(id)) layer.set(id, before.get(id).reduce((most, from) => Math.max(most, depth(from) + 1), 0));
    return layer.get(id);
  };
  nodes.forEach((node) => depth(node.id));
  for (const node of nodes) {
    // What nothing leads to stands right before what it leads to.
    if (before.get(node.id).length === 0 && after.get(node.id).length > 0)
      layer.set(node.id, Math.max(0, Math.min(...after.get(node.id).map((to) => layer.get(to))) - 1));
  }
  return layer;
}

/** An edge as cells, one in each layer that it crosses. */
function chainOf(edge, index, layerOf) {
  const cells = [edge.from];
  for (let layer = layerOf.get(edge.from) + 1; layer < layerOf.get(edge.to); layer++) cells.push(`\u0000${index}-${layer}`);
  cells.push(edge.to);
  return { edge, cells };
}

function layersWithDummies(nodes, layerOf, chains) {
  const layers = [];
  const put = (layer, cell) => (layers[layer] ??= []).push(cell);
  nodes.forEach((node) => put(layerOf.get(node.id), node.id));
  chains.forEach((chain) => chain.cells.slice(1, -1).forEach((cell, i) => put(layerOf.get(chain.edge.from) + 1 + i, cell)));
  return Array.from(layers, (layer) => layer ?? []);
}

function order(layers, links) {
  const before = neighbours(links, 'to', 'from');
  const after = neighbours(links, 'from', 'to');
  let best = layers.map((layer) => [...layer]);
  let fewest = crossings(layers, after);
  for (let sweep = 0; sweep < 12 && fewest > 0; sweep++) {
    const isDown = sweep % 2 === 0;
    const sequence = isDown ? layers.keys() : [...layers.keys()].reverse();
    for (const index of sequence) {
      const fixed = layers[isDown ? index - 1 : index + 1];
      if (fixed) byBarycentre(layers[index], fixed, isDown ? before : after);
    }
    const now = crossings(layers, after);
    if (now < fewest) {
      fewest = now;
      best = layers.map((layer) => [...layer]);
    }
  }
  best.forEach((layer, index) => layers[index].splice(0, layer.length, ...layer));
}

function neighbours(links, of, other) {
  const result = new Map();
  links.forEach((link) => {
    if (!result.has(link[of])) result.set(link[of], []);
    result.get(link[of]).push(link[other]);
  });
  return result;
}

function byBarycentre(layer, fixed, beside) {
  const at = new Map(fixed.map((cell, index) => [cell, index]));
  const weight = new Map(layer.map((cell, index) => {
    const places = (beside.get(cell) ?? []).map((other) => at.get(other)).filter((place) => place !== undefined);
    return [cell, places.length ? places.reduce((sum, place) => sum + place, 0) / places.length : index];
  }));
  layer.sort((a, b) => weight.get(a) - weight.get(b));
}

function crossings(layers, after) {
  let sum = 0;
  for (let index = 0; index + 1 < layers.length; index++) {
    const at = new Map(layers[index + 1].map((cell, place) => [cell, place]));
    const ends = layers[index].flatMap((cell) => (after.get(cell) ?? []).map((to) => at.get(to)).sort((a, b) => a - b));
    for (let i = 0; i < ends.length; i++) for (let j = i + 1; j < ends.length; j++) if (ends[j] < ends[i]) sum += 1;
  }
  return sum;
}

function positions(layers, links, known, chains, { layerGap, nodeGap }) {
  const heightOf = (cell) => known.get(cell)?.height ?? 6;
  const x = new Map();
  let left = 0;
  for (const layer of layers) {
    const width = Math.max(0, ...layer.map((cell) => known.get(cell)?.width ?? 0));
    layer.forEach((cell) => x.set(cell, left + (width - (known.get(cell)?.width ?? 0)) / 2));
    left += width + layerGap;
  }

  const port = new Map();
  chains.forEach(({ edge, cells }) => {
    port.set(`${cells[0]}>${cells[1]}`, edge.fromPort ?? 0);
    port.set(`${cells.at(-2)}<${cells.at(-1)}`, edge.toPort ?? 0);
  });
  const pulls = new Map();
  links.forEach(({ from, to }) => {
    const shift = (port.get(`${from}>${to}`) ?? 0) - (port.get(`${from}<${to}`) ?? 0);
    pull(to, from, shift);
    pull(from, to, -shift);
  });
  function pull(cell, other, shift) {
    if (!pulls.has(cell)) pulls.set(cell, []);
    pulls.get(cell).push({ other, shift });
  }

  const y = new Map();
  layers.forEach((layer) => stack(layer, layer.map((_, index) => index), y, heightOf, nodeGap));
  for (let round = 0; round < 16; round++) {
    for (const layer of round % 2 === 0 ? layers : [...layers].reverse()) {
      const wanted = layer.map((cell) => {
        const from = pulls.get(cell) ?? [];
        return from.length ? from.reduce((sum, { other, shift }) => sum + y.get(other) + shift, 0) / from.length : y.get(cell);
      });
      stack(layer, wanted, y, heightOf, nodeGap);
    }
  }

  const cells = layers.flat();
  const top = Math.min(...cells.map((cell) => y.get(cell) - heightOf(cell) / 2));
  cells.forEach((cell) => y.set(cell, y.get(cell) - top));
  return { x, y, width: Math.max(0, left - layerGap), height: Math.max(0, ...cells.map((cell) => y.get(cell) + heightOf(cell) / 2)) };
}

/** Places a layer's cells as near as can be to where they are wanted, in their order and without overlap. */
function stack(layer, wanted, y, heightOf, gap) {
  const offsets = [];
  let offset = 0;
  layer.forEach((cell, index) => {
    if (index > 0) offset += (heightOf(layer[index - 1]) + heightOf(cell)) / 2 + gap;
    offsets.push(offset);
  });
  const blocks = [];
  wanted.forEach((want, index) => {
    blocks.push({ sum: want - offsets[index], count: 1 });
    while (blocks.length > 1 && mean(blocks.at(-2)) > mean(blocks.at(-1))) {
      const last = blocks.pop();
      blocks.at(-1).sum += last.sum;
      blocks.at(-1).count += last.count;
    }
  });
  let index = 0;
  for (const block of blocks) for (let i = 0; i < block.count; i++, index++) y.set(layer[index], mean(block) + offsets[index]);
}

const mean = (block) => block.sum / block.count;

function route(edge, chain, known, place) {
  if (!chain) return [];
  const points = chain.cells.slice(1, -1).map((cell) => ({ x: place.x.get(cell), y: place.y.get(cell) }));
  if (chain.edge.turned) points.reverse();
  const from = known.get(edge.from);
  const to = known.get(edge.to);
  return [
    { x: place.x.get(edge.from) + from.width, y: place.y.get(edge.from) + (edge.fromPort ?? 0) },
    ...points,
    { x: place.x.get(edge.to), y: place.y.get(edge.to) + (edge.toPort ?? 0) },
  ];
}

/** A smooth line through points: the `d` of an SVG path. */
export function smooth(points) {
  if (points.length < 2) return '';
  const at = (value) => Math.round(value * 10) / 10;
  let path = `M${at(points[0].x)} ${at(points[0].y)}`;
  for (let i = 1; i < points.length; i++) {
    const [a, b] = [points[i - 1], points[i]];
    const reach = b.x > a.x ? Math.max(16, (b.x - a.x) / 2) : 48;
    path += `C${at(a.x + reach)} ${at(a.y)} ${at(b.x - reach)} ${at(b.y)} ${at(b.x)} ${at(b.y)}`;
  }
  return path;
}
