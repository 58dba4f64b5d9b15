import { fillTemplate } from './fill-template';
import { renderSection } from './render-section';
import type { Question, Section, SectionActions } from './types';

/** How a section came onto the page. */
export type Way = 'rendered' | 'template' | 'bound';

export interface Asked extends Question {
  way: Way;
  section?: Section;
  slug?: string;
}

const PLACE = '[data-rose-section]';
const TEMPLATE = 'template[data-rose-section-template]';

/** Puts sections where a page has places for them, also into places that come later. */
export class Sections {
  private shown = new Map<string, Section>();
  private drawn = new WeakMap<Element, Section | undefined>();
  private filled = new Map<HTMLTemplateElement, Element[]>();
  private waiting = false;

  constructor(
    private readonly asked: (question: Asked) => void,
    private readonly typed: () => void,
    /** Tells how many of the page's places hold a section now. */
    private readonly placed: (count: number) => void,
  ) {}

  /** Show these, and no others. */
  update(sections: readonly Section[]): void {
    // What did not change stays the same object, by which a place knows what is drawn in it.
    const kept = sections.map((section): [string, Section] => {
      const before = this.shown.get(section.slug);
      const same = JSON.stringify(before) === JSON.stringify(section);
      return [section.slug, same && before ? before : section];
    });
    this.shown = new Map(kept);
    this.draw();
  }

  /** Look for places that the page adds or renames, once per frame at most. */
  observe(): void {
    new MutationObserver((mutations) => {
      if (!this.waiting && mutations.some(matters)) {
        this.waiting = true;
        setTimeout(() => {
          this.waiting = false;
          this.draw();
        }, 16);
      }
    }).observe(document.documentElement, {
      childList: true,
      subtree: true,
      attributeFilter: ['data-rose-section', 'data-rose-section-template'],
    });
  }

  private draw(): void {
    let count = 0;
    for (const place of document.querySelectorAll<HTMLElement>(PLACE)) {
      const section = this.shown.get(place.dataset.roseSection ?? '');
      if (this.drawIn(place, section)) count += 1;
    }
    for (const template of document.querySelectorAll<HTMLTemplateElement>(TEMPLATE)) {
      const section = this.shown.get(template.dataset.roseSectionTemplate ?? '');
      if (this.fill(template, section)) count += 1;
    }
    for (const template of this.filled.keys()) if (!template.isConnected) this.empty(template);
    this.placed(count);
  }

  private drawIn(place: HTMLElement, section: Section | undefined): boolean {
    if (this.drawn.get(place) === section) return section !== undefined;
    const root = place.shadowRoot ?? (section && attachShadow(place));
    if (!root) return false;
    if (section) renderSection(root, section, this.actions(section, 'rendered'));
    // The page's own content of the place, if it has any, shows again.
    else root.replaceChildren(document.createElement('slot'));
    this.drawn.set(place, section);
    return section !== undefined;
  }

  private fill(template: HTMLTemplateElement, section: Section | undefined): boolean {
    const there = this.filled.get(template)?.every((node) => node.isConnected) ?? !section;
    if (there && this.drawn.get(template) === section) return section !== undefined;
    this.empty(template);
    this.drawn.set(template, section);
    if (!section) return false;
    const content = fillTemplate(template, section, this.actions(section, 'template'));
    this.filled.set(template, [...content.children]);
    template.after(content);
    return true;
  }

  private empty(template: HTMLTemplateElement): void {
    for (const node of this.filled.get(template) ?? []) node.remove();
    this.filled.delete(template);
  }

  private actions(section: Section, way: Way): SectionActions {
    return {
      ask: (question) => this.asked({ ...question, section, way }),
      typed: this.typed,
    };
  }
}

function matters(mutation: MutationRecord): boolean {
  return mutation.type === 'attributes' || mutation.addedNodes.length > 0;
}

function attachShadow(place: HTMLElement): ShadowRoot | undefined {
  try {
    return place.attachShadow({ mode: 'open' });
  } catch {
    return undefined; // An element that can have none, such as <table>.
  }
}
