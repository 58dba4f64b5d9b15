import type { Section, SectionActions } from './types';

/**
 * A client's own markup with a section's words in it: `data-rose-title` gets the title, the element
 * with `data-rose-repeat="question"` is there once per question, `data-rose-question-text` gets its
 * text, and a form with `data-rose-search` asks what was typed.
 */
export function fillTemplate(
  template: HTMLTemplateElement,
  section: Section,
  on: SectionActions,
): DocumentFragment {
  const content = document.importNode(template.content, true);
  for (const title of content.querySelectorAll('[data-rose-title]')) {
    title.textContent = section.title;
  }
  for (const pattern of content.querySelectorAll<HTMLElement>('[data-rose-repeat="question"]')) {
    const copies = section.questions.map(({ id, text }) => {
      const copy = pattern.cloneNode(true) as HTMLElement;
      for (const place of withSelf(copy, '[data-rose-question-text]')) place.textContent = text;
      const [asking = copy] = withSelf(copy, '[data-rose-action="ask"], button, a');
      // Bound here, so that the listener for a client's own buttons leaves it alone.
      asking.removeAttribute('data-rose-action');
      asking.addEventListener('click', (event) => {
        event.preventDefault();
        on.ask({ id, text });
      });
      return copy;
    });
    pattern.replaceWith(...copies);
  }
  for (const form of content.querySelectorAll<HTMLFormElement>('form[data-rose-search]')) {
    if (section.search_bar?.enabled) bindSearch(form, section, on);
    else form.remove();
  }
  return content;
}

function bindSearch(form: HTMLFormElement, section: Section, on: SectionActions): void {
  const input = form.querySelector<HTMLInputElement>('input:not([type="submit"]), textarea');
  if (!input) return;
  if (section.search_bar.placeholder) input.placeholder = section.search_bar.placeholder;
  input.addEventListener('input', () => on.typed?.(), { once: true });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    form.reset();
    on.ask({ text });
  });
}

function withSelf(element: HTMLElement, selector: string): HTMLElement[] {
  const inside = element.querySelectorAll<HTMLElement>(selector);
  return element.matches(selector) ? [element, ...inside] : [...inside];
}
