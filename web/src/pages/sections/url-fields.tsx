import { Textarea } from '@mantine/core';
import type { SectionContent } from '@/lib/section-content';
import classes from './section-editor.module.css';
import { UrlTester } from './url-tester';

type Urls = SectionContent['urls'];

type UrlFieldsProps = {
  domain: string;
  urls: Urls;
  onChange: (urls: Urls) => void;
  errors: Record<string, string>;
};

const LISTS = [
  {
    name: 'include',
    label: 'Show only on these pages',
    description: 'One pattern a line, such as /pricing*; * is any text. Empty: every page.',
  },
  {
    name: 'exclude',
    label: 'Never on these',
    description: 'These win over the ones above.',
  },
] as const;

function linesOf(text: string): string[] {
  return text.split('\n');
}

function errorOf(errors: Record<string, string>, name: string): string | undefined {
  const start = `content.urls.${name}`;
  const found = Object.entries(errors).find(([field]) => field.startsWith(start));
  if (!found) return undefined;
  const line = Number(found[0].slice(start.length + 1));
  return Number.isInteger(line) && found[0] !== start ? `Line ${line + 1}: ${found[1]}` : found[1];
}

/** Which addresses show the section. */
export function UrlFields({ domain, urls, onChange, errors }: UrlFieldsProps) {
  return (
    <div className={classes.fields}>
      {LISTS.map(({ name, label, description }) => (
        <Textarea
          key={name}
          label={label}
          description={description}
          autosize
          minRows={2}
          maxRows={10}
          spellCheck={false}
          value={urls[name].join('\n')}
          onChange={(event) => onChange({ ...urls, [name]: linesOf(event.currentTarget.value) })}
          onBlur={() => onChange({ ...urls, [name]: urls[name].filter((line) => line.trim()) })}
          error={errorOf(errors, name)}
        />
      ))}
      <UrlTester domain={domain} urls={urls} />
    </div>
  );
}
