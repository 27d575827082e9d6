// The frame: who is logged in, which view is shown, the stream of state, banners, pause, colours.

import { get, useToken } from './api.js';
import { assess } from './assess.js';
import { h, keyed, setAttribute, setShown, setText } from './dom.js';
import { plural, timeOfDay } from './format.js';
import { note, useTopology } from './history.js';
import { StateStream } from './stream.js';
import { theTopology } from './the-topology.js';
import { badge, mark } from './ui.js';
import { views } from './views.js';

const element = (id) => document.getElementById(id);
const title = document.title;

/** What views are given: who looks, and the last state that was shown. */
const context = {
  me: { user: '', role: 'viewer', patientData: false },
  state: {},
  get isOperator() {
    return this.me.role === 'operator';
  },
  get isPaused() {
    return pausedAt !== null;
  },
};

let latest = null;
let pausedAt = null;
let connection = { isUp: true, since: Date.now() };
let lastVerdict = '';
let isScheduled = false;
const mounted = new Map();
let current = null;

function viewOfAddress() {
  const id = decodeURIComponent(location.hash.slice(1)).split('/')[0];
  return views.find((view) => view.id === id) ?? views[0];
}

function show(isByUser) {
  const view = viewOfAddress();
  const rest = location.hash.slice(1).split('/').slice(1).map(decodeURIComponent);
  if (!mounted.has(view.id)) {
    const made = view.make(context);
    made.root.dataset.view = view.id;
    mounted.set(view.id, made);
    element('main').append(made.root);
  }
  if (current && current !== mounted.get(view.id)) current.leave?.();
  current = mounted.get(view.id);
  for (const one of mounted.values()) setShown(one.root, one === current);
  document.title = `${view.title} · ${title}`;
  current.enter?.(rest);
  draw();
  if (isByUser) {
    globalThis.scrollTo(0, 0);
    element('main').focus({ preventScroll: true });
  }
}

function take(state) {
  if (state.nodes && !latest?.nodes) learnTopology(); // a monitor has none
  latest = state;
  note(state);
  if (pausedAt === null) schedule();
}

async function learnTopology() {
  try {
    useTopology(await theTopology());
  } catch {
    // What comes in and goes out is not known then; its view says why.
  }
}

function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    context.state = latest ?? {};
    draw();
  });
}

function draw() {
  if (!latest) return;
  context.verdict = assess(context.state, connection);
  drawNavigation();
  drawBanners();
  badge(element('light'), context.verdict.tone, context.verdict.word);
  setText(element('clock'), `as of ${timeOfDay(context.state.now ?? Date.now())}`);
  current?.update(context.state);
  announce();
}

/** Told politely, and only when something has changed that matters. */
function announce() {
  const { title: sentence, problems } = context.verdict;
  const words = problems.length ? `${sentence} ${plural(problems.length, 'thing')} to look at.` : sentence;
  if (words === lastVerdict) return;
  lastVerdict = words;
  setText(element('summary'), words);
}

function drawNavigation() {
  const shown = views.filter((view) => !view.part || context.state[view.part] || view === viewOfAddress());
  keyed(element('views'), shown, (view) => view.id,
    (view) => h('li', {}, h('a', { href: `#${view.id}` }, h('span', { text: view.title }), h('span', { class: 'mark' }))),
    (item, view) => {
      const link = item.firstChild;
      setAttribute(link, 'aria-current', view === viewOfAddress() ? 'page' : null);
      const problems = context.verdict?.problems.filter((problem) => problem.view === view.id && problem.tone !== 'idle') ?? [];
      const isBad = problems.some((problem) => problem.tone === 'bad');
      setShown(link.lastChild, problems.length > 0);
      setAttribute(link.lastChild, 'class', `mark ${isBad ? 'bad' : 'warn'}`);
      setAttribute(link.lastChild, 'title', problems.length ? `${plural(problems.length, 'thing')} to look at` : null);
      setText(link.lastChild, problems.length ? `${isBad ? '!' : ''}${problems.length}` : '');
    });
}

function drawBanners() {
  const banners = [];
  if (!connection.isUp) banners.push({ id: 'connection', text: `The page has lost its server since ${timeOfDay(connection.since)}. What is shown is from then; it goes on by itself.` });
  for (const cluster of connection.isUp ? (context.state.cluster ?? []) : []) {
    if (cluster.isReachable === false)
      banners.push({ id: `broker ${cluster.name}`, text: `No Kafka broker of ${cluster.name} answers since ${timeOfDay(cluster.since)}. Nothing is lost; work goes on by itself when one is back.` });
  }
  if (pausedAt !== null) banners.push({ id: 'paused', kind: 'paused', tone: 'idle', text: `Updates are paused since ${timeOfDay(pausedAt)}.` });
  keyed(element('banners'), banners, (one) => one.id,
    (one) => h('div', { class: `banner ${one.kind ?? ''}`, data: { banner: one.id } }, mark(one.tone ?? 'bad'), h('span')),
    (banner, one) => setText(banner.lastChild, one.text));
}

function togglePause() {
  pausedAt = pausedAt === null ? Date.now() : null;
  setAttribute(element('pause'), 'aria-pressed', String(pausedAt !== null));
  setText(element('pause'), pausedAt === null ? 'Pause updates' : 'Go on');
  if (pausedAt === null) schedule();
  else draw();
}

const SCHEMES = ['system', 'light', 'dark'];

function schemeNow() {
  return document.documentElement.dataset.theme ?? 'system';
}

function nextScheme() {
  const next = SCHEMES[(SCHEMES.indexOf(schemeNow()) + 1) % SCHEMES.length];
  if (next === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  setText(element('scheme'), `Colours: ${next}`);
  try {
    localStorage.setItem('medstreams.theme', next);
  } catch {
    // Then it holds for this page only.
  }
}

function hear(change) {
  connection = change;
  if (latest) draw();
  else drawBanners();
}

async function begin() {
  element('pause').addEventListener('click', togglePause);
  element('scheme').addEventListener('click', nextScheme);
  setText(element('scheme'), `Colours: ${schemeNow()}`);
  globalThis.addEventListener('hashchange', () => show(true));
  latest = null;
  drawNavigation();
  show(false);
  const me = await get('/api/me');
  Object.assign(context.me, me);
  useToken(me.csrf);
  element('logout-token').value = me.csrf;
  setText(element('user'), `${me.user} (${me.role})`);
  context.stream = new StateStream({ onState: take, onConnection: hear, onGone: () => location.assign('/') });
}

await begin();
