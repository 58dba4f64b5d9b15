import { SECTION_STYLES } from './section-styles';
import { setStyles } from './styles';
import type { Section, SectionActions, SectionColors, SectionLayout } from './types';

const LAYOUTS: readonly SectionLayout[] = ['list', 'chips', 'cards'];
const COLOR = /^#(?:[0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/i;
const LONGEST_QUESTION = 2000;

/**
 * Draws a section into `root`, in place of what was there. Whatever the section says becomes text,
 * never markup; `on.ask` hears which question was clicked or typed.
 */
export function renderSection(
  root: ShadowRoot | HTMLElement,
  section: Section,
  on: SectionActions,
): void {
  const block = element('section', 'rose-section');
  block.dataset.layout = LAYOUTS.includes(section.layout) ? section.layout : 'list';
  block.dataset.slug = section.slug;
  colour(block, section.colors);
  if (section.title) {
    const heading = element('h2', 'rose-title', section.title);
    block.setAttribute('aria-label', section.title);
    block.append(heading);
  }
  if (section.questions?.length) block.append(questionList(section, on));
  if (section.search_bar?.enabled) block.append(searchBar(section, on));
  root.replaceChildren(block);
  setStyles(root, [SECTION_STYLES, section.css || '']);
}

/** Colours become custom properties that the section's styles, and a client's own, refer to. */
export function colour(block: HTMLElement, colors: Partial<SectionColors> | undefined): void {
  for (const [name, value] of Object.entries(colors ?? {})) {
    if (typeof value === 'string' && COLOR.test(value)) {
      block.style.setProperty(`--rose-${name.replaceAll('_', '-')}`, value);
    }
  }
}

function questionList(section: Section, on: SectionActions): HTMLElement {
  const list = element('ul', 'rose-questions');
  for (const { id, text } of section.questions) {
    const button = element('button', 'rose-question', text);
    button.type = 'button';
    button.addEventListener('click', () => on.ask({ id, text }));
    const item = element('li', 'rose-item');
    item.append(button);
    list.append(item);
  }
  return list;
}

function searchBar(section: Section, on: SectionActions): HTMLElement {
  const form = element('form', 'rose-search');
  form.setAttribute('role', 'search');
  const input = element('input', 'rose-search-input');
  input.type = 'text';
  input.name = 'question';
  input.autocomplete = 'off';
  input.maxLength = LONGEST_QUESTION;
  input.enterKeyHint = 'send';
  input.placeholder = section.search_bar.placeholder ?? '';
  input.setAttribute('aria-label', input.placeholder || section.title);
  input.addEventListener('input', () => on.typed?.(), { once: true });
  const button = element('button', 'rose-search-button', '→');
  button.type = 'submit';
  button.setAttribute('aria-label', input.placeholder || section.title);
  form.append(input, button);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return input.focus();
    input.value = '';
    on.ask({ text });
  });
  return form;
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  className: string,
  text?: string,
): HTMLElementTagNameMap[Name] {
  const made = document.createElement(name);
  made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}
