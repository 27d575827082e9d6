// From the state to one sentence, and to a list of what to look at, worst first, each with what helps. Nothing here touches the document.

import { count, duration, plural, rate, timeOfDay } from './format.js';
import { deadLetterCount, flow, newDeadLetters } from './history.js';

const RANK = { bad: 0, warn: 1, idle: 2 };

// Why an instance stands still, as docs/health.md has it, and what helps.
const STANDSTILLS = {
  'not-started': ['warn', 'Wait: it looks for its topics. One that is missing is named in the log.'],
  'filling-global-stores': ['warn', 'Wait: tasks begin when the global stores are full.'],
  joining: ['warn', 'Wait: the group gives out its tasks anew. If it lasts, see whether a broker answers.'],
  'no-tasks': ['idle', 'Nothing is wrong: other instances have all partitions.'],
  opening: ['warn', 'Wait: state is opened, or another thread of this machine still has it.'],
  restoring: ['warn', 'Wait: stores are brought up to date. Standby replicas shorten it next time.'],
  'service-down': ['bad', 'Mend the service that the text names. Nothing is lost; the record is tried again.'],
  'target-down': ['bad', 'Mend the target that the text names. Nothing is lost, and nothing more is read until then.'],
  'slow-call': ['bad', 'Mend who is called: as many calls are on their way as may be, and none is answered.'],
  paused: ['warn', 'Resume the topology when whoever paused it is done.'],
  stuck: ['bad', 'Look at what the code of the topology calls. After max.poll.interval.ms the group goes on without this thread.'],
  'broker-down': ['bad', 'Mend Kafka or the way to it. The instance goes on by itself.'],
  stopping: ['warn', 'Wait: the instance ends.'],
  stopped: ['bad', 'Start the instance again. Its log says why it ended.'],
  failed: ['bad', 'Its log says what failed. Mend that and start it again.'],
};

const LAG_CURES = {
  stop: 'It has lag and commits nothing: is its consumer running?',
  stall: 'It commits the same offset again and again: a record or a call holds it up.',
  rewind: 'Its offset went backwards: was it reset, or did an old member come back?',
  warn: 'It falls further behind: find the slow step, or add instances.',
};

/** Judges a state: `{ tone, word, title, text, problems: [{ id, tone, view, what, cure }] }`. */
export function assess(state, connection) {
  const problems = [
    ...ofConnection(connection), ...ofClusters(state), ...ofInstance(state), ...ofLag(state), ...ofRestore(state), ...ofDeadLetters(state), ...ofMigration(state),
    ...ofSync(state), ...ofForecasts(state), ...ofReservations(state), ...ofFaults(state),
  ].sort((a, b) => RANK[a.tone] - RANK[b.tone]);
  return { ...verdict(state, connection, problems), problems };
}

function verdict(state, connection, problems) {
  const worst = problems[0]?.tone ?? 'good';
  const stands = problems.find((problem) => problem.stands);
  const text = figures(state);
  if (!connection.isUp) return { tone: 'bad', word: 'page cut off', title: 'The page has lost its server.', text: `Last heard at ${timeOfDay(connection.since)}. ${text}` };
  if (stands) return { tone: stands.tone, word: stands.tone === 'bad' ? 'standing still' : 'waiting', title: stands.tone === 'bad' ? 'Data stands still.' : 'Data waits.', text: stands.what };
  if (worst === 'bad') return { tone: 'bad', word: 'trouble', title: 'Data flows, but not everywhere.', text };
  if (worst === 'warn') return { tone: 'warn', word: 'look', title: 'Data flows; something needs a look.', text };
  const isQuiet = flow(state).in === 0;
  return { tone: 'good', word: isQuiet ? 'quiet' : 'flowing', title: isQuiet ? 'All is well; nothing comes in just now.' : 'Data is flowing.', text };
}

function figures(state) {
  const words = [];
  const { in: input } = flow(state);
  if (input !== null) words.push(`${rate(input)} in`);
  if (state.lag) words.push(`${plural(state.lag.lag, 'record')} behind`);
  const oldest = oldestSeconds(state);
  if (oldest !== null) words.push(`the oldest waits ${duration(oldest)}`);
  return words.length ? `${words.join(', ')}.` : '';
}

/** The longest that a record of any group has waited, in seconds; null where nobody knows. */
export function oldestSeconds(state) {
  const all = (state.lag?.groups ?? []).map((group) => group.seconds).filter(Number.isFinite);
  return all.length ? Math.max(...all) : null;
}

const ofConnection = (connection) => (connection.isUp ? [] : [{
  id: 'connection', tone: 'bad', view: 'overview', what: `The page has heard nothing from its server since ${timeOfDay(connection.since)}.`,
  cure: 'Does the process run, and is the way to it open? The page goes on by itself.',
}]);

function ofClusters(state) {
  return (state.cluster ?? []).flatMap((cluster) => {
    if (cluster.isReachable === false) {
      return [{
        id: `cluster ${cluster.name}`, tone: 'bad', view: 'overview', stands: (state.cluster ?? []).every((one) => !one.isReachable),
        what: `No broker of ${cluster.name} answers since ${timeOfDay(cluster.since)}.`, cure: STANDSTILLS['broker-down'][1],
      }];
    }
    return cluster.hasCaughtUp === false
      ? [{ id: `cluster ${cluster.name}`, tone: 'idle', view: 'lag', what: `Commits of ${cluster.name} are still being read.`, cure: 'Wait: lag is not whole yet.' }] : [];
  });
}

function ofInstance(state) {
  const instance = state.instance;
  if (!instance) return [];
  const found = (instance.standstills ?? []).map((still) => {
    const [tone, cure] = STANDSTILLS[still.reason] ?? ['warn', ''];
    const left = Number.isFinite(still.secondsLeft) ? ` About ${duration(still.secondsLeft)} left.` : '';
    return { id: `still ${still.reason} ${still.thread ?? ''} ${still.task ?? ''}`, tone, view: 'tasks', stands: tone !== 'idle', what: `${still.text}${left}`, cure };
  });
  if (instance.isLive === false && !found.some((one) => one.tone === 'bad'))
    found.push({ id: 'dead', tone: 'bad', view: 'tasks', stands: true, what: 'An error has ended this instance.', cure: STANDSTILLS.failed[1] });
  return found;
}

function ofLag(state) {
  const worst = state.lag?.worst ?? [];
  return (state.lag?.groups ?? []).filter((group) => group.status === 'err' || group.status === 'warn').map((group) => {
    const partition = worst.find((one) => one.group === group.group && one.cluster === group.cluster && one.status !== 'ok');
    const status = partition?.status ?? group.topics?.find((topic) => topic.status !== 'ok')?.status ?? 'warn';
    const waits = Number.isFinite(group.seconds) ? `, the oldest waits ${duration(group.seconds)}` : '';
    return {
      id: `lag ${group.cluster} ${group.group}`, tone: group.status === 'err' ? 'bad' : 'warn', view: 'lag', href: `#lag/${encodeURIComponent(group.group)}`,
      what: `${group.group} is ${count(group.lag)} records behind${waits}.`, cure: LAG_CURES[status] ?? LAG_CURES.warn,
    };
  });
}

function ofRestore(state) {
  const all = state.restore ?? [];
  if (!all.length || state.instance?.standstills?.some((still) => still.reason === 'restoring')) return [];
  const left = Math.max(...all.map((one) => one.secondsLeft).filter(Number.isFinite), 0);
  return [{ id: 'restore', tone: 'idle', view: 'tasks', what: `${plural(all.length, 'store partition')} being restored, about ${duration(left)} left.`, cure: 'Wait; the other tasks work.' }];
}

function ofDeadLetters(state) {
  const total = deadLetterCount(state);
  if (!total) return [];
  const fresh = newDeadLetters(300);
  return [{
    id: 'dead letters', tone: fresh ? 'warn' : 'idle', view: 'dead-letters',
    what: fresh ? `${plural(fresh, 'new dead letter')} in the last minutes; ${count(total)} in all.` : `${plural(total, 'dead letter')}; none is new.`,
    cure: 'Look at the errors; mend the cause, then replay them.',
  }];
}

function ofMigration(state) {
  return (state.migration?.runs ?? []).flatMap((run) => {
    const found = [];
    if (run.failed > 0)
      found.push({ id: `run ${run.run} failed`, tone: 'warn', view: 'migration', what: `Migration ${run.run}: ${plural(run.failed, 'study', 'studies')} failed.`, cure: 'The reasons stand beside it. Mend the cause, then retry.' });
    if (run.alerts > 0)
      found.push({ id: `run ${run.run} alerts`, tone: 'warn', view: 'migration', what: `Migration ${run.run}: ${plural(run.alerts, 'alert')}.`, cure: 'medstreams migrate status --alerts tells them, docs/migration.md what they mean.' });
    if (run.isPaused)
      found.push({ id: `run ${run.run} paused`, tone: 'warn', view: 'migration', what: `Migration ${run.run} is paused.`, cure: 'Resume it when the old archive may be asked again.' });
    return found;
  });
}

function ofSync(state) {
  return (state.sync?.breakers ?? []).filter((breaker) => breaker.state !== 'closed').map((breaker) => ({
    id: `breaker ${breaker.operator}`, tone: breaker.state === 'open' ? 'bad' : 'warn', view: 'sync',
    what: `Operator ${breaker.operator} is not called (${breaker.state}) since ${timeOfDay(breaker.since)}.`, cure: 'Ask the operator. Progress is kept, and calls begin again by themselves.',
  }));
}

const ofForecasts = (state) => (state.forecasts?.series ?? []).filter((series) => series.isAlarm).map((series) => ({
  id: `forecast ${series.name}`, tone: 'warn', view: 'increments', what: `${series.name} is outside of what was expected since ${timeOfDay(series.since)}.`,
  cure: 'Did its machines stop sending, or is there a rush? Compare with its lag.',
}));

const ofReservations = (state) => (state.reservations?.waiting ?? []).filter((one) => one.oldestSeconds > 3600).map((one) => ({
  id: `waiting ${one.kind}`, tone: 'warn', view: 'reservations', what: `${count(one.count)} × ${one.kind}: the oldest waits for ${duration(one.oldestSeconds)}.`,
  cure: 'Does the other system still send? What it sends late is matched by itself.',
}));

const ofFaults = (state) => Object.entries(state.faults ?? {}).map(([part, kind]) => ({
  id: `fault ${part}`, tone: 'warn', view: 'overview', what: `${part} cannot be read (${kind}).`, cure: 'What is shown of it is missing, not zero. The log says more.',
}));
