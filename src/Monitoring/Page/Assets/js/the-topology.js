// The description of the topology, which never changes while the server runs: asked for once.

import { get } from './api.js';

let known = null;

/** Answers the description, as `GET /api/topology` has it. */
export function theTopology() {
  known ??= get('/api/topology').catch((error) => {
    known = null;
    throw error;
  });
  return known;
}
