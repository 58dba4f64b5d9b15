import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bindActions } from './bind-actions';
import { type Asked, Sections } from './sections';
import { freshPage, leavePage, SECTION } from './testing/page';

const TEMPLATE = `
  <main>
    <template data-rose-section-template="pricing">
      <section class="ours">
        <h2 data-rose-title>Title</h2>
        <ul><li data-rose-repeat="question"><a href="#faq"><b data-rose-question-text></b></a></li></ul>
        <form data-rose-search><input><button>Ask</button></form>
      </section>
    </template>
  </main>`;

const asked = vi.fn<(question: Asked) => void>();
const typed = vi.fn();
let sections: Sections;

beforeEach(() => {
  asked.mockClear();
  typed.mockClear();
  freshPage();
  sections = new Sections(asked, typed, () => undefined);
});
afterEach(leavePage);

const links = () => [...document.querySelectorAll<HTMLElement>('.ours a')];

describe('a client’s own template', () => {
  it('is filled with the section’s words, once per question', () => {
    document.body.innerHTML = TEMPLATE;
    sections.update([SECTION]);
    expect(document.querySelector('.ours h2')?.textContent).toBe(SECTION.title);
    expect(links().map((link) => link.textContent)).toEqual(
      SECTION.questions.map(({ text }) => text),
    );
    links()[1]?.click();
    expect(asked).toHaveBeenCalledExactlyOnceWith({
      id: 'q2',
      text: 'Is there a free trial?',
      section: SECTION,
      way: 'template',
    });
  });

  it('asks what is typed into its own search bar', () => {
    document.body.innerHTML = TEMPLATE;
    sections.update([SECTION]);
    const input = document.querySelector<HTMLInputElement>('.ours input');
    if (!input) throw new Error('There is no search bar.');
    expect(input.placeholder).toBe('Ask anything');
    input.value = ' Hello? ';
    input.dispatchEvent(new Event('input'));
    input.form?.requestSubmit();
    expect(typed).toHaveBeenCalledOnce();
    expect(asked).toHaveBeenCalledExactlyOnceWith({
      text: 'Hello?',
      section: SECTION,
      way: 'template',
    });
  });

  it('has no search bar where the section has none', () => {
    document.body.innerHTML = TEMPLATE;
    sections.update([{ ...SECTION, search_bar: { enabled: false, placeholder: '' } }]);
    expect(document.querySelector('.ours form')).toBeNull();
  });

  it('makes text of markup', () => {
    const markup = '<img src=x onerror=alert(1)>';
    document.body.innerHTML = TEMPLATE;
    sections.update([{ ...SECTION, title: markup, questions: [{ id: 'q', text: markup }] }]);
    expect(document.querySelector('img')).toBeNull();
    expect(links()[0]?.textContent).toBe(markup);
  });

  it('goes with the section, comes back with it, and is never there twice', () => {
    document.body.innerHTML = TEMPLATE;
    sections.update([SECTION]);
    sections.update([SECTION]);
    expect(document.querySelectorAll('.ours')).toHaveLength(1);
    sections.update([]);
    expect(document.querySelector('.ours')).toBeNull();
    sections.update([{ ...SECTION, title: 'Anew' }]);
    expect(document.querySelector('.ours h2')?.textContent).toBe('Anew');
  });

  it('is filled again when the page throws away what was filled in', () => {
    document.body.innerHTML = TEMPLATE;
    sections.update([SECTION]);
    document.querySelector('.ours')?.remove();
    sections.update([SECTION]);
    expect(document.querySelectorAll('.ours')).toHaveLength(1);
  });
});

describe('a place', () => {
  it('that can have no shadow is left alone', () => {
    document.body.innerHTML = '<table data-rose-section="pricing"></table>';
    sections.update([SECTION]);
    expect(document.body.innerHTML).toBe('<table data-rose-section="pricing"></table>');
  });

  it('is not drawn again while nothing changed, so that nobody loses what they type', () => {
    document.body.innerHTML = '<div data-rose-section="pricing"></div>';
    sections.update([SECTION]);
    const root = document.querySelector('div')?.shadowRoot;
    const before = root?.querySelector('section');
    sections.update([structuredClone(SECTION)]);
    expect(root?.contains(before ?? null)).toBe(true);
    sections.update([{ ...SECTION, version: 4 }]);
    expect(root?.contains(before ?? null)).toBe(false);
  });
});

describe('elements of the page’s own', () => {
  let active = true;
  const open = vi.fn();

  beforeEach(() => {
    active = true;
    open.mockClear();
    bindActions(() => active, asked, open);
  });

  function click(html: string, init: MouseEventInit = {}): boolean {
    document.body.innerHTML = html;
    const event = new MouseEvent('click', {
      bubbles: true,
      cancelable: true,
      composed: true,
      ...init,
    });
    document.querySelector('[data-inner], [data-rose-action]')?.dispatchEvent(event);
    return event.defaultPrevented;
  }

  it('ask their question, or what they say', () => {
    const link =
      '<a href="/demo" data-rose-action="ask" data-rose-question="Can I see it?"><b data-inner>Demo</b></a>';
    expect(click(link)).toBe(true);
    expect(asked).toHaveBeenLastCalledWith({
      text: 'Can I see it?',
      way: 'bound',
      slug: undefined,
    });
    click('<button data-rose-action="ask" data-rose-slug="pricing"> What does it cost? </button>');
    expect(asked).toHaveBeenLastCalledWith({
      text: 'What does it cost?',
      way: 'bound',
      slug: 'pricing',
    });
  });

  it('open the chat', () => {
    expect(click('<button data-rose-action="open">Chat</button>')).toBe(true);
    expect(open).toHaveBeenCalledOnce();
  });

  it('do what they always did while there is nothing of us', () => {
    active = false;
    expect(click('<a href="#x" data-rose-action="ask">Ask</a>')).toBe(false);
    expect(asked).not.toHaveBeenCalled();
  });

  it('open in another tab as always', () => {
    expect(click('<a href="#x" data-rose-action="ask">Ask</a>', { ctrlKey: true })).toBe(false);
    expect(click('<a href="#x" data-rose-action="dance">Ask</a>')).toBe(false);
    expect(asked).not.toHaveBeenCalled();
  });
});
