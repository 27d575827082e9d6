// What went by while the page was open, a sample a second, ten minutes of it: what the small lines of the overview show.

const MOST = 600;
const samples = [];
let targets = [];
let [read, written] = [null, null];

/** Notes a state, once a second of the server. */
export function note(state) {
  const at = Date.parse(state.now ?? '') || Date.now();
  if (samples.length && at - samples.at(-1).at < 500) return;
  samples.push({ at, in: flow(state).in, out: flow(state).out, lag: state.lag?.lag ?? null, dead: deadLetterCount(state) });
  if (samples.length > MOST) samples.shift();
}

/** The values of one figure, oldest first. */
export const history = (figure) => samples.map((sample) => sample[figure]);

/** All samples, oldest first. */
export const all = () => samples;

/** How many dead letters have come since `seconds` before now, as far as was seen. */
export function newDeadLetters(seconds) {
  const last = samples.at(-1);
  if (!last) return 0;
  const then = samples.find((sample) => sample.at >= last.at - seconds * 1000 && sample.dead !== null);
  return then && last.dead !== null ? Math.max(0, last.dead - then.dead) : 0;
}

/** Says what topology it is: which topics lie within it, and which nodes are targets beside Kafka. */
export function useTopology(description) {
  const nodes = description.subtopologies.flatMap((sub) => sub.nodes);
  const topics = (isWanted) => new Set(nodes.filter(isWanted).flatMap((node) => node.topics ?? []));
  targets = nodes.filter((node) => node.kind === 'external').map((node) => node.name);
  [read, written] = [topics((node) => node.kind === 'source'), topics((node) => node.kind !== 'source')];
}

/** Records a second that come in from topics that nobody here writes, and go out to topics that nobody here reads or to targets beside Kafka. */
export function flow(state) {
  if (!state.nodes || !read) return { in: null, out: null };
  const sum = (isEnd, of) => Object.entries(state.nodes.topics ?? {}).filter(isEnd).reduce((total, [, topic]) => total + (topic[of] ?? 0), 0);
  const toTargets = targets.reduce((total, name) => total + (state.nodes.nodes?.[name]?.rate ?? 0), 0);
  return {
    in: sum(([name, topic]) => !written.has(name) && !(topic.writtenTotal > 0), 'read'),
    out: sum(([name, topic]) => !read.has(name) && !(topic.readTotal > 0), 'written') + toTargets,
  };
}

export const deadLetterCount = (state) => (state.deadLetters ? state.deadLetters.topics.reduce((sum, topic) => sum + (topic.count ?? 0), 0) : null);
