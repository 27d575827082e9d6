// The one stream of events: the state as it changes, and whether it can be heard. Something comes each second: five without a word are a dead connection.

const SILENCE = 5000; // milliseconds
const AGAIN = 2000;

/**
 * Follows the state. `onState(state)`: the whole of it, after each event; `onConnection({ isUp, since })`: the stream is lost or back; `onGone()`: the session
 * is over.
 */
export class StateStream {
  constructor(handlers) {
    this.handlers = handlers;
    this.state = {};
    this.isUp = null;
    this.lastHeard = Date.now();
    setInterval(() => this.watch(), 1000);
    this.open();
  }

  open() {
    clearTimeout(this.timer);
    this.source?.close();
    this.openedAt = Date.now();
    this.isFirst = true;
    this.source = new EventSource('/api/events');
    this.source.addEventListener('state', (event) => this.take(event));
    this.source.addEventListener('bye', (event) => this.bye(event));
    this.source.addEventListener('open', () => {
      this.isFirst = true;
    });
    this.source.addEventListener('error', () => {
      this.tell(false);
      this.tryLater(); // not by itself: an answer that is no stream, such as 401, would end it
    });
  }

  take(event) {
    const changed = JSON.parse(event.data);
    this.state = this.isFirst ? changed : { ...this.state, ...changed };
    for (const [part, value] of Object.entries(this.state)) if (value === null) delete this.state[part];
    this.isFirst = false;
    this.lastHeard = Date.now();
    this.tell(true);
    this.handlers.onState(this.state);
  }

  bye(event) {
    this.source.close();
    if (JSON.parse(event.data).reason === 'logged-out') {
      this.handlers.onGone();
      return;
    }
    this.tell(false);
    this.tryLater();
  }

  tell(isUp) {
    if (this.isUp === isUp) return;
    this.isUp = isUp;
    this.handlers.onConnection({ isUp, since: isUp ? Date.now() : this.lastHeard });
  }

  watch() {
    if (Date.now() - Math.max(this.lastHeard, this.openedAt) < SILENCE) return;
    this.tell(false);
    this.open();
  }

  tryLater() {
    this.source.close();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.openIfIn(), AGAIN);
    this.openedAt = Date.now();
  }

  async openIfIn() {
    try {
      const answer = await fetch('/api/me', { credentials: 'same-origin', cache: 'no-store', signal: AbortSignal.timeout(SILENCE) });
      if (answer.status === 401) {
        this.handlers.onGone();
        return;
      }
    } catch {
      this.tryLater(); // still away; the banner says since when
      return;
    }
    this.open();
  }
}
