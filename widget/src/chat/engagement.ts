import type { Memory } from '@widget/surroundings';
import { judgeUrl } from '@widget/url-rules';
import type { Settings, Trigger } from './settings';

const MINUTE = 60_000;
const CLOSED = 'closed';

/** Waits for what makes the agent speak up by itself: time, scrolling, pages seen, a visitor about to leave. */
export class Engagement {
  private stopWaiting: (() => void)[] = [];
  private pages = 0;

  constructor(
    private readonly memory: Memory,
    private readonly speak: (trigger: Trigger) => void,
  ) {}

  /** Wait anew, on another page or with another configuration. */
  start(settings: Settings, address: string, newPage: boolean): void {
    this.stop();
    if (newPage) this.pages = this.memory.countPage();
    if (Date.now() - this.memory.shownAt(CLOSED) < settings.quietMinutes * MINUTE) return;
    for (const trigger of settings.triggers) {
      if (!judgeUrl(trigger.urls, address).shown || this.seen(trigger)) continue;
      this.await(trigger, () => {
        const spoken = settings.triggers.filter(
          ({ id }) => this.memory.shownAt(id) >= this.memory.since,
        );
        if (this.seen(trigger) || spoken.length >= settings.triggersPerSession) return;
        // The first one that comes true is said; the others would talk over it.
        this.stop();
        this.memory.noteShown(trigger.id);
        this.speak(trigger);
      });
    }
  }

  stop(): void {
    for (const stop of this.stopWaiting) stop();
    this.stopWaiting = [];
  }

  /** The visitor does not want to be asked now. */
  closed(): void {
    this.memory.noteShown(CLOSED);
    this.stop();
  }

  private seen({ id, repeat }: Trigger): boolean {
    const at = this.memory.shownAt(id);
    if (repeat === 'every_page') return false;
    return repeat === 'once_per_visitor' ? at > 0 : at >= this.memory.since;
  }

  private await(trigger: Trigger, fire: () => void): void {
    const { when, value } = trigger;
    if (when === 'page_views') {
      if (this.pages >= value) fire();
    } else if (when === 'time_on_page') {
      const timer = setTimeout(fire, value * 1000);
      this.stopWaiting.push(() => clearTimeout(timer));
    } else if (when === 'scroll_depth') {
      this.listen(window, 'scroll', () => scrolledTo() >= value && fire());
    } else if (when === 'exit_intent') {
      this.listen(document.documentElement, 'mouseleave', (event) => {
        if ((event as MouseEvent).clientY <= 0) fire();
      });
    }
  }

  private listen(target: EventTarget, event: string, heard: (event: Event) => void): void {
    target.addEventListener(event, heard, { passive: true });
    this.stopWaiting.push(() => target.removeEventListener(event, heard));
  }
}

/** How much of the page has been seen, in per cent. */
function scrolledTo(): number {
  const { scrollHeight } = document.documentElement;
  return scrollHeight > 0 ? ((scrollY + innerHeight) / scrollHeight) * 100 : 100;
}
