import { Alert, Tabs } from '@mantine/core';
import { useHotkeys } from '@mantine/hooks';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { Section } from '@/data/section';
import { EditorHead } from './editor-head';
import { EditorView } from './editor-view';
import { History } from './history';
import { KeepTyping } from './keep-typing';
import { SaveDialogs } from './save-dialogs';
import classes from './section-editor.module.css';
import { Snippet } from './snippet';
import { useDraft } from './use-draft';
import { useSave } from './use-save';
import { useView } from './use-view';

type SectionEditorProps = { domain: string; section: Section | null };

/** Everything about one section: its draft, its history and its snippet. */
export function SectionEditor({ domain, section }: SectionEditorProps) {
  const navigate = useNavigate();
  const [view, setView] = useView();
  const [publishing, setPublishing] = useState(false);
  const draft = useDraft(section);
  const saving = useSave(domain, draft);
  const { base } = draft;
  const save = () => {
    if (draft.dirty && section?.archived_at == null && !saving.isPending) void saving.save();
  };
  // In fields and in the CSS editor too.
  useHotkeys([['mod+S', save]], [], true);
  const close = () => void navigate({ to: '/sections' });

  return (
    <>
      <EditorHead
        domain={domain}
        section={section}
        title={draft.draft.content.title}
        dirty={draft.dirty}
        saving={saving.isPending}
        onSave={() => void saving.save()}
        onPublish={() => setPublishing(true)}
        onGone={close}
      />
      {section?.archived_at != null && (
        <Alert color="gray" mb="md" title="The section is archived">
          Visitors do not get it, and nothing of it can be saved. Restore it in its menu to go on.
        </Alert>
      )}
      {draft.overtaken && (
        <Alert
          color="yellow"
          mb="md"
          icon={<IconAlertTriangle size={18} aria-hidden />}
          title={`Version ${section?.version} was saved meanwhile`}
        >
          You are editing on version {base?.version}. What you typed is kept; when you save, you see
          both.
        </Alert>
      )}
      <Tabs value={view ?? 'edit'} onChange={setView} keepMounted={false}>
        {section && (
          <Tabs.List mb="md">
            <Tabs.Tab value="edit">Edit</Tabs.Tab>
            <Tabs.Tab value="history">History</Tabs.Tab>
            <Tabs.Tab value="snippet">Snippet</Tabs.Tab>
          </Tabs.List>
        )}
        <Tabs.Panel value="edit">
          <EditorView
            domain={domain}
            slugIsFixed={section?.published_version != null}
            draft={draft}
            error={saving.error}
          />
        </Tabs.Panel>
        {section && (
          <Tabs.Panel value="history">
            <History section={section} dirty={draft.dirty} onReverted={draft.take} />
          </Tabs.Panel>
        )}
        {section && (
          <Tabs.Panel value="snippet" className={classes.narrow}>
            <Snippet section={section} />
          </Tabs.Panel>
        )}
      </Tabs>
      <SaveDialogs
        draft={draft}
        saving={saving}
        section={section}
        publishing={publishing}
        onPublishingEnds={() => setPublishing(false)}
      />
      <KeepTyping dirty={draft.dirty} />
    </>
  );
}
