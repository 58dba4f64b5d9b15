import { uuid } from './ids';
import { pause, request } from './retry';
import type { Visitor } from './visitor';

export type Properties = Record<string, unknown>;

interface Event {
  event: string;
  uuid: string;
  distinct_id: string;
  timestamp: string;
  properties: Properties;
}

const SEND_AFTER_MS = 800;
const BATCH = 50;
/** What is kept while the server cannot be reached; beyond it the oldest are given up. */
export const QUEUE = 200;
// Browsers let a page have 64 kB of beacons on their way.
const BEACON_EVENTS = 40;

/**
 * Sends events in PostHog's format. Each has an id of its own, so that one that is sent again counts once.
 * Nothing is taken, let alone kept for later, while `allowed` says no.
 */
export class Capture {
  private queue: Event[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;
  private sending = false;
  private failures = 0;

  constructor(
    private readonly origin: string,
    private readonly key: string,
    private readonly visitor: Visitor,
    private readonly allowed: () => boolean,
    private readonly common: () => Properties,
  ) {}

  send(event: string, properties: Properties = {}): void {
    if (!this.allowed()) return;
    this.queue.push({
      event,
      uuid: uuid(),
      distinct_id: this.visitor.id,
      timestamp: new Date().toISOString(),
      properties: { ...this.common(), $session_id: this.visitor.session(), ...properties },
    });
    if (this.queue.length > QUEUE) this.queue.shift();
    this.schedule(SEND_AFTER_MS);
  }

  /** Forget what has not been sent. */
  drop(): void {
    this.queue = [];
  }

  /** The page goes away: hand over everything; what was on its way may go twice, and counts once. */
  leave(): void {
    while (this.queue.length > 0 && this.allowed()) {
      const events = this.queue.slice(0, BEACON_EVENTS);
      const body = new Blob([this.body(events)], { type: 'text/plain' });
      if (!navigator.sendBeacon?.(`${this.origin}/batch/?beacon=1`, body)) return;
      this.queue = this.queue.slice(events.length);
    }
  }

  private schedule(after: number): void {
    if (this.timer === undefined && !this.sending && this.queue.length > 0) {
      this.timer = setTimeout(() => void this.flush(), after);
    }
  }

  /** Send what there is, unless that is under way. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.sending) return;
    const events = this.queue.slice(0, BATCH);
    if (events.length === 0 || !this.allowed()) return;
    this.sending = true;
    let wait = await this.post(events);
    this.sending = false;
    if (wait === undefined) {
      this.failures = 0;
      wait = SEND_AFTER_MS;
      this.queue = this.queue.filter((event) => !events.includes(event));
    }
    this.schedule(wait);
  }

  /** How long to wait before sending these again; undefined when they are done with. */
  private async post(events: Event[]): Promise<number | undefined> {
    let retryAfter: string | null = null;
    try {
      // Plain text needs no preflight, and the server reads JSON whatever it is called.
      const answer = await request(`${this.origin}/batch/`, {
        method: 'POST',
        // A browser that is signed in to the backoffice says so: its visits are not counted.
        credentials: 'include',
        headers: { 'Content-Type': 'text/plain' },
        body: this.body(events),
        keepalive: events.length <= BEACON_EVENTS,
      });
      // What is refused today is refused tomorrow; only a busy or broken server is asked again.
      if (answer.status < 500 && answer.status !== 429) return undefined;
      retryAfter = answer.headers.get('Retry-After');
    } catch {
      // Offline, blocked or timed out.
    }
    this.failures += 1;
    return pause(this.failures, retryAfter);
  }

  private body(events: Event[]): string {
    return JSON.stringify({
      api_key: this.key,
      batch: events,
      sent_at: new Date().toISOString(),
    });
  }
}
