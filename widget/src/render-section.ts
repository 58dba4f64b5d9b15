import { h, setColors } from './dom';
import { SECTION_STYLES } from './section-styles';
import { setStyles } from './styles';
import type { Section, SectionActions, SectionLayout } from './types';

const LAYOUTS: readonly SectionLayout[] = ['list', 'chips', 'cards'];
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
  const block = h(
    'section',
    {
      class: 'rose-section',
      'data-slug': section.slug,
      'data-layout': LAYOUTS.includes(section.layout) ? section.layout : 'list',
      'aria-label': section.title || undefined,
    },
    section.title && h('h2', { class: 'rose-title' }, section.title),
    section.questions?.length > 0 && questionList(section, on),
    section.search_bar?.enabled && searchBar(section, on),
  );
  setColors(block, section.colors);
  root.replaceChildren(block);
  setStyles(root, [SECTION_STYLES, section.css]);
}

function questionList(section: Section, on: SectionActions): HTMLElement {
  const list = h('ul', { class: 'rose-questions' });
  for (const { id, text } of section.questions) {
    const button = h('button', { class: 'rose-question', type: 'button' }, text);
    button.addEventListener('click', () => on.ask({ id, text }));
    list.append(h('li', { class: 'rose-item' }, button));
  }
  return list;
}

function searchBar(section: Section, on: SectionActions): HTMLElement {
  const placeholder = section.search_bar.placeholder ?? '';
  const label = placeholder || section.title;
  const input = h('input', {
    class: 'rose-search-input',
    type: 'text',
    name: 'question',
    autocomplete: 'off',
    maxlength: LONGEST_QUESTION,
    enterkeyhint: 'send',
    placeholder,
    'aria-label': label,
  });
  input.addEventListener('input', () => on.typed?.(), { once: true });
  const form = h(
    'form',
    { class: 'rose-search', role: 'search' },
    input,
    h('button', { class: 'rose-search-button', type: 'submit', 'aria-label': label }, '→'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return input.focus();
    input.value = '';
    on.ask({ text });
  });
  return form;
}
