import { h, setColors } from '@widget/dom';
import { setStyles } from '@widget/styles';
import { PANEL_STYLES } from './panel-styles';
import type { Settings } from './settings';

/** The element that carries launcher and chat, apart from the page's own styles. */
export class Host {
  readonly root: ShadowRoot;
  private readonly element = h('div', { id: 'rose-widget' });
  private readonly dark = matchMedia('(prefers-color-scheme: dark)');
  private theme = 'auto';

  constructor() {
    this.root = this.element.attachShadow({ mode: 'open' });
    this.dark.addEventListener('change', () => this.shade());
  }

  get shown(): boolean {
    return this.element.isConnected;
  }

  /** Put it onto the page, looking as configured, with these in it. */
  show({ appearance }: Settings, ...content: HTMLElement[]): void {
    const { style, classList } = this.element;
    for (const [name, value] of Object.entries(appearance.measures))
      style.setProperty(`--_${name}`, `${value}px`);
    style.setProperty('--_layer', String(appearance.layer));
    const own = getComputedStyle(document.body).fontFamily || 'sans-serif';
    style.setProperty('--_font', appearance.font === 'inherit' ? own : appearance.font);
    setColors(this.element, appearance.colors);
    classList.toggle('left', appearance.left);
    this.theme = appearance.theme;
    this.shade();
    this.root.replaceChildren(...content);
    setStyles(this.root, [PANEL_STYLES]);
    if (!this.shown) document.body.append(this.element);
  }

  remove(): void {
    this.element.remove();
  }

  private shade(): void {
    const dark = this.theme === 'dark' || (this.theme === 'auto' && this.dark.matches);
    this.element.classList.toggle('dark', dark);
  }
}
