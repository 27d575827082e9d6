// The trend of lag of one group, or of those that lag most together: what the server remembers, and each second's point behind it.

import { address, get } from './api.js';

const MOST = 720;

export class LagTrend {
  constructor() {
    this.points = [];
    this.group = null;
    this.isLoaded = false;
  }

  /** Reads what the server remembers of a group, `{ cluster, group }`, or of all for null. */
  async load(group) {
    this.group = group;
    this.points = [];
    const answer = await get(address('/api/lag/trend', group ? { cluster: group.cluster, group: group.group } : { top: 50 }));
    if (this.group !== group) return;
    const since = this.points;
    this.points = merged(answer.series);
    since.forEach((point) => this.push(point));
  }

  /** Adds the newest point of a state. */
  add(state) {
    const trend = state.lagTrend;
    if (!trend) return;
    const wanted = this.group ? trend.points.filter((point) => point.group === this.group.group && point.cluster === this.group.cluster) : trend.points;
    if (wanted.length) this.push({ at: Date.parse(trend.at), lag: wanted.reduce((sum, point) => sum + point.lag, 0) });
  }

  push(point) {
    if (this.points.length && point.at <= this.points.at(-1).at) return;
    this.points = [...this.points, point].slice(-MOST);
  }
}

/** The sum of several series, which have their points at the same times. */
function merged(series) {
  const sums = new Map();
  for (const one of series) one.at.forEach((at, index) => sums.set(at, (sums.get(at) ?? 0) + (one.lag[index] ?? 0)));
  return [...sums].sort((a, b) => a[0] - b[0]).map(([at, sum]) => ({ at: at * 1000, lag: sum }));
}
