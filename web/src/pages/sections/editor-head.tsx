import { Anchor, Button } from '@mantine/core';
import { IconChevronLeft } from '@tabler/icons-react';
import { Link } from '@tanstack/react-router';
import type { Section } from '@/data/section';
import { Writes } from '@/ui/writes';
import classes from './section-editor.module.css';
import { SectionMenu } from './section-menu';
import { SectionState } from './section-state';

type EditorHeadProps = {
  domain: string;
  section: Section | null;
  title: string;
  dirty: boolean;
  saving: boolean;
  onSave: () => void;
  onPublish: () => void;
  onGone: () => void;
};

/** What the section is called, what visitors get of it, and what one does next. */
export function EditorHead(props: EditorHeadProps) {
  const { domain, section, dirty, saving, onSave, onPublish, onGone } = props;
  const title = props.title.trim() || (section ? section.title : 'New section');
  const archived = section?.archived_at != null;
  const current = section !== null && section.published_version === section.version;
  return (
    <header className={classes.head}>
      <title>{`${title} · AI Sections · Client Backoffice`}</title>
      <div className={classes.heading}>
        <Anchor component={Link} to="/sections" className={classes.back}>
          <IconChevronLeft size={15} aria-hidden />
          AI Sections
        </Anchor>
        <h1 className={classes.title}>{title}</h1>
        <p className={classes.about}>
          {section && <SectionState section={section} />}
          {domain}
          {section && <span>version {section.version}</span>}
          <span role="status">{dirty && 'Not saved'}</span>
        </p>
      </div>
      <Writes>
        {!archived && (
          <div className={classes.actions}>
            <Button
              size="xs"
              variant="default"
              onClick={onSave}
              disabled={!dirty && section !== null}
              loading={saving}
            >
              Save draft
            </Button>
            <Button size="xs" onClick={onPublish} disabled={saving || (current && !dirty)}>
              Publish…
            </Button>
            {section && <SectionMenu section={section} onGone={onGone} />}
          </div>
        )}
        {archived && section && <SectionMenu section={section} onGone={onGone} />}
      </Writes>
    </header>
  );
}
