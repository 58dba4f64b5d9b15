import { h, icon } from '@widget/dom';
import type { Settings } from './settings';
import type { Strings } from './strings';

const SPEECH = 'M4 5h16v11H9l-5 4z';
const CROSS = 'M6 6l12 12M18 6L6 18';

/** The button in the corner, and the message that may stand beside it. */
export class Launcher {
  readonly button: HTMLButtonElement;
  readonly root: HTMLElement;
  private teaser: HTMLElement | undefined;

  constructor(
    settings: Settings,
    private readonly strings: Strings,
    open: () => void,
  ) {
    const { launcher, label } = settings.appearance;
    const name = label || strings.open;
    this.button = h(
      'button',
      { class: 'launcher', type: 'button', 'aria-label': name, 'aria-haspopup': 'dialog' },
      icon(SPEECH),
      launcher !== 'icon' && h('span', {}, name),
    );
    this.button.addEventListener('click', open);
    this.root = h('div', { class: `corner ${launcher}` }, this.button);
  }

  /** Speak up. `taken` when the visitor takes it up, `closed` when they do not want to be asked. */
  say(message: string, taken: () => void, closed: () => void): void {
    this.hush();
    const text = h('button', { class: 'teaser-text', type: 'button' }, message);
    const close = closeButton(this.strings);
    text.addEventListener('click', () => {
      this.hush();
      taken();
    });
    close.addEventListener('click', () => {
      this.hush();
      closed();
    });
    this.teaser = h('div', { class: 'teaser', role: 'status' }, text, close);
    this.root.prepend(this.teaser);
  }

  hush(): void {
    this.teaser?.remove();
    this.teaser = undefined;
  }
}

export function closeButton(strings: Strings): HTMLButtonElement {
  return h('button', { class: 'close', type: 'button', 'aria-label': strings.close }, icon(CROSS));
}
