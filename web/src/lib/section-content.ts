/** All of an AI Section that has versions, as the server takes it. */
export type SectionContent = {
  title: string;
  questions: { id: string; text: string }[];
  search_bar: { enabled: boolean; placeholder: string };
  layout: 'list' | 'chips' | 'cards';
  colors: SectionColors;
  custom_css: string;
  urls: { include: string[]; exclude: string[] };
};

export type SectionColors = {
  background: string;
  text: string;
  accent: string;
  accent_text: string;
};

export const LAYOUTS = [
  { value: 'list', label: 'List' },
  { value: 'chips', label: 'Chips' },
  { value: 'cards', label: 'Cards' },
] as const;

export const COLOR_LABELS: Record<keyof SectionColors, string> = {
  background: 'Background',
  text: 'Text',
  accent: 'Accent',
  accent_text: 'Text on accent',
};

/** What a new section begins with. */
export const NEW_CONTENT: SectionContent = {
  title: '',
  questions: [],
  search_bar: { enabled: true, placeholder: 'Ask a question' },
  layout: 'list',
  colors: { background: '#f6f7f9', text: '#1a1d21', accent: '#b3124a', accent_text: '#ffffff' },
  custom_css: '',
  urls: { include: [], exclude: [] },
};

const FIELDS = Object.keys(NEW_CONTENT) as (keyof SectionContent)[];

/** The content among a row's columns, or in what is kept of a version. */
export function contentOf(row: Record<keyof SectionContent, unknown>): SectionContent {
  return Object.fromEntries(FIELDS.map((name) => [name, row[name]])) as SectionContent;
}

/** An id for a question, which events name it by. */
export function newQuestionId(): string {
  return crypto.randomUUID().slice(0, 8);
}

/** A slug of a title: what is left of it in small letters, digits and hyphens. */
export function slugOf(title: string): string {
  return title
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60)
    .replace(/-+$/, '');
}

const list = (lines: string[], none: string) =>
  lines.length > 0 ? lines.map((line) => `  ${line}`) : [`  ${none}`];

/** A section as lines of text, for comparing versions. */
export function contentLines(content: SectionContent): string {
  const { search_bar: bar, colors, urls } = content;
  return [
    `Title: ${content.title}`,
    `Layout: ${content.layout}`,
    `Search bar: ${bar.enabled ? `on, “${bar.placeholder}”` : 'off'}`,
    'Questions:',
    ...list(
      content.questions.map((question) => question.text),
      '(none)',
    ),
    'Colours:',
    ...(Object.keys(COLOR_LABELS) as (keyof SectionColors)[]).map(
      (name) => `  ${COLOR_LABELS[name]} ${colors[name]}`,
    ),
    'Shown on:',
    ...list(urls.include, '(every page)'),
    'Not shown on:',
    ...list(urls.exclude, '(none)'),
    'Custom CSS:',
    ...list(content.custom_css ? content.custom_css.trimEnd().split('\n') : [], '(none)'),
    '',
  ].join('\n');
}
