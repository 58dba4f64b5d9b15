import { Switch, TextInput } from '@mantine/core';
import { type SectionContent, slugOf } from '@/lib/section-content';
import { QuestionsField } from './questions-field';
import classes from './section-editor.module.css';

type Errors = Record<string, string>;

type ContentFieldsProps = {
  slug: string;
  slugIsFixed: boolean;
  isNew: boolean;
  onSlug: (slug: string) => void;
  content: SectionContent;
  onChange: (changed: Partial<SectionContent>) => void;
  errors: Errors;
};

/** What the section says. */
export function ContentFields(props: ContentFieldsProps) {
  const { slug, slugIsFixed, isNew, onSlug, content, onChange, errors } = props;
  const { title, search_bar: bar } = content;

  const retitle = (next: string) => {
    // Until somebody writes a slug of their own, it follows the title.
    if (isNew && slug === slugOf(title)) onSlug(slugOf(next));
    onChange({ title: next });
  };

  return (
    <div className={classes.fields}>
      <TextInput
        label="Title"
        value={title}
        onChange={(event) => retitle(event.currentTarget.value)}
        maxLength={120}
        error={errors['content.title']}
        placeholder="Questions about our prices"
      />
      <TextInput
        label="Slug"
        description={
          slugIsFixed
            ? 'Pages name the section by it, so it stays while the section is published.'
            : 'How your page names the section: small letters, digits and hyphens.'
        }
        value={slug}
        onChange={(event) => onSlug(event.currentTarget.value)}
        maxLength={60}
        disabled={slugIsFixed}
        error={errors.slug}
      />
      <QuestionsField
        questions={content.questions}
        onChange={(questions) => onChange({ questions })}
        errors={errors}
      />
      <Switch
        label="Search bar, for questions of the visitor’s own"
        checked={bar.enabled}
        onChange={(event) =>
          onChange({ search_bar: { ...bar, enabled: event.currentTarget.checked } })
        }
      />
      {bar.enabled && (
        <TextInput
          label="Placeholder of the search bar"
          value={bar.placeholder}
          onChange={(event) =>
            onChange({ search_bar: { ...bar, placeholder: event.currentTarget.value } })
          }
          maxLength={120}
          error={errors['content.search_bar.placeholder']}
        />
      )}
    </div>
  );
}
