// All views, in the order of the navigation. `part`: the part of the state without which a view is not offered.

import { deadLetters } from './views/dead-letters.js';
import { increments } from './views/increments.js';
import { lag } from './views/lag.js';
import { migration } from './views/migration.js';
import { overview } from './views/overview.js';
import { ranges } from './views/ranges.js';
import { recommendations } from './views/recommendations.js';
import { reservations } from './views/reservations.js';
import { stores } from './views/stores.js';
import { sync } from './views/sync.js';
import { tasks } from './views/tasks.js';
import { topology } from './views/topology.js';

export const views = [
  { id: 'overview', title: 'Overview', make: overview },
  { id: 'topology', title: 'Topology', make: topology, part: 'nodes' },
  { id: 'tasks', title: 'Tasks and restore', make: tasks, part: 'tasks' },
  { id: 'lag', title: 'Lag', make: lag, part: 'lag' },
  { id: 'stores', title: 'Stores', make: stores, part: 'stores' },
  { id: 'dead-letters', title: 'Dead letters', make: deadLetters, part: 'deadLetters' },
  { id: 'increments', title: 'Increments', make: increments, part: 'increments' },
  { id: 'migration', title: 'Migration', make: migration, part: 'migration' },
  { id: 'ranges', title: 'Ranges', make: ranges, part: 'ranges' },
  { id: 'reservations', title: 'Reservations', make: reservations, part: 'reservations' },
  { id: 'sync', title: 'Synchronisation', make: sync, part: 'sync' },
  { id: 'recommendations', title: 'Recommendations', make: recommendations, part: 'recommendations' },
];
