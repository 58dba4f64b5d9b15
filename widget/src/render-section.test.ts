import { beforeEach, describe, expect, it, vi } from 'vitest';
import { renderSection } from './render-section';
import type { Section } from './types';

const SECTION: Section = {
  slug: 'pricing',
  version: 3,
  title: 'Questions about pricing?',
  questions: [
    { id: 'q1', text: 'What does it cost?' },
    { id: 'q2', text: 'Is there a free trial?' },
  ],
  search_bar: { enabled: true, placeholder: 'Ask anything' },
  layout: 'chips',
  colors: { background: '#fff', text: '#112233', accent: '#b3124a', accent_text: '#ffffffff' },
  css: '.rose-title { color: red }',
  urls: { include: [], exclude: [] },
};

let root: ShadowRoot;
const ask = vi.fn();

beforeEach(() => {
  ask.mockClear();
  root = document.createElement('div').attachShadow({ mode: 'open' });
});

const draw = (changes: Partial<Section> = {}) =>
  renderSection(root, { ...SECTION, ...changes }, { ask });
const find = <Found extends Element>(selector: string) => root.querySelector<Found>(selector);
const all = (selector: string) => [...root.querySelectorAll<HTMLElement>(selector)];

describe('a section', () => {
  it('shows its title and questions, and is named by its title', () => {
    draw();
    expect(find('h2')?.textContent).toBe(SECTION.title);
    expect(find('section')?.getAttribute('aria-label')).toBe(SECTION.title);
    expect(all('button.rose-question').map((button) => button.textContent)).toEqual([
      'What does it cost?',
      'Is there a free trial?',
    ]);
  });

  it('tells which question was clicked', () => {
    draw();
    all('button.rose-question')[1]?.click();
    expect(ask).toHaveBeenCalledExactlyOnceWith({ id: 'q2', text: 'Is there a free trial?' });
  });

  it('asks what was typed, and nothing of blanks', () => {
    draw();
    const input = find<HTMLInputElement>('input');
    const form = find<HTMLFormElement>('form');
    if (!input || !form) throw new Error('There is no search bar.');
    expect(input.placeholder).toBe('Ask anything');
    form.requestSubmit();
    input.value = '   ';
    form.requestSubmit();
    expect(ask).not.toHaveBeenCalled();
    input.value = ' How long is a contract? ';
    form.requestSubmit();
    expect(ask).toHaveBeenCalledExactlyOnceWith({ text: 'How long is a contract?' });
    expect(input.value).toBe('');
  });

  it('tells once that somebody types', () => {
    const typed = vi.fn();
    renderSection(root, SECTION, { ask, typed });
    for (let times = 0; times < 2; times++) find('input')?.dispatchEvent(new Event('input'));
    expect(typed).toHaveBeenCalledOnce();
  });

  it('makes text of markup, wherever it stands', () => {
    const markup = '<img src=x onerror="alert(1)">';
    draw({
      title: markup,
      questions: [{ id: 'q', text: markup }],
      search_bar: { enabled: true, placeholder: markup },
    });
    expect(find('img')).toBeNull();
    expect(find('h2')?.textContent).toBe(markup);
    expect(find('.rose-question')?.textContent).toBe(markup);
    expect(find<HTMLInputElement>('input')?.placeholder).toBe(markup);
  });

  it('takes colours that are colours, and no others', () => {
    draw({ colors: { ...SECTION.colors, accent: 'url(https://evil.example/)', text: 'red;x:y' } });
    const style = find<HTMLElement>('section')?.style;
    expect(style?.getPropertyValue('--rose-background')).toBe('#fff');
    expect(style?.getPropertyValue('--rose-accent-text')).toBe('#ffffffff');
    expect(style?.getPropertyValue('--rose-accent')).toBe('');
    expect(style?.getPropertyValue('--rose-text')).toBe('');
  });

  it('shows neither what it has not got nor an unknown layout', () => {
    draw({
      title: '',
      questions: [],
      search_bar: { enabled: false, placeholder: '' },
      layout: 'spiral' as Section['layout'],
    });
    expect(find('h2')).toBeNull();
    expect(find('ul')).toBeNull();
    expect(find('form')).toBeNull();
    expect(find<HTMLElement>('section')?.dataset.layout).toBe('list');
  });

  it('replaces what was drawn before', () => {
    draw();
    draw({ title: 'Another' });
    expect(all('section')).toHaveLength(1);
    expect(all('style').length).toBeLessThanOrEqual(1);
    expect(find('h2')?.textContent).toBe('Another');
  });

  it('brings its own CSS after the standard one', () => {
    draw();
    const styles =
      root.adoptedStyleSheets?.length > 0
        ? [...root.adoptedStyleSheets]
            .flatMap((sheet) => [...sheet.cssRules])
            .map((rule) => rule.cssText)
            .join('\n')
        : (find('style')?.textContent ?? '');
    const own = styles.search(/\.rose-title\s*\{\s*color:\s*red/);
    expect(own).toBeGreaterThan(styles.indexOf('.rose-questions'));
  });
});
