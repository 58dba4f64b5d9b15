import { describe, expect, it } from 'vitest';
import { contrastOf } from '@/lib/contrast';
import { contentLines, NEW_CONTENT, slugOf } from './section-content';

describe('slugOf', () => {
  it.each([
    ['Questions about our prices', 'questions-about-our-prices'],
    ['  Où sont nos prix ? ', 'ou-sont-nos-prix'],
    ['A/B & C++', 'a-b-c'],
    ['日本語', ''],
    [`${'x'.repeat(59)} y`, 'x'.repeat(59)],
  ])('of %s is %s', (title, slug) => expect(slugOf(title)).toBe(slug));
});

describe('contentLines', () => {
  it('names every part, and says what is empty', () => {
    const lines = contentLines({
      ...NEW_CONTENT,
      title: 'Prices',
      questions: [{ id: 'q', text: 'How much?' }],
      custom_css: '.a {\n}\n',
    });
    expect(lines).toContain('Title: Prices\nLayout: list\nSearch bar: on, “Ask a question”\n');
    expect(lines).toContain('Questions:\n  How much?\n');
    expect(lines).toContain('Shown on:\n  (every page)\nNot shown on:\n  (none)\n');
    expect(lines).toContain('Custom CSS:\n  .a {\n  }\n');
  });
});

describe('contrastOf', () => {
  it.each([
    ['#000000', '#ffffff', 21],
    ['#ffffff', '#ffffff', 1],
    ['#777777', '#ffffff', 4.48],
    ['#fff', '#0000ff', 8.59],
  ])('%s and %s is %d', (one, other, ratio) => {
    expect(contrastOf(one, other)).toBeCloseTo(ratio, 1);
  });
});
