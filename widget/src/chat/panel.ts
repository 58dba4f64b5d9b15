import { h, icon, safeHref } from '@widget/dom';
import type { Entry } from './conversation';
import { closeButton } from './launcher';
import type { Settings } from './settings';
import type { Strings } from './strings';

const ARROW = 'M4 12h15M13 6l6 6-6 6';
const LONGEST_MESSAGE = 2000;
const TABBABLE = 'button, a[href], input, select, textarea';

export interface PanelActions {
  send(text: string): void;
  typed(): void;
  close(): void;
}

/** The chat as it is seen: messages, what is offered below them, and where one writes. */
export class Panel {
  readonly root: HTMLElement;
  private readonly log: HTMLElement;
  private readonly offers: HTMLElement;
  private readonly input: HTMLTextAreaElement;
  private readonly form: HTMLFormElement;
  private readonly waiting: HTMLElement;

  constructor(
    private readonly settings: Settings,
    private readonly strings: Strings,
    /** What the agent is, where that has to be said. */
    notice: string | undefined,
    private readonly on: PanelActions,
  ) {
    this.log = h('div', {
      class: 'log',
      role: 'log',
      'aria-live': 'polite',
      'aria-label': strings.conversation,
      tabindex: 0,
    });
    this.offers = h('div', { class: 'offers' });
    this.waiting = h('p', { class: 'waiting', role: 'status', hidden: true }, strings.thinking);
    this.input = h('textarea', {
      rows: 1,
      maxlength: LONGEST_MESSAGE,
      placeholder: settings.placeholder || strings.write,
      'aria-label': settings.placeholder || strings.write,
      enterkeyhint: 'send',
    });
    const send = h('button', { class: 'send', type: 'submit', 'aria-label': strings.send });
    send.append(icon(ARROW));
    this.form = h('form', { class: 'composer' }, this.input, send);
    this.root = h(
      'div',
      { class: 'panel', role: 'dialog', 'aria-label': settings.agentName, tabindex: -1 },
      this.header(),
      notice && h('p', { class: 'notice' }, notice),
      h('div', { class: 'scroll' }, this.log, this.waiting, this.offers),
      this.form,
    );
    this.listen();
  }

  focus(): void {
    if (this.form.inert) this.root.focus();
    else this.input.focus({ preventScroll: true });
  }

  show(entry: Entry): void {
    const sources = (entry.sources ?? []).map(({ title, url }) => {
      const href = safeHref(url);
      return href && h('a', { href }, title);
    });
    this.log.append(
      h(
        'div',
        { class: `message ${entry.role}` },
        h(
          'span',
          { class: 'who' },
          entry.role === 'agent' ? this.settings.agentName : this.strings.you,
        ),
        h('p', {}, entry.text),
        sources.length > 0 && h('p', { class: 'sources' }, ...sources),
      ),
    );
    this.scroll();
  }

  /** Put these below the messages, in place of what was offered there before. */
  offer(...offers: (HTMLElement | undefined)[]): void {
    this.offers.replaceChildren(...offers.filter((offer) => offer !== undefined));
    this.scroll();
  }

  suggest(
    questions: readonly string[],
    chosen: (question: string) => void,
  ): HTMLElement | undefined {
    if (questions.length === 0) return undefined;
    const buttons = questions.map((question) => {
      const button = h('button', { class: 'chip', type: 'button' }, question);
      button.addEventListener('click', () => chosen(question));
      return button;
    });
    return h('div', { class: 'chips' }, ...buttons);
  }

  /** While an answer is on its way nothing else is asked. */
  wait(waiting: boolean): void {
    this.waiting.hidden = !waiting;
    this.form.classList.toggle('busy', waiting);
    if (waiting) this.scroll();
  }

  /** Whether one may write; something stands in the way until the visitor has agreed to it. */
  lock(locked: boolean): void {
    this.form.inert = locked;
  }

  get busy(): boolean {
    return !this.waiting.hidden;
  }

  private header(): HTMLElement {
    const { agentName, company, logo } = this.settings;
    const close = closeButton(this.strings);
    close.addEventListener('click', () => this.on.close());
    return h(
      'header',
      {},
      logo
        ? h('img', { src: logo, alt: '', width: 36, height: 36, referrerpolicy: 'no-referrer' })
        : h('span', { class: 'initial', 'aria-hidden': 'true' }, agentName.slice(0, 1)),
      h('span', { class: 'name' }, h('strong', {}, agentName), company && h('small', {}, company)),
      close,
    );
  }

  private listen(): void {
    const send = () => {
      const text = this.input.value.trim();
      if (!text || this.busy || this.form.inert) return;
      this.input.value = '';
      this.on.send(text);
    };
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      send();
    });
    this.input.addEventListener('input', () => this.on.typed(), { once: true });
    this.input.addEventListener('keydown', (event) => {
      // While an input method composes a character, Enter only ends that.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      send();
    });
    this.root.addEventListener('keydown', (event) => {
      // The page behind has shortcuts of its own, which are not meant.
      event.stopPropagation();
      if (event.key === 'Escape') this.on.close();
      if (event.key === 'Tab' && this.coversPage()) this.keepFocus(event);
    });
  }

  private coversPage(): boolean {
    return this.root.clientWidth >= document.documentElement.clientWidth;
  }

  private keepFocus(event: KeyboardEvent): void {
    const all = [...this.root.querySelectorAll<HTMLElement>(TABBABLE)].filter(
      (each) => !each.closest('[inert]') && each.offsetParent,
    );
    const edge = event.shiftKey ? all[0] : all.at(-1);
    if ((this.root.getRootNode() as ShadowRoot).activeElement !== edge) return;
    event.preventDefault();
    (event.shiftKey ? all.at(-1) : all[0])?.focus();
  }

  private scroll(): void {
    const scrolled = this.log.parentElement;
    if (scrolled) scrolled.scrollTop = scrolled.scrollHeight;
  }
}
