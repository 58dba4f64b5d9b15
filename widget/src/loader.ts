import { pause, request } from './retry';
import type { WidgetConfig } from './types';

/** How often an open page looks whether something was published or turned off. */
export const LOOK_EVERY_MS = 25_000;

/** Fetches the published configuration, and again while the page is looked at. */
export class Loader {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private due = 0;
  private known: string | undefined;

  /** `changed` gets each new configuration, and undefined when the key is nobody's (any more). */
  constructor(
    private readonly url: string,
    private readonly changed: (config: WidgetConfig | undefined) => void,
  ) {
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && Date.now() >= this.due) void this.look();
    });
  }

  async look(): Promise<void> {
    clearTimeout(this.timer);
    // While one look is under way, coming back to the page starts no other.
    this.due = Number.POSITIVE_INFINITY;
    let wait = LOOK_EVERY_MS;
    try {
      // The browser's copy is asked whether it still holds, which takes one short answer: whoever reloads
      // a page after publishing something sees it.
      const answer = await request(this.url, { cache: 'no-cache' });
      if (answer.ok) this.take(whole(await answer.json()));
      else if (answer.status < 500 && answer.status !== 429) {
        this.take(undefined, await reasonOf(answer));
      } else throw answer;
      this.failures = 0;
    } catch (problem) {
      // What was there stays: an outage of ours changes nothing on a client's page.
      const headers = problem instanceof Response ? problem.headers : undefined;
      this.failures += 1;
      wait = pause(this.failures, headers?.get('Retry-After'));
    }
    this.due = Date.now() + wait;
    this.timer = setTimeout(() => {
      if (!document.hidden) void this.look();
    }, wait);
  }

  private take(config: WidgetConfig | undefined, reason?: string): void {
    const version = config?.version ?? '';
    if (version === this.known) return;
    this.known = version;
    // biome-ignore lint/suspicious/noConsole: for whoever put the script there; visitors see nothing
    if (reason) console.warn(`Rose: ${reason}`);
    this.changed(config);
  }
}

/** The configuration in an answer. Throws when it is none, as when something in between answered. */
function whole(answer: WidgetConfig): WidgetConfig {
  if (typeof answer.version !== 'string' || !Array.isArray(answer.sections)) throw answer;
  return answer;
}

/** Why the server refuses a key, in its own words. */
async function reasonOf(answer: Response): Promise<string | undefined> {
  try {
    return String((await answer.json()).message);
  } catch {
    return undefined;
  }
}
